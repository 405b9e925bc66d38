/** What a bundle proves of its signature over the content it must have signed. */
import type { Check } from "../../core/finding.ts";
import { proveKeySignature, unproven, type SignatureProof } from "../../proof/key-signature.ts";
import type { BundleQuestion } from "./prove-witnessed.ts";
import type { SigstoreBundle } from "./sigstore-bundle.ts";

/** What only certificates, logs and timestamps need: loaded once there is a bundle that holds one, and asked for once. */
let loading: Promise<typeof import("./prove-witnessed.ts")> | undefined;

/** The check of the format comes first. */
export async function verifyBundle(question: BundleQuestion): Promise<SignatureProof> {
  const { bundle, content, trust } = question;
  const { hint, signature, version } = bundle;
  const format: Check = { name: "format", outcome: "passed", detail: `a sigstore bundle ${version}` };
  if (hint !== undefined && !isWitnessed(bundle)) {
    const { checks, ...proof } = await proveKeySignature({ signature, content, hint }, trust.keys);
    return { ...proof, checks: [format, ...checks] };
  }
  loading ??= import("./prove-witnessed.ts");
  const { proveWitnessed } = await loading;
  const read = await proveWitnessed(question);
  if ("problem" in read) return unproven(read.problem);
  const { checks, ...proof } = read.value;
  return { ...proof, checks: [format, ...checks] };
}

function isWitnessed({ material }: SigstoreBundle): boolean {
  return material.has("tlogEntries") || material.has("timestampVerificationData");
}
