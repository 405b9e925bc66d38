/** The trust anchors as one immutable value with a digest. It is independent of expected signers and of the time. */
import { digestOf, type Digest } from "../core/digest.ts";
import { encodeUtf8 } from "../core/bytes.ts";
import type { Instant } from "../core/instant.ts";
import type { PublicKey } from "../core/keys/public-key.ts";
import type { Certificate } from "../core/x509/certificate.ts";
import type { CertificateAuthority, LogAuthority, TrustedRoot } from "./trusted-root.ts";

export interface TrustedKey {
  /** The key's name in messages: its file. */
  readonly name: string;
  readonly publicKey: PublicKey;
}

export interface Trust {
  /** Digest of the anchors, not of their names: equal trust has an equal digest. */
  readonly digest: Digest;
  readonly keys: readonly TrustedKey[];
  /** Sigstore roots; one of them must verify everything about a certificate. */
  readonly roots: readonly TrustedRoot[];
  readonly stores: TrustStores;
}

/** A directly trusted certificate. */
export interface TrustedCertificate {
  /** The name of its source: a trust store, a file. */
  readonly name: string;
  readonly certificate: Certificate;
}

/** Certificates by their use, as in the Notary Project's trust stores. */
export interface TrustStores {
  /** Certificate authorities of signers, for the signing scheme `notary.x509`. */
  readonly ca: readonly TrustedCertificate[];
  /** Signing authorities, for the signing scheme `notary.x509.signingAuthority`. */
  readonly signingAuthority: readonly TrustedCertificate[];
  /** Roots of timestamp authorities. Without any, timestamps are not verified. */
  readonly tsa: readonly TrustedCertificate[];
}

export interface TrustAnchors {
  readonly keys?: readonly TrustedKey[];
  readonly roots?: readonly TrustedRoot[];
  readonly stores?: Partial<TrustStores>;
}

/** Creates the trust of exactly these anchors. A repeated key counts once, under its first name. */
export function makeTrust({ keys = [], roots = [], stores = {} }: TrustAnchors = {}): Trust {
  const byFingerprint = new Map(keys.toReversed().map((key) => [key.publicKey.fingerprint, key]));
  const unique = [...byFingerprint.values()].toReversed();
  const { ca = [], signingAuthority = [], tsa = [] } = stores;
  const content = [
    ...unique.map((key) => `key ${key.publicKey.fingerprint}\n`),
    ...roots.map((root) => `root ${digestOf(encodeUtf8(rootContent(root)))}\n`),
    ...Object.entries({ ca, signingAuthority, tsa }).flatMap(([store, certificates]) =>
      [...new Set(certificates.map(({ certificate }) => digestOf(certificate.raw)))].map((digest) => `${store} ${digest}\n`),
    ),
  ].toSorted();
  return { digest: digestOf(encodeUtf8(content.join(""))), keys: unique, roots, stores: { ca, signingAuthority, tsa } };
}

/** By when the embedded root was to be renewed; undefined if only others are trusted. */
export function embeddedRenewBy({ roots }: Pick<Trust, "roots">): Instant | undefined {
  return roots.find(({ renewBy }) => renewBy !== undefined)?.renewBy;
}

function rootContent({ certificateAuthorities, logs, certificateLogs, timestampAuthorities }: TrustedRoot): string {
  const authority = ({ operator, chain, validFor: { start, end } }: CertificateAuthority): string =>
    JSON.stringify([operator, chain.map(({ raw }) => digestOf(raw)), start, end]);
  const log = ({ id, checkpointId, operator, publicKey, validFor: { start, end } }: LogAuthority): string =>
    JSON.stringify([id, checkpointId, operator, publicKey.fingerprint, start, end]);
  return JSON.stringify([
    certificateAuthorities.map(authority).toSorted(),
    logs.map(log).toSorted(),
    certificateLogs.map(log).toSorted(),
    timestampAuthorities.map(authority).toSorted(),
  ]);
}
