/** Certificates of authorities that a person names by file. */
import { parsePem } from "../../core/pem.ts";
import { malformed, TouchmarkError } from "../../core/errors.ts";
import { parseCertificate, type Certificate } from "../../core/x509/certificate.ts";
import { readSource, type SourceOptions } from "../../net/source.ts";

const maxBytes = 256 * 1024;
const maxCertificates = 100;

/** All that the PEM file holds, at least one. Throws FILE_NOT_FOUND, MALFORMED or LIMIT_EXCEEDED. */
export async function readCertificates(reference: string, options: Omit<SourceOptions, "maxBytes">): Promise<readonly Certificate[]> {
  const blocks = parsePem(await readSource(reference, { ...options, maxBytes }), reference);
  if (blocks.length === 0) throw malformed(`${reference} holds no certificate in PEM`);
  if (blocks.length > maxCertificates) {
    throw new TouchmarkError("LIMIT_EXCEEDED", `${reference} holds ${blocks.length} certificates, over the limit of ${maxCertificates}`);
  }
  return blocks.map(({ label, bytes }, i) => {
    if (label !== "CERTIFICATE") throw malformed(`${reference} holds a ${label}, where certificates are expected`);
    return parseCertificate(bytes, `certificate ${i + 1} of ${reference}`);
  });
}
