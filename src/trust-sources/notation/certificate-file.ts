/** Certificates of authorities that a person names by file. */
import type { Certificate } from "../../core/x509/certificate.ts";
import { parsePemCertificates } from "../../core/x509/pem-certificates.ts";
import { readSource, type SourceOptions } from "../../files/read-source.ts";
import { trustSourceLimits } from "../limits.ts";

/** All that the PEM file holds, at least one. Throws FILE_NOT_FOUND, MALFORMED or LIMIT_EXCEEDED. */
export async function readCertificates(reference: string, options: Omit<SourceOptions, "maxBytes">): Promise<readonly Certificate[]> {
  return parsePemCertificates(
    await readSource(reference, { ...options, maxBytes: trustSourceLimits.pemBytes }),
    reference,
    trustSourceLimits.namedCertificates,
  );
}

/** The file as a policy document has it: its text, and the name that it was asked for by. Throws FILE_NOT_FOUND or LIMIT_EXCEEDED. */
export async function readCertificateDocument(
  reference: string,
  options: Omit<SourceOptions, "maxBytes">,
): Promise<{ readonly name: string; readonly pem: string }> {
  const bytes = await readSource(reference, { ...options, maxBytes: trustSourceLimits.pemBytes });
  return { name: reference, pem: Buffer.from(bytes).toString("utf8") };
}
