/** What is trusted, as one immutable value with a digest. The time is not in it: `at` is passed beside it. */
import { digestOf, type Digest } from "../core/digest.ts";
import { encodeUtf8 } from "../core/bytes.ts";
import type { PublicKey } from "../core/keys/public-key.ts";
import { identityContent, type TrustedIdentity } from "./identity.ts";
import { notationContent, type NotationTrust } from "./notation/notation-trust.ts";
import type { CertificateAuthority, LogAuthority, TrustedRoot } from "./trusted-root.ts";

export interface TrustedKey {
  /** What a person calls it: the file it came from. */
  readonly name: string;
  readonly publicKey: PublicKey;
}

export interface Trust {
  /** Of what is trusted, not of what it is called: equal trust has an equal digest. */
  readonly digest: Digest;
  readonly keys: readonly TrustedKey[];
  /** Any one of them must vouch for all there is about a certificate. */
  readonly roots: readonly TrustedRoot[];
  readonly identities: readonly TrustedIdentity[];
  /** Whom to trust for signatures of the Notary Project. */
  readonly notation?: NotationTrust;
  /** What a signature by certificate may do without: no check is made of it. */
  readonly unchecked: readonly Omissible[];
}

/** Checks that a person may give up: that a log knows the certificate, and the signature. */
export type Omissible = "sct" | "log";

export interface CertificateTrust {
  readonly roots: readonly TrustedRoot[];
  readonly identities: readonly TrustedIdentity[];
  readonly unchecked?: readonly Omissible[];
  readonly notation?: NotationTrust | undefined;
}

const none: CertificateTrust = { roots: [], identities: [] };

/** A key that is given twice counts once, under its first name. */
export function makeTrust(keys: readonly TrustedKey[], { roots, identities, unchecked = [], notation }: CertificateTrust = none): Trust {
  const byFingerprint = new Map(keys.toReversed().map((key) => [key.publicKey.fingerprint, key]));
  const unique = [...byFingerprint.values()].toReversed();
  const content = [
    ...unique.map((key) => `key ${key.publicKey.fingerprint}\n`),
    ...roots.map((root) => `root ${digestOf(encodeUtf8(rootContent(root)))}\n`),
    ...identities.map((identity) => `identity ${identityContent(identity)}\n`),
    ...(notation ? [`notation ${digestOf(encodeUtf8(notationContent(notation)))}\n`] : []),
    ...unchecked.map((name) => `unchecked ${name}\n`),
  ].toSorted();
  return { digest: digestOf(encodeUtf8(content.join(""))), keys: unique, roots, identities, unchecked, ...(notation && { notation }) };
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
