/** Verifies a bundle's signature over the content it must have signed. */
import type { Check } from "../../core/finding.ts";
import type { Instant } from "../../core/instant.ts";
import type { SignedContent } from "../../core/signed-content.ts";
import type { Trust } from "../../trust/trust.ts";
import { unverified, type SignatureResult } from "../../verification/key-signature.ts";
import { verifySignature } from "../../verification/verify-signature.ts";
import { reading } from "../checks.ts";
import { parseMaterial } from "./material.ts";
import type { SigstoreBundle } from "./sigstore-bundle.ts";

export interface BundleVerificationRequest {
  readonly bundle: SigstoreBundle;
  readonly content: SignedContent;
  /** Whether the bundle states that its log entry is pending. */
  readonly isPending: boolean;
  readonly trust: Trust;
  /** The time of verification. A verified time that is later, beyond clock skew, is refused. */
  readonly at: Instant;
}

/** Verifies the bundle; the check of the format comes first in the result. */
export async function verifyBundle({ bundle, content, isPending, trust, at }: BundleVerificationRequest): Promise<SignatureResult> {
  const { signature, version } = bundle;
  const material = reading(() => parseMaterial(bundle));
  if ("problem" in material) return unverified(material.problem);
  const format: Check = { name: "format", outcome: "passed", detail: `a sigstore bundle ${version}` };
  const evidence = { ...material.value, signature, content, stamped: signature, isPending };
  const { checks, ...result } = await verifySignature({ evidence, trust, at });
  return { ...result, checks: [format, ...checks] };
}
