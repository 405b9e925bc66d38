/** The port to what holds a private key. It sees what it signs, so that roles and lineage are possible. */
import type { Claim } from "./evidence.ts";
import type { PublicKey } from "./public-key.ts";

/** Who would sign: the key, and with it the scheme (`publicKey.algorithm.signs`). Certificates will join it here. */
export interface SignerDescription {
  readonly publicKey: PublicKey;
}

export interface Signed {
  readonly signature: Uint8Array;
  readonly by: SignerDescription;
}

export interface SignRequest {
  /** The message itself, not its hash. */
  readonly bytes: Uint8Array;
  readonly claim: Claim;
}

export interface Signer {
  describe(signal: AbortSignal): Promise<SignerDescription>;
  sign(request: SignRequest, signal: AbortSignal): Promise<Signed>;
}
