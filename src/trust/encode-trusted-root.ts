/**
 * Writes `trusted_root.json` as `parse-trusted-root.ts` reads it, in the form of cosign's `trusted-root create`:
 * media type 0.1, cosign's member order, entries ordered by the start of their validity. Version 0.2 is used only
 * where a log needs one of its members: `checkpointKeyId` or `operator`.
 */
import { X509Certificate } from "node:crypto";
import { encodeUtf8, toBase64 } from "../core/bytes.ts";
import { malformed } from "../core/errors.ts";
import type { Instant } from "../core/instant.ts";
import { describeCertificate, type Certificate } from "../core/x509/certificate.ts";
import { operatorOf } from "./operator.ts";
import { keyKindOf } from "./log-key.ts";
import type { CertificateAuthority, LogAuthority, Period, TrustedRoot } from "./trusted-root.ts";

/** Returns indented JSON. Throws INVALID_KEY for a log's key type that has no name in the format, MALFORMED for a certificate that other tools cannot read. */
export function encodeTrustedRoot(root: TrustedRoot): Uint8Array {
  const logs = [...root.logs, ...root.certificateLogs];
  const authorities = [...root.certificateAuthorities, ...root.timestampAuthorities];
  const newer = logs.some((log) => log.checkpointId !== undefined) || [...logs, ...authorities].some(namesOperator);
  const document = {
    mediaType: `application/vnd.dev.sigstore.trustedroot${newer ? ".v0.2+json" : "+json;version=0.1"}`,
    tlogs: byStart(root.logs).map(encodeLog),
    certificateAuthorities: byStart(root.certificateAuthorities).map(encodeAuthority),
    ctlogs: byStart(root.certificateLogs).map(encodeLog),
    timestampAuthorities: byStart(root.timestampAuthorities).map(encodeAuthority),
  };
  const filled = Object.entries(document).filter(([, value]) => value.length > 0);
  return encodeUtf8(`${JSON.stringify(Object.fromEntries(filled), undefined, 2)}\n`);
}

function byStart<T extends { readonly validFor: Period }>(entries: readonly T[]): readonly T[] {
  return entries.toSorted((a, b) => a.validFor.start - b.validFor.start);
}

function encodeLog(log: LogAuthority): object {
  const { name, id, checkpointId, publicKey, validFor } = log;
  return {
    baseUrl: name,
    hashAlgorithm: "SHA2_256",
    publicKey: { rawBytes: toBase64(publicKey.spki), keyDetails: keyKindOf(publicKey, name), validFor: encodePeriod(validFor) },
    logId: encodeId(id),
    ...(checkpointId === undefined ? {} : { checkpointKeyId: encodeId(checkpointId) }),
    ...(namesOperator(log) && { operator: log.operator }),
  };
}

function encodeId(hex: string): object {
  return { keyId: Buffer.from(hex, "hex").toString("base64") };
}

function encodeAuthority(authority: CertificateAuthority): object {
  const { name, chain, validFor } = authority;
  return {
    subject: subjectOf(chain.at(-1)),
    uri: name,
    certChain: { certificates: chain.map(({ raw }) => ({ rawBytes: toBase64(raw) })) },
    validFor: encodePeriod(validFor),
    ...(namesOperator(authority) && { operator: authority.operator }),
  };
}

/** The first organization and the last common name of the root, as Go reads them. Throws MALFORMED if OpenSSL cannot read the certificate. */
function subjectOf(root: Certificate | undefined): object {
  const subject = root && readLegacy(root).subject;
  const organization = [subject?.O].flat()[0];
  const commonName = [subject?.CN].flat().at(-1);
  return { ...(organization && { organization }), ...(commonName && { commonName }) };
}

function readLegacy(certificate: Certificate): ReturnType<X509Certificate["toLegacyObject"]> {
  try {
    return new X509Certificate(certificate.raw).toLegacyObject();
  } catch (cause) {
    throw malformed(`${describeCertificate(certificate)} cannot be read`, cause);
  }
}

function encodePeriod({ start, end }: Period): object {
  return { start: encodeInstant(start), ...(end === undefined ? {} : { end: encodeInstant(end) }) };
}

/** Formats a time as protobuf's JSON does: milliseconds only if they are not zero. */
function encodeInstant(at: Instant): string {
  return new Date(at).toISOString().replace(".000Z", "Z");
}

function namesOperator({ name, operator }: { readonly name: string; readonly operator: string }): boolean {
  return operator !== operatorOf(name);
}
