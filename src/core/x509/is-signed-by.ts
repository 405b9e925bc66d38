import { asTouchmarkError } from "../errors.ts";
import type { Certificate } from "./certificate.ts";
import { schemeNamedBy, type AlgorithmIdentifier } from "./signature-algorithm.ts";

/** What X.509 signs in one way: a certificate, a revocation list, an OCSP answer. */
export interface SignedStructure {
  /** The part that is signed. */
  readonly tbs: { readonly raw: Uint8Array };
  readonly signatureAlgorithm: AlgorithmIdentifier;
  readonly signature: Uint8Array;
}

/** Certificates of a trusted root are asked about again and again; what is signed never changes. */
const known = new WeakMap<SignedStructure, WeakMap<Certificate, Promise<boolean>>>();

/** Whether the issuer's key made the signature, in the scheme that is named beside it. */
export function isSignedBy(signed: SignedStructure, issuer: Certificate): Promise<boolean> {
  const issuers = known.get(signed) ?? new WeakMap<Certificate, Promise<boolean>>();
  known.set(signed, issuers);
  const answer = issuers.get(issuer) ?? verify(signed, issuer);
  issuers.set(issuer, answer);
  return answer;
}

async function verify({ tbs, signatureAlgorithm, signature }: SignedStructure, issuer: Certificate): Promise<boolean> {
  try {
    const key = issuer.publicKey;
    const scheme = schemeNamedBy(signatureAlgorithm, key);
    return (await scheme?.verify(key.key, tbs.raw, signature)) ?? false;
  } catch (thrown) {
    if (["INVALID_KEY", "MALFORMED"].includes(asTouchmarkError(thrown).code)) return false;
    throw thrown;
  }
}
