/** What a bundle proves about a file, or about one that only its digest is known of. */
import { hashOf } from "../../core/hash.ts";
import type { Check } from "../../core/finding.ts";
import type { Instant } from "../../core/instant.ts";
import { parseStatement, statementPayloadType } from "../../core/statement.ts";
import { unproven, type SignatureProof } from "../../proof/key-signature.ts";
import type { SignedContent } from "../../core/signed-content.ts";
import type { Trust } from "../../trust/trust.ts";
import { reading } from "../checks.ts";
import { parseBundle, type SigstoreBundle } from "./sigstore-bundle.ts";
import { verifyBundle } from "./verify-bundle.ts";

/** A message, or its SHA-256 in lower-case hex. */
export type Artifact = Exclude<SignedContent, { readonly kind: "envelope" }>;

/** Checks in the order they were made; never throws for what the bundle holds. */
export async function verifyArtifact(bytes: Uint8Array, artifact: Artifact, trust: Trust, at: Instant): Promise<SignatureProof> {
  const sha256 = artifact.kind === "message" ? hashOf(artifact.message, "sha256") : artifact.sha256;
  const read = reading(() => {
    const bundle = parseBundle(bytes);
    return { bundle, about: checkSubject(bundle, sha256) };
  });
  if ("problem" in read) return unproven(read.problem);
  const { bundle, about } = read.value;
  const content: SignedContent = bundle.content.kind === "envelope" ? { kind: "envelope", ...bundle.content.envelope } : artifact;
  const { checks, ...proof } = await verifyBundle({ bundle, content, trust, at });
  return { ...proof, checks: [...checks, about] };
}

function checkSubject({ content }: SigstoreBundle, sha256: string): Check {
  const stated = content.kind === "message" ? [content.sha256 ?? sha256] : subjectsOf(content.envelope);
  if (stated.includes(sha256)) return { name: "subject", outcome: "passed", detail: `for sha256:${sha256}` };
  const detail = `for ${stated.slice(0, 3).join(", ") || "nothing with a SHA-256"}, not for sha256:${sha256}`;
  return { name: "subject", outcome: "failed", code: "SUBJECT_MISMATCH", detail };
}

function subjectsOf({ payload, payloadType }: { readonly payload: Uint8Array; readonly payloadType: string }): readonly string[] {
  if (payloadType !== statementPayloadType) return [];
  return parseStatement(payload).subjects.flatMap(({ digest }) => digest["sha256"] ?? []);
}
