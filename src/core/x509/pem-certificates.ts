/** Certificates in PEM, as people keep them in files. */
import { malformed, TouchmarkError } from "../errors.ts";
import { parsePem } from "../asn1/pem.ts";
import { parseCertificate, type Certificate } from "./certificate.ts";

/** All that the text holds, in order, at least one. Throws MALFORMED for what holds none, or something else too, and LIMIT_EXCEEDED. */
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
