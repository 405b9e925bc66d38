/** What is trusted, as one immutable value with a digest. The time is not in it: `at` is passed beside it. */
import { digestOf, type Digest } from "../core/digest.ts";
import { encodeUtf8 } from "../core/bytes.ts";
import type { PublicKey } from "../core/public-key.ts";
import type { CertificateAuthority, LogAuthority, TrustedRoot } from "./trusted-root.ts";

export interface TrustedKey {
  /** What a person calls it: the file it came from. */
  readonly name: string;
  readonly publicKey: PublicKey;
}

/** Who is expected to have signed by certificate: both exactly. */
export interface TrustedIdentity {
  readonly subjectAlternativeName: string;
  /** The issuer of the token that the certificate was given for, a URL. */
  readonly issuer: string;
}

export interface Trust {
  /** Of what is trusted, not of what it is called: equal trust has an equal digest. */
  readonly digest: Digest;
  readonly keys: readonly TrustedKey[];
  /** Any one of them must vouch for all there is about a certificate. */
  readonly roots: readonly TrustedRoot[];
  readonly identities: readonly TrustedIdentity[];
}

export interface CertificateTrust {
  readonly roots: readonly TrustedRoot[];
  readonly identities: readonly TrustedIdentity[];
}

/** A key that is given twice counts once, under its first name. */
export function makeTrust(keys: readonly TrustedKey[], { roots, identities }: CertificateTrust = { roots: [], identities: [] }): Trust {
  const byFingerprint = new Map(keys.toReversed().map((key) => [key.publicKey.fingerprint, key]));
  const unique = [...byFingerprint.values()].toReversed();
  const content = [
    ...unique.map((key) => `key ${key.publicKey.fingerprint}\n`),
    ...roots.map((root) => `root ${digestOf(encodeUtf8(rootContent(root)))}\n`),
    ...identities.map(({ subjectAlternativeName, issuer }) => `identity ${JSON.stringify([subjectAlternativeName, issuer])}\n`),
  ].toSorted();
  return { digest: digestOf(encodeUtf8(content.join(""))), keys: unique, roots, identities };
}

function rootContent({ certificateAuthorities, logs, certificateLogs, timestampAuthorities }: TrustedRoot): string {
  const authority = ({ operator, chain, validFor: { start, end } }: CertificateAuthority): string =>
    JSON.stringify([operator, chain.map((der) => digestOf(der)), start, end]);
  const log = ({ id, checkpointId, operator, publicKey, validFor: { start, end } }: LogAuthority): string =>
    JSON.stringify([id, checkpointId, operator, publicKey.fingerprint, start, end]);
  return JSON.stringify([
    certificateAuthorities.map(authority).toSorted(),
    logs.map(log).toSorted(),
    certificateLogs.map(log).toSorted(),
    timestampAuthorities.map(authority).toSorted(),
  ]);
}
