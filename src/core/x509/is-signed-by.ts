import { asTouchmarkError } from "../errors.ts";
import type { Certificate } from "./certificate.ts";
import { schemeNamedBy } from "./signature-algorithm.ts";

/** Whether the issuer's key made the certificate's signature, in the scheme that the certificate names. */
export async function isSignedBy(certificate: Certificate, issuer: Certificate): Promise<boolean> {
  try {
    const key = issuer.publicKey;
    const scheme = schemeNamedBy(certificate.signatureAlgorithm, key);
    return (await scheme?.verify(key.key, certificate.tbs.raw, certificate.signature)) ?? false;
  } catch (thrown) {
    if (["INVALID_KEY", "MALFORMED"].includes(asTouchmarkError(thrown).code)) return false;
    throw thrown;
  }
}
