/** Certificates of authorities in a file that a user names. */
import type { Certificate } from "../../core/x509/certificate.ts";
import { parsePemCertificates } from "../../core/x509/pem-certificates.ts";
import { readSource, type SourceOptions } from "../../files/read-source.ts";
import { trustSourceLimits } from "../limits.ts";

/** Reads all certificates of the PEM file, at least one. Throws FILE_NOT_FOUND, MALFORMED or LIMIT_EXCEEDED. */
export async function readCertificates(reference: string, options: Omit<SourceOptions, "maxBytes">): Promise<readonly Certificate[]> {
  return parsePemCertificates(
    await readSource(reference, { ...options, maxBytes: trustSourceLimits.pemBytes }),
    reference,
    trustSourceLimits.namedCertificates,
  );
}

/** Reads the file as a policy document with its text and reference. Throws FILE_NOT_FOUND or LIMIT_EXCEEDED. */
export async function readCertificateDocument(
  reference: string,
  options: Omit<SourceOptions, "maxBytes">,
): Promise<{ readonly name: string; readonly pem: string }> {
  const bytes = await readSource(reference, { ...options, maxBytes: trustSourceLimits.pemBytes });
  return { name: reference, pem: Buffer.from(bytes).toString("utf8") };
}
