/** Reads certificates from PEM files. */
import { malformed, TouchmarkError } from "../errors.ts";
import { parsePem } from "../asn1/pem.ts";
import { parseCertificate, type Certificate } from "./certificate.ts";

/** Reads all certificates of the text, in order, at least one. Throws MALFORMED if there is none, or any other block, and LIMIT_EXCEEDED. */
export function parsePemCertificates(text: Uint8Array, what: string, max: number): readonly [Certificate, ...Certificate[]] {
  const blocks = parsePem(text, what);
  if (blocks.length > max)
    throw new TouchmarkError("LIMIT_EXCEEDED", `${what} holds ${blocks.length} certificates, over the limit of ${max}`);
  const [first, ...others] = blocks.map(({ label, bytes }, i) => {
    if (label !== "CERTIFICATE") throw malformed(`${what} holds a ${label}, where certificates are expected`);
    return parseCertificate(bytes, `certificate ${i + 1} of ${what}`);
  });
  if (!first) throw malformed(`${what} holds no certificate in PEM`);
  return [first, ...others];
}
