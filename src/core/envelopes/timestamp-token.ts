/**
 * Timestamp responses and tokens (RFC 3161, section 2.4.2; RFC 5816).
 *
 *     TimeStampResp ::= SEQUENCE { status PKIStatusInfo, timeStampToken? }       the authority's response; sigstore stores it whole
 *     TimeStampToken ::= ContentInfo                                             signed data over a TSTInfo; notation stores this
 *     TSTInfo ::= SEQUENCE { version, policy, messageImprint, serialNumber, genTime, accuracy?, ordering?, nonce?, [0] tsa?, [1] extensions? }
 *
 * A signed attribute identifies the signer's certificate by its hash (RFC 2634, section 5.4; RFC 5035, section 3).
 */
import { equalBytes } from "../bytes.ts";
import { readSignedData, type IssuerSerial, type SignedData } from "./cms.ts";
import { contextTag, inside, Members, parseDer, tags, type Der } from "../asn1/der.ts";
import { readBoolean, readInteger, readIntegerBytes, readOctetString, readOid, readTime } from "../asn1/der-values.ts";
import { malformed, TouchmarkError } from "../errors.ts";
import { hash, type HashAlgorithm } from "../keys/hash.ts";
import { readHashAlgorithm } from "../keys/hash-algorithm.ts";
import type { Instant } from "../instant.ts";
import type { Certificate } from "../x509/certificate.ts";
import { coreLimits } from "../limits.ts";

export interface TimestampToken {
  readonly signedData: SignedData;
  /** Digest of the timestamped bytes. */
  readonly imprint: Hashed<HashAlgorithm>;
  readonly at: Instant;
  /** Accuracy in milliseconds, in both directions; rounded up. */
  readonly accuracy?: number;
  /** The nonce of the request, for the requester to compare. */
  readonly nonce?: bigint;
  /** The ids that the signer's certificate must match, all of them. At least one. */
  readonly signers: readonly CertificateId[];
}

interface Hashed<Algorithm> {
  readonly algorithm: Algorithm;
  readonly digest: Uint8Array;
}

/** ESSCertID or ESSCertIDv2: the hash of a certificate, and its issuer and serial number. */
export interface CertificateId extends Hashed<HashAlgorithm | "sha1"> {
  readonly issuerSerial?: IssuerSerial;
}

/** Policy that promises an accuracy of one second where the token states none (RFC 3628, section 5.2). */
const baselinePolicyOid = "0.4.0.2023.1.1";
const tstInfoOid = "1.2.840.113549.1.9.16.1.4";
const signingCertificateOid = "1.2.840.113549.1.9.16.2.12";
const signingCertificateV2Oid = "1.2.840.113549.1.9.16.2.47";
const statuses = ["granted", "grantedWithMods", "rejection", "waiting", "revocationWarning", "revocationNotification"];

/** Parses a token, bare or in a response that grants it, without verifying it. Throws MALFORMED, TIMESTAMP_INVALID or LIMIT_EXCEEDED. */
export function parseTimestampToken(bytes: Uint8Array): TimestampToken {
  const token = tokenIn(bytes);
  const signedData = readSignedData(token, "timestamp token");
  if (signedData.contentType !== tstInfoOid) {
    throw malformed(`timestamp token holds ${signedData.contentType}, expected a TSTInfo (${tstInfoOid})`);
  }
  return { signedData, ...readTstInfo(parseDer(signedData.content, "TSTInfo")), signers: readSigners(signedData) };
}

/** Extracts the token, DER, bare or from a response that grants it. Throws as `parseTimestamp` does for a response. */
export function bareToken(bytes: Uint8Array): Uint8Array {
  return tokenIn(bytes).raw;
}

/** Whether the timestamp is over these bytes. */
export function isImprintOf({ imprint }: TimestampToken, bytes: Uint8Array): boolean {
  return equalBytes(hash(imprint.algorithm, bytes), imprint.digest);
}

/** Whether the id identifies this certificate. */
export function isCertificateIdOf({ algorithm, digest, issuerSerial }: CertificateId, { raw, issuer, serial }: Certificate): boolean {
  if (!equalBytes(hash(algorithm, raw), digest)) return false;
  return !issuerSerial || (equalBytes(issuerSerial.issuer, issuer.raw) && equalBytes(issuerSerial.serialNumber, serial));
}

function tokenIn(bytes: Uint8Array): Der {
  const value = parseDer(bytes, "timestamp", { maxBytes: coreLimits.timestampTokenBytes });
  // A token begins with an object identifier, a response with its status.
  return value.children[0]?.tag === tags.sequence ? grantedToken(value) : value;
}

function grantedToken(value: Der): Der {
  const response = new Members(value, tags.sequence, "timestamp response");
  const status = new Members(response.take("status"), tags.sequence, "timestamp response.status");
  const code = readInteger(status.take("status"), "timestamp response.status");
  if (code !== 0n && code !== 1n) {
    throw new TouchmarkError("TIMESTAMP_INVALID", `the timestamp authority answered ${statuses[Number(code)] ?? code}, expected granted`);
  }
  const token = response.take("timeStampToken");
  response.end();
  return token;
}

