/** The ports for holders of a private key. A signer gets the content to sign, so it can enforce roles and lineage. */
import type { Claim } from "./evidence.ts";
import type { PublicKey } from "./keys/public-key.ts";
import type { VerificationMaterial } from "./verification-material.ts";
import type { SigningScheme } from "./keys/signature-schemes.ts";
import type { SignedContent } from "./signed-content.ts";
import type { Certificate } from "./x509/certificate.ts";

/** The signing identity: the key, and with it the scheme (`publicKey.algorithm.signs`). */
export interface SignerDescription {
  readonly publicKey: PublicKey;
  /** The signer's certificate and its issuers up to the root; absent where there is none, or where it is issued at signing time. */
  readonly chain?: readonly Certificate[];
}

export interface MadeSignature {
  readonly signature: Uint8Array;
  readonly by: SignerDescription;
  /** Verification material of other services; absent where none was requested. */
  readonly material?: VerificationMaterial;
}

/** The signer in a report: a key's fingerprint, or an identity and its issuer. */
export type SignerName = { readonly key: string } | { readonly identity: string; readonly issuer: string };

export interface SignRequest {
  /** The message itself, not its hash. */
  readonly bytes: Uint8Array;
  /** The message in the form for logs; absent where no log stores it. */
  readonly content?: SignedContent;
  /** The signing scheme, where it differs from the key's default. */
  readonly scheme?: SigningScheme;
  /** The bytes that a timestamp is over, where they are not the signature itself. */
  readonly timestamped?: (signature: Uint8Array) => Uint8Array;
  readonly claim: Claim;
}

export interface Signer {
  describe(signal: AbortSignal): Promise<SignerDescription>;
  sign(request: SignRequest, signal: AbortSignal): Promise<MadeSignature>;
}

/** A signer that produces complete signature envelopes and reveals its key only in them: nothing about the key is known before, and no verification material can be added after. */
export interface EnvelopeSigner {
  envelop(request: EnvelopeRequest, signal: AbortSignal): Promise<MadeEnvelope>;
}

export interface EnvelopeRequest {
  readonly payload: Uint8Array;
  /** Media types of the payload and of the requested envelope. */
  readonly payloadType: string;
  readonly envelopeType: string;
  /** The intended lifetime of the signature, in seconds. */
  readonly lifetime?: number;
}

/** The envelope as received, of the requested type. It is unverified until it is parsed. */
export interface MadeEnvelope {
  readonly bytes: Uint8Array;
  /** Annotations that the signer requests for the stored signature. */
  readonly annotations: Readonly<Record<string, string>>;
}
