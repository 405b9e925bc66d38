/** What a bundle proves by all that it holds: certificates, log entries and timestamps too. */
import type { Instant } from "../../core/instant.ts";
import type { SignedContent } from "../../core/signed-content.ts";
import { verifySignature } from "../../verification/verify-signature.ts";
import type { SignatureResult } from "../../verification/key-signature.ts";
import type { Trust } from "../../trust/trust.ts";
import { reading, type Reading } from "../checks.ts";
import { parseMaterial } from "./material.ts";
import type { SigstoreBundle } from "./sigstore-bundle.ts";

export interface BundleVerificationRequest {
  readonly bundle: SigstoreBundle;
  readonly content: SignedContent;
  /** It says that a log is yet to be asked to keep it. */
  readonly isPending: boolean;
  readonly trust: Trust;
  /** The time of verification: nothing proven lies after it, further than clocks may differ. */
  readonly at: Instant;
}

export async function verifyBundleContent({
  bundle,
  content,
  isPending,
  trust,
  at,
}: BundleVerificationRequest): Promise<Reading<SignatureResult>> {
  const material = reading(() => parseMaterial(bundle));
  if ("problem" in material) return material;
  const { signature } = bundle;
  const evidence = { ...material.value, signature, content, stamped: signature, isPending };
  return { value: await verifySignature({ evidence, trust, at }) };
}
