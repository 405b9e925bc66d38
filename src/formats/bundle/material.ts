/** The verification material of a bundle: a key or certificates, log entries and timestamps. */
import { equalBytes, fromBase64 } from "../../core/bytes.ts";
import { malformed } from "../../core/errors.ts";
import type { Fields } from "../../core/json/json.ts";
import { parseCertificate, type Certificate } from "../../core/x509/certificate.ts";
import { parseLogEntries, type LogEntry } from "../../verification/log-entry.ts";
import type { SignatureEvidence, CertificateContent } from "../../verification/signature-evidence.ts";
import { formatLimits } from "../limits.ts";
import type { BundleVersion, SigstoreBundle } from "./sigstore-bundle.ts";

export type Material = Pick<SignatureEvidence, "by" | "entries" | "timestamps">;

/** Reads all of it. Throws MALFORMED, LIMIT_EXCEEDED, or UNSUPPORTED for an unknown kind of log entry. */
export function parseMaterial({ hint, material, version }: Pick<SigstoreBundle, "hint" | "material" | "version">): Material {
  const entries = parseLogEntries(material);
  for (const entry of entries) checkEntry(entry, version);
  const by = hint === undefined ? parseCertificates(material, version) : ({ kind: "key", hint } as const);
  return { by, entries, timestamps: parseTimestamps(material) };
}

/** Version 0.1 requires an inclusion promise (SET); later versions require an inclusion proof. */
function checkEntry({ promise, inclusion }: LogEntry, version: BundleVersion): void {
  if (version === "0.1" && !promise) throw malformed("a bundle of version 0.1 needs the log's promise with every entry");
  if (version !== "0.1" && !inclusion) throw malformed(`a bundle of version ${version} needs an inclusion proof with every log entry`);
}

/** The certificates from the signer's upward, without the root. */
function parseCertificates(material: Fields, version: BundleVersion): CertificateContent {
  if (material.has("certificate")) return { kind: "certificate", leaf: readCertificate(material.fields("certificate")), intermediates: [] };
  if (version === "0.3") throw malformed("a bundle of version 0.3 holds one certificate, and this one has a chain");
  const chain = material.fields("x509CertificateChain");
  const [leaf, ...intermediates] = chain.objects("certificates", formatLimits.chain).map(readCertificate);
  if (!leaf) throw malformed(`${chain.at} is empty`);
  if ([leaf, ...intermediates].some(({ issuer, subject }) => equalBytes(issuer.raw, subject.raw))) {
    throw malformed(`${chain.at} holds a root, which only the trust may name`);
  }
  return { kind: "certificate", leaf, intermediates };
}

function readCertificate(fields: Fields): Certificate {
  const at = `${fields.at}.rawBytes`;
  return parseCertificate(fromBase64(fields.string("rawBytes"), at), at);
}

function parseTimestamps(material: Fields): readonly Uint8Array[] {
  const data = material.optionalFields("timestampVerificationData");
  // Not strict: old writers set the unused last bits; the content is checked as DER and by its signature.
  return (
    data?.objects("rfc3161Timestamps", formatLimits.timestamps).map((one) => Buffer.from(one.string("signedTimestamp"), "base64")) ?? []
  );
}
