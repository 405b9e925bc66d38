/**
 * X.509 certificates (RFC 5280, section 4.1):
 *
 *     SEQUENCE { TBSCertificate, signatureAlgorithm, signature BIT STRING }
 *     TBSCertificate: SEQUENCE { [0] version, serial, signature algorithm, issuer, validity, subject, public key, …, [3] extensions }
 *
 * Parsing verifies nothing.
 */
import { equalBytes } from "../bytes.ts";
import { contextTag, Members, parseDer, tags, type Der } from "../asn1/der.ts";
import { readBitStringBytes, readInteger, readIntegerBytes, readTime } from "../asn1/der-values.ts";
import { malformed } from "../errors.ts";
import type { Instant } from "../instant.ts";
import { readPublicKey, type PublicKey } from "../keys/public-key.ts";
import { readExtensions, type Extension } from "./extension-list.ts";
import { quoteName, readName, type Name } from "./name.ts";
import { readAlgorithmIdentifier, type AlgorithmIdentifier } from "./signature-algorithm.ts";
import { coreLimits } from "../limits.ts";

export interface Certificate {
  readonly raw: Uint8Array;
  /** The signed part. */
  readonly tbs: Der;
  readonly version: 1 | 2 | 3;
  /** The bytes of its INTEGER. */
  readonly serial: Uint8Array;
  readonly issuer: Name;
  readonly subject: Name;
  /** The first and the last instant of its validity. */
  readonly notBefore: Instant;
  readonly notAfter: Instant;
  /** SubjectPublicKeyInfo, DER, as encoded in the certificate. */
  readonly spki: Uint8Array;
  /** Parsed on first use. Throws INVALID_KEY for a kind that is not accepted. */
  readonly publicKey: PublicKey;
  readonly signatureAlgorithm: AlgorithmIdentifier;
  readonly signature: Uint8Array;
  /** Extensions by OID. */
  readonly extensions: ReadonlyMap<string, Extension>;
}

const { certificateBytes: maxBytes, certificateDepth: maxDepth, certificateValues: maxValues } = coreLimits;
const bounds = { maxBytes, maxDepth, maxValues };

/** Parses one certificate; `what` names it in messages. Throws MALFORMED, or LIMIT_EXCEEDED past a bound. */
export function parseCertificate(der: Uint8Array, what = "the certificate"): Certificate {
  const outer = new Members(parseDer(der, what, bounds), tags.sequence, what);
  const tbs = outer.take("tbsCertificate", tags.sequence);
  const signatureAlgorithm = readAlgorithmIdentifier(outer.take("signatureAlgorithm"), `${what}.signatureAlgorithm`);
  const signature = readBitStringBytes(outer.take("signature"), `${what}.signature`);
  outer.end();

  const members = new Members(tbs, tags.sequence, what);
  const version = readVersion(members.optional(contextTag(0)), what);
  const serial = readIntegerBytes(members.take("serialNumber"), `${what}.serialNumber`);
  if (!equalBytes(members.take("signature").raw, signatureAlgorithm.raw)) {
    throw malformed(`${what} names one signature algorithm inside and another outside of what is signed`);
  }
  const issuer = readName(members.take("issuer"), `${what}.issuer`);
  const validity = new Members(members.take("validity"), tags.sequence, `${what}.validity`);
  const notBefore = readTime(validity.take("notBefore"), `${what}.notBefore`);
  const notAfter = readTime(validity.take("notAfter"), `${what}.notAfter`);
  validity.end();
  const subject = readName(members.take("subject"), `${what}.subject`);
  const spki = members.take("subjectPublicKeyInfo", tags.sequence).raw;
  members.optional(contextTag(1, "primitive")); // the unused unique ids of version 2
  members.optional(contextTag(2, "primitive"));
  const extensions = readExtensions(members.optional(contextTag(3)), contextTag(3), what);
  members.end();
  if (extensions.size > 0 && version !== 3) throw malformed(`${what} has extensions, which version ${version} cannot have`);

  let publicKey: PublicKey | undefined;
  return {
    raw: der,
    tbs,
    version,
    serial,
    issuer,
    subject,
    notBefore,
    notAfter,
    spki,
    get publicKey(): PublicKey {
      return (publicKey ??= readPublicKey(spki, `the public key of ${what}`));
    },
    signatureAlgorithm,
    signature,
    extensions,
  };
}

/** Describes a certificate: its subject or, as Fulcio certificates have none, its serial number and issuer. */
export function describeCertificate({ subject, issuer, serial }: Certificate): string {
  if (subject.text !== "") return `the certificate ${quoteName(subject)}`;
  return `the certificate ${Buffer.from(serial).toString("hex").slice(0, 64)} of ${quoteName(issuer)}`;
}

function readVersion(value: Der | undefined, what: string): 1 | 2 | 3 {
  if (value === undefined) return 1;
  const members = new Members(value, contextTag(0), `${what}.version`);
  const number = readInteger(members.take("number"), `${what}.version`);
  members.end();
  if (number === 0n) return 1;
  if (number === 1n) return 2;
  if (number === 2n) return 3;
  throw malformed(`${what} is of version ${number + 1n}, expected 1 to 3`);
}
