/** The port to what holds a private key. It sees what it signs, so that roles and lineage are possible. */
import type { Claim } from "./evidence.ts";
import type { PublicKey } from "./public-key.ts";
import type { Seals } from "./seals.ts";
import type { SignedContent } from "./signed-content.ts";

/** Who would sign: the key, and with it the scheme (`publicKey.algorithm.signs`). */
export interface SignerDescription {
  readonly publicKey: PublicKey;
}

export interface Signed {
  readonly signature: Uint8Array;
  readonly by: SignerDescription;
  /** What others added; absent where nobody was asked. */
  readonly seals?: Seals;
}

/** Who signed, in a report: a key by its fingerprint, or an identity and who vouched for it. */
export type SignedBy = { readonly key: string } | { readonly identity: string; readonly issuer: string };

export interface SignRequest {
  /** The message itself, not its hash. */
  readonly bytes: Uint8Array;
  /** The same, as logs take it. */
  readonly content: SignedContent;
  readonly claim: Claim;
}

export interface Signer {
  describe(signal: AbortSignal): Promise<SignerDescription>;
  sign(request: SignRequest, signal: AbortSignal): Promise<Signed>;
}
