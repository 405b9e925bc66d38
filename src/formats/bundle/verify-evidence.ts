/** Claims and verification of a bundle for an image or a file. */
import { algorithmOf, digestOf, hexOf, isDigest } from "../../core/digest.ts";
import { TouchmarkError } from "../../core/errors.ts";
import type { Claim, Evidence } from "../../core/evidence.ts";
import type { Check, Finding } from "../../core/finding.ts";
import type { Instant } from "../../core/instant.ts";
import { parseStatement, statementPayloadType } from "../../core/statements/statement.ts";
import { hasDigest, type Content } from "../../core/subject.ts";
import type { SignedContent } from "../../core/signed-content.ts";
import type { Trust } from "../../trust/trust.ts";
import { describeHint } from "../../verification/key-signature.ts";
import { findingOf, reading, subjectCheck, type Reading } from "../checks.ts";
import type { StatedClaims } from "../format.ts";
import type { PendingRecord } from "./pending-record.ts";
import { readClaim } from "./sign-statement.ts";
import { parseBundle, type BundleContent, type SigstoreBundle } from "./sigstore-bundle.ts";
import { verifyBundle } from "./verify-bundle.ts";

export interface BundleEvidence extends Evidence {
  readonly bundle: Reading<SigstoreBundle>;
  /** The record of a pending log upload, if there is one. */
  readonly pending?: Reading<PendingRecord>;
}

export function bundleEvidence(found: Omit<BundleEvidence, "bundle" | "signature">, bytes: Uint8Array): BundleEvidence {
  const bundle = reading(() => parseBundle(bytes));
  return { ...found, bundle, ...("value" in bundle && { signature: digestOf(bundle.value.signature) }) };
}

/** The claims of the bundle, unverified. */
export function bundleClaims({ bundle }: BundleEvidence, about: Content): StatedClaims {
  if ("problem" in bundle) return { claims: [] };
  const { content, hint } = bundle.value;
  const stated = reading(() => read(content, about));
  const claims = "value" in stated && stated.value.claim ? [stated.value.claim] : [];
  return { claims, ...(hint !== undefined && { hint: describeHint(hint) }) };
}

/** Never throws for the content of the bundle. `about`: the image's manifest, or the file. */
export async function verifyBundleEvidence(evidence: BundleEvidence, about: Content, trust: Trust, at: Instant): Promise<Finding> {
  if ("problem" in evidence.bundle) return findingOf(evidence, at, { checks: [evidence.bundle.problem] });
  const { value: bundle } = evidence.bundle;
  const parsed = reading(() => read(bundle.content, about));
  if ("problem" in parsed) return findingOf(evidence, at, { checks: [parsed.problem] });
  const { claim, content, subject } = parsed.value;
  // The message of a message signature over other content is not available.
  if (content === undefined) return findingOf(evidence, at, { ...(claim && { claim }), checks: [subject] });
  const { checks, ...result } = await verifyBundle({ bundle, content, isPending: evidence.pending !== undefined, trust, at });
  return findingOf(evidence, at, { ...result, ...(claim && { claim }), hint: bundle.hint, checks: [...checks, subject] });
}

interface ParsedClaim {
  readonly claim?: Claim;
  readonly content?: SignedContent;
  readonly subject: Check;
}

/** A DSSE envelope holds its own statement; a message signature is over the content. */
function read(content: BundleContent, about: Content): ParsedClaim {
  if (content.kind === "message") return readMessage(content.stated, about);
  const { payload, payloadType } = content.envelope;
  if (payloadType !== statementPayloadType) {
    throw new TouchmarkError("UNSUPPORTED", `a payload of type ${JSON.stringify(payloadType.slice(0, 100))} is not supported`);
  }
  const { claim, namesSubject } = readClaim(parseStatement(payload), about);
  return { claim, content: { kind: "envelope", payload, payloadType }, subject: subjectCheck(namesSubject, claim, about) };
}

function readMessage(stated: Extract<BundleContent, { readonly kind: "message" }>["stated"], about: Content): ParsedClaim {
  const { digest, bytes } = about;
  if (stated && hasDigest(about, stated.algorithm, stated.hex) === false) {
    const other = `${stated.algorithm}:${stated.hex}`;
    const subject: Check = { name: "subject", outcome: "failed", code: "SUBJECT_MISMATCH", detail: `for ${other}, not for ${digest}` };
    return isDigest(other) ? { claim: { kind: "signature", subject: other, annotations: {} }, subject } : { subject };
  }
  if (!bytes && algorithmOf(digest) !== "sha256") throw new TouchmarkError("UNSUPPORTED", `${digest} is no SHA-256, which is needed`);
  const claim: Claim = { kind: "signature", subject: digest, annotations: {} };
  return {
    claim,
    content: bytes ? { kind: "message", message: bytes } : { kind: "digest", sha256: hexOf(digest) },
    subject: subjectCheck(true, claim, about),
  };
}
