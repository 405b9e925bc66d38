/** What a bundle proves of its signature over the content it must have signed. */
import type { Check } from "../../core/finding.ts";
import { verifyKeySignature, unverified, type SignatureResult } from "../../verification/key-signature.ts";
import type { BundleVerificationRequest } from "./verify-content.ts";
import type { SigstoreBundle } from "./sigstore-bundle.ts";

/** What only certificates, logs and timestamps need: loaded once there is a bundle that holds one, and asked for once. */
let loading: Promise<typeof import("./verify-content.ts")> | undefined;

/** The check of the format comes first. */
export async function verifyBundle(question: BundleVerificationRequest): Promise<SignatureResult> {
  const { bundle, content, trust } = question;
  const { hint, signature, version } = bundle;
  const format: Check = { name: "format", outcome: "passed", detail: `a sigstore bundle ${version}` };
  if (hint !== undefined && !isWitnessed(bundle)) {
    const { checks, ...proof } = await verifyKeySignature({ signature, content, hint }, trust.keys);
    return { ...proof, checks: [format, ...checks] };
  }
  loading ??= import("./verify-content.ts");
  const { verifyBundleContent } = await loading;
  const read = await verifyBundleContent(question);
  if ("problem" in read) return unverified(read.problem);
  const { checks, ...proof } = read.value;
  return { ...proof, checks: [format, ...checks] };
}

function isWitnessed({ material }: SigstoreBundle): boolean {
  return material.has("tlogEntries") || material.has("timestampVerificationData");
}
