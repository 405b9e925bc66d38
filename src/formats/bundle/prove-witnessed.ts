/** What a bundle proves by all that it holds: certificates, log entries and timestamps too. */
import { proveSignature } from "../../proof/prove-signature.ts";
import type { SignatureProof } from "../../proof/key-signature.ts";
import { reading, type Reading } from "../checks.ts";
import { parseMaterial } from "./material.ts";
import type { BundleQuestion } from "./verify-bundle.ts";

export async function proveWitnessed({ bundle, content, isPending, trust, at }: BundleQuestion): Promise<Reading<SignatureProof>> {
  const material = reading(() => parseMaterial(bundle));
  if ("problem" in material) return material;
  const { signature } = bundle;
  const evidence = { ...material.value, signature, content, stamped: signature, isPending };
  return { value: await proveSignature({ evidence, trust, at }) };
}
