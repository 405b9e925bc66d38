/** Requests a signature from a signer and verifies it before use. */
import { TouchmarkError } from "../core/errors.ts";
import type { Claim } from "../core/evidence.ts";
import { verifies } from "../core/keys/public-key.ts";
import type { MadeSignature, Signer, SignerDescription } from "../core/signer.ts";
import type { ClaimToSign, ToSign } from "../formats/writer.ts";

export interface SigningBy {
  readonly signer: Signer;
  readonly by: SignerDescription;
  readonly claim: ClaimToSign;
  readonly signal: AbortSignal;
}

/** Throws what the signer does, and INVALID_KEY if the signature does not verify with the signer's public key. */
export async function signChecked(
  { bytes, content, scheme, timestamped }: ToSign,
  { signer, by, claim, signal }: SigningBy,
): Promise<MadeSignature> {
  const optional = { ...(content && { content }), ...(scheme && { scheme }), ...(timestamped && { timestamped }) };
  const signed = await signer.sign({ bytes, claim: claimOf(claim), ...optional }, signal);
  const { publicKey } = by;
  const isSigned = scheme ? scheme.verify(publicKey.key, bytes, signed.signature) : await verifies(publicKey, bytes, signed.signature);
  if (isSigned) return signed;
  throw new TouchmarkError("INVALID_KEY", `what the key sha256:${publicKey.fingerprint} signs does not verify with its own public half`);
}

/** The claim without the bytes of a statement, as signers and records get it. */
export function claimOf(claim: ClaimToSign): Claim {
  if (claim.kind === "signature") return claim;
  const { kind, subject, predicateType } = claim;
  return { kind, subject, predicateType };
}