function readTstInfo(value: Der): Pick<TimestampToken, "imprint" | "at" | "accuracy" | "nonce"> {
  const info = new Members(value, tags.sequence, "TSTInfo");
  const version = readInteger(info.take("version"), "TSTInfo.version");
  if (version !== 1n) throw malformed(`TSTInfo.version is ${version}, expected 1`);
  const policy = readOid(info.take("policy"), "TSTInfo.policy");
  const imprint = new Members(info.take("messageImprint"), tags.sequence, "TSTInfo.messageImprint");
  const algorithm = readHashAlgorithm(imprint.take("hashAlgorithm"), "TSTInfo.messageImprint.hashAlgorithm");
  const digest = readOctetString(imprint.take("hashedMessage"), "TSTInfo.messageImprint.hashedMessage");
  imprint.end();
  info.take("serialNumber", tags.integer);
  const at = readTime(info.take("genTime", tags.generalizedTime), "TSTInfo.genTime");
  const accuracy = info.optional(tags.sequence);
  info.optional(tags.boolean); // ordering
  const nonce = info.optional(tags.integer);
  info.optional(contextTag(0)); // tsa: the certificate names it
  refuseCritical(info.optional(contextTag(1)));
  info.end();
  return {
    imprint: { algorithm, digest },
    at,
    ...(accuracy ? { accuracy: readAccuracy(accuracy) } : policy === baselinePolicyOid && { accuracy: 1000 }),
    ...(nonce && { nonce: readInteger(nonce, "TSTInfo.nonce") }),
  };
}

/** SEQUENCE { seconds?, [0] millis?, [1] micros? } */
function readAccuracy(value: Der): number {
  const members = new Members(value, tags.sequence, "TSTInfo.accuracy");
  function part(tag: number, max: number): number {
    const found = members.optional(tag);
    const number = found === undefined ? 0 : Number(readInteger({ ...found, tag: tags.integer }, "TSTInfo.accuracy"));
    if (number < 0 || number > max) throw malformed(`TSTInfo.accuracy has ${number}, expected 0 to ${max}`);
    return number;
  }
  const seconds = part(tags.integer, 2 ** 31);
  const millis = part(contextTag(0, "primitive"), 999);
  const micros = part(contextTag(1, "primitive"), 999);
  members.end();
  return seconds * 1000 + millis + (micros > 0 ? 1 : 0);
}

/** Checks the extensions: an unknown one may be ignored only if it is not critical. */
function refuseCritical(extensions: Der | undefined): void {
  for (const value of extensions?.children ?? []) {
    const extension = new Members(value, tags.sequence, "TSTInfo.extensions");
    const oid = readOid(extension.take("extnID"), "TSTInfo.extensions.extnID");
    const critical = extension.optional(tags.boolean);
    if (critical && readBoolean(critical, "TSTInfo.extensions.critical")) throw malformed(`TSTInfo has the critical extension ${oid}`);
  }
}

function readSigners({ signer }: SignedData): readonly CertificateId[] {
  const v1 = signer.attributes.get(signingCertificateOid);
  const v2 = signer.attributes.get(signingCertificateV2Oid);
  const signers = [...(v1 ? [readSigner(v1, "v1")] : []), ...(v2 ? [readSigner(v2, "v2")] : [])];
  if (signers.length === 0) throw malformed("timestamp token does not say by a signed attribute which certificate signed it");
  return signers;
}

/** Returns the first certificate of a SigningCertificate or SigningCertificateV2, which is the signer's; further ones belong to its path. */
function readSigner(value: Der, version: "v1" | "v2"): CertificateId {
  const what = `signed attribute signing-certificate ${version}`;
  const [first] = inside(new Members(value, tags.sequence, what).take("certs"), tags.sequence, `${what}.certs`);
  if (first === undefined) throw malformed(`${what} names no certificate`);
  const hashOf = (named: Der | undefined) => (named ? readHashAlgorithm(named, `${what}.hashAlgorithm`) : "sha256");
  const id = new Members(first, tags.sequence, what);
  const algorithm = version === "v1" ? "sha1" : hashOf(id.optional(tags.sequence));
  const digest = readOctetString(id.take("certHash"), `${what}.certHash`);
  const issuerSerial = id.optional(tags.sequence);
  id.end();
  return {
    algorithm,
    digest,
    ...(issuerSerial && { issuerSerial: readIssuerSerial(issuerSerial, what) }),
  };
}

/** SEQUENCE { SEQUENCE { [4] Name }, serialNumber } */
function readIssuerSerial(value: Der, what: string): IssuerSerial {
  const members = new Members(value, tags.sequence, what);
  const names = new Members(members.take("issuer"), tags.sequence, `${what}.issuer`);
  const name = new Members(names.take("directoryName"), contextTag(4), `${what}.issuer`);
  const issuer = name.take("Name", tags.sequence).raw;
  name.end();
  names.end();
  const serialNumber = readIntegerBytes(members.take("serialNumber"), `${what}.serialNumber`);
  members.end();
  return { issuer, serialNumber };
}
