/** The envelopes of the Notary Project (signature specification, "Signature Envelope"): the content of both kinds, and the interface of a kind. */
import { equalBytes } from "../../core/bytes.ts";
import { malformed, TouchmarkError } from "../../core/errors.ts";
import { parseCertificate, type Certificate } from "../../core/x509/certificate.ts";
import { formatLimits } from "../limits.ts";
import type { NotaryAlgorithm } from "./algorithms.ts";
import type { EnvelopeType } from "./envelope-types.ts";
import type { SignedAttributes } from "./signed-attributes.ts";

export interface NotaryEnvelope {
  /** The algorithm that the envelope states; unverified until compared with the key's. */
  readonly algorithm: NotaryAlgorithm;
  readonly attributes: SignedAttributes;
  readonly payload: Uint8Array;
  /** The bytes that are signed. */
  readonly toBeSigned: Uint8Array;
  readonly signature: Uint8Array;
  /** The stated chain from the signer's certificate to the root; unverified. */
  readonly chain: readonly [Certificate, ...Certificate[]];
  /** A timestamp over the signature, DER. */
  readonly timestamp?: Uint8Array;
}

/** One kind of envelope. */
export interface EnvelopeKind {
  readonly mediaType: EnvelopeType;
  /** The name in messages. */
  readonly name: string;
  /** Throws MALFORMED, LIMIT_EXCEEDED or UNSUPPORTED. */
  parse(bytes: Uint8Array): Omit<NotaryEnvelope, "chain"> & { readonly chain: readonly Uint8Array[] };
  /** The bytes to sign. */
  toBeSigned(signing: Signing): Uint8Array;
  encode(signed: SignedParts): Uint8Array;
}

export interface Signing {
  readonly algorithm: NotaryAlgorithm;
  readonly attributes: SignedAttributes;
  readonly payload: Uint8Array;
}

export interface SignedParts extends Signing {
  readonly signature: Uint8Array;
  readonly chain: readonly Certificate[];
  readonly timestamp?: Uint8Array;
  /** The software that signed, `touchmark/1.0.0`. */
  readonly agent: string;
}

/**
 * Parses an envelope of this kind. A certificate that is byte for byte one of `known` is not parsed again, and keeps its memoised results.
 * Throws MALFORMED, LIMIT_EXCEEDED or UNSUPPORTED.
 */
export function parseEnvelope(kind: EnvelopeKind, bytes: Uint8Array, known: readonly Certificate[] = []): NotaryEnvelope {
  const { chain, ...envelope } = kind.parse(bytes);
  if (envelope.signature.length === 0) throw malformed("the envelope has an empty signature");
  if (chain.length > formatLimits.notaryChain)
    throw new TouchmarkError(
      "LIMIT_EXCEEDED",
      `the envelope has ${chain.length} certificates, over the limit of ${formatLimits.notaryChain}`,
    );
  const [leaf, ...issuers] = chain.map(
    (der, i) => known.find(({ raw }) => equalBytes(raw, der)) ?? parseCertificate(der, `certificate ${i + 1} of the envelope`),
  );
  if (!leaf) throw malformed("the envelope has no certificate");
  return { ...envelope, chain: [leaf, ...issuers] };
}
