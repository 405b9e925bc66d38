/** Creates signatures with a key and its certificate chain: the bytes to sign, and the artifact to store. */
import { TouchmarkError } from "../../core/errors.ts";
import type { Instant } from "../../core/instant.ts";
import { emptyConfig, type Descriptor } from "../../core/oci/manifest.ts";
import type { SigningScheme } from "../../core/keys/signature-schemes.ts";
import { bareToken } from "../../core/envelopes/timestamp-token.ts";
import { version } from "../../core/version.ts";
import type { Certificate } from "../../core/x509/certificate.ts";
import type { ReferrerArtifact } from "../writer.ts";
import { notaryAlgorithmOf } from "./algorithms.ts";
import { requireChain } from "./certificate-chain.ts";
import type { EnvelopeKind, Signing } from "./envelope.ts";
import { encodeNotaryPayload, type Target } from "./payload.ts";
import { encodeSignatureManifest } from "./signature-manifest.ts";

/** What to sign, for any signer. */
export interface Terms<T extends Target = Descriptor> {
  /** The artifact to sign: its media type, digest and size count. */
  readonly subject: T;
  /** The signer's annotations. */
  readonly annotations: Readonly<Record<string, string>>;
  readonly kind: EnvelopeKind;
  /** The current time. */
  readonly at: Instant;
  /** The time when the signature expires. */
  readonly expiry?: Instant;
}

export interface NotationSigningRequest<T extends Target = Descriptor> extends Terms<T> {
  /** From the signer's certificate to the root. */
  readonly chain: readonly Certificate[];
}

export interface PreparedSignature<T extends Target = Target> {
  readonly request: NotationSigningRequest<T>;
  readonly signing: Signing;
  /** The signing scheme that the Notary Project requires for the key. */
  readonly scheme: SigningScheme;
  readonly toBeSigned: Uint8Array;
}

const agent = `touchmark/${version}`;

/**
 * The exact bytes to sign. Throws CERTIFICATE_INVALID, EXPIRED or UNSUPPORTED for a chain that no verifier would accept now, USAGE for a
 * reserved annotation.
 */
export async function prepareSignature<T extends Target>(request: NotationSigningRequest<T>): Promise<PreparedSignature<T>> {
  const { subject, annotations, chain, kind, at } = request;
  const [leaf] = chain;
  if (!leaf)
    throw new TouchmarkError("CERTIFICATE_REQUIRED", "a Notary Project signature needs the signer's certificate, and none was given", {
      hint: "Add the certificate chain of the key, the signer's certificate first.",
      remedy: { id: "add-certificate-chain" },
    });
  await requireChain(chain, at);
  const algorithm = notaryAlgorithmOf(leaf.publicKey);
  if (!algorithm) throw new TouchmarkError("INVALID_KEY", `a key of ${leaf.publicKey.algorithm.name} makes no Notary Project signature`);
  const attributes = { scheme: "notary.x509", ...timesIn(request) } as const;
  const signing: Signing = { algorithm, attributes, payload: encodeNotaryPayload(subject, annotations) };
  return { request, signing, scheme: algorithm.scheme, toBeSigned: kind.toBeSigned(signing) };
}

/**
 * The signature in its envelope, with an optional timestamp over it: a token, or the response of a timestamp authority. Throws
 * TIMESTAMP_INVALID for a response that refuses.
 */
export function assembleEnvelope(
  { request: { chain, kind }, signing }: PreparedSignature,
  signature: Uint8Array,
  timestamp?: Uint8Array,
): Uint8Array {
  return kind.encode({ ...signing, signature, chain, agent, ...(timestamp && { timestamp: bareToken(timestamp) }) });
}

/** The signature as a registry stores it. */
export function assembleSignature(prepared: PreparedSignature, signature: Uint8Array, timestamp?: Uint8Array): ReferrerArtifact {
  const { subject, chain, kind } = prepared.request;
  const envelope = assembleEnvelope(prepared, signature, timestamp);
  const at = prepared.signing.attributes.signingTime;
  const manifest = encodeSignatureManifest({ envelope, envelopeType: kind.mediaType, chain, subject, at });
  return { kind: "referrer", blobs: [envelope, emptyConfig.bytes], manifest };
}

/** The times in whole seconds, as envelopes hold them. Throws USAGE for an expiry that is not after the signing time. */
export function timesIn({ at, expiry }: Pick<Terms, "at" | "expiry">): { readonly signingTime: Instant; readonly expiry?: Instant } {
  const signingTime = wholeSeconds(at);
  if (expiry === undefined) return { signingTime };
  const end = wholeSeconds(expiry);
  if (end <= signingTime) throw new TouchmarkError("USAGE", "the signature would expire before it is made");
  return { signingTime, expiry: end };
}

function wholeSeconds(at: Instant): Instant {
  return Math.floor(at / 1000) * 1000;
}
