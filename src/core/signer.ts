/** The ports to what holds a private key. It sees what it signs, so that roles and lineage are possible. */
import type { Claim } from "./evidence.ts";
import type { PublicKey } from "./keys/public-key.ts";
import type { VerificationMaterial } from "./verification-material.ts";
import type { SigningScheme } from "./keys/signature-schemes.ts";
import type { SignedContent } from "./signed-content.ts";
import type { Certificate } from "./x509/certificate.ts";

/** Who would sign: the key, and with it the scheme (`publicKey.algorithm.signs`). */
export interface SignerDescription {
  readonly publicKey: PublicKey;
  /** The signer's certificate and those above it up to the root; absent where there is none, or only in the moment of signing. */
  readonly chain?: readonly Certificate[];
}

export interface MadeSignature {
  readonly signature: Uint8Array;
  readonly by: SignerDescription;
  /** What others added; absent where nobody was asked. */
  readonly material?: VerificationMaterial;
}

/** Who signed, in a report: a key by its fingerprint, or an identity and who vouched for it. */
export type SignerName = { readonly key: string } | { readonly identity: string; readonly issuer: string };

export interface SignRequest {
  /** The message itself, not its hash. */
  readonly bytes: Uint8Array;
  /** The same, as logs take it; absent where no log keeps it. */
  readonly content?: SignedContent;
  /** How to sign, where that is not as the key signs by itself. */
  readonly scheme?: SigningScheme;
  readonly claim: Claim;
}

export interface Signer {
  describe(signal: AbortSignal): Promise<SignerDescription>;
  sign(request: SignRequest, signal: AbortSignal): Promise<MadeSignature>;
}

/** What makes signatures whole in an envelope of its own, and shows its key with each of them alone: nothing can be known of it before, or sealed after it. */
export interface EnvelopeSigner {
  envelop(request: EnvelopeRequest, signal: AbortSignal): Promise<MadeEnvelope>;
}

export interface EnvelopeRequest {
  readonly payload: Uint8Array;
  /** Media types, of the payload and of the envelope to make. */
  readonly payloadType: string;
  readonly envelopeType: string;
  /** How long the signature is meant to be used, in seconds. */
  readonly lifetime?: number;
}

/** As it came, of the type that was asked. It proves nothing until it was read. */
export interface MadeEnvelope {
  readonly bytes: Uint8Array;
  /** What its maker wants said where it is stored. */
  readonly annotations: Readonly<Record<string, string>>;
}
