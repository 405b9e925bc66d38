import { asTouchmarkError } from "../errors.ts";
import type { Certificate } from "./certificate.ts";
import { schemeNamedBy } from "./signature-algorithm.ts";

/** Certificates of a trusted root are asked about again and again; a certificate never changes. */
const known = new WeakMap<Certificate, WeakMap<Certificate, Promise<boolean>>>();

/** Whether the issuer's key made the certificate's signature, in the scheme that the certificate names. */
export function isSignedBy(certificate: Certificate, issuer: Certificate): Promise<boolean> {
  const issuers = known.get(certificate) ?? new WeakMap<Certificate, Promise<boolean>>();
  known.set(certificate, issuers);
  const answer = issuers.get(issuer) ?? verify(certificate, issuer);
  issuers.set(issuer, answer);
  return answer;
}

async function verify(certificate: Certificate, issuer: Certificate): Promise<boolean> {
  try {
    const key = issuer.publicKey;
    const scheme = schemeNamedBy(certificate.signatureAlgorithm, key);
    return (await scheme?.verify(key.key, certificate.tbs.raw, certificate.signature)) ?? false;
  } catch (thrown) {
    if (["INVALID_KEY", "MALFORMED"].includes(asTouchmarkError(thrown).code)) return false;
    throw thrown;
  }
}
