import { asTouchmarkError } from "../errors.ts";
import type { Certificate } from "./certificate.ts";
import { schemeNamedBy, type AlgorithmIdentifier } from "./signature-algorithm.ts";

/** The common signed structure of X.509: a certificate, a revocation list, an OCSP response. */
export interface SignedStructure {
  /** The signed part. */
  readonly tbs: { readonly raw: Uint8Array };
  readonly signatureAlgorithm: AlgorithmIdentifier;
  readonly signature: Uint8Array;
}

/** Certificates of a trusted root are verified repeatedly; the result never changes, so it is memoised. */
const known = new WeakMap<SignedStructure, WeakMap<Certificate, Promise<boolean>>>();

/** Whether the issuer's key made the signature, in the named scheme. */
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
