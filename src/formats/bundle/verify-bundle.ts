/** What a bundle proves of its signature over the content it must have signed. */
import type { Check } from "../../core/finding.ts";
import type { Instant } from "../../core/instant.ts";
import { proveKeySignature, unproven, type SignatureProof } from "../../proof/key-signature.ts";
import type { SignedContent } from "../../proof/signed-content.ts";
import type { Trust } from "../../trust/trust.ts";
import { reading } from "../checks.ts";
import type { SigstoreBundle } from "./sigstore-bundle.ts";

export interface BundleQuestion {
  readonly bundle: SigstoreBundle;
  readonly content: SignedContent;
  readonly trust: Trust;
  /** The time of verification: nothing proven lies after it. */
  readonly at: Instant;
}

/** The check of the format comes first. What only certificates, logs and timestamps need is loaded for a bundle that holds one. */
export async function verifyBundle({ bundle, content, trust, at }: BundleQuestion): Promise<SignatureProof> {
  const { hint, signature, version } = bundle;
  const format: Check = { name: "format", outcome: "passed", detail: `a sigstore bundle ${version}` };
  if (hint !== undefined && !isWitnessed(bundle)) {
    const { checks, ...proof } = await proveKeySignature({ signature, content, hint }, trust.keys);
    return { ...proof, checks: [format, ...checks] };
  }
  const { parseMaterial } = await import("./material.ts");
  const material = reading(() => parseMaterial(bundle));
  if ("problem" in material) return unproven(material.problem);
  const { proveSignature } = await import("../../proof/prove-signature.ts");
  const evidence = { ...material.value, signature, content, stamped: signature };
  const { checks, ...proof } = await proveSignature({ evidence, trust, at });
  return { ...proof, checks: [format, ...checks] };
}

function isWitnessed({ material }: SigstoreBundle): boolean {
  return material.has("tlogEntries") || material.has("timestampVerificationData");
}
