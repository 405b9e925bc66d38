/** A revocation list, complete or delta (RFC 5280, section 5). */
import type { Certificate } from "../x509/certificate.ts";

export interface CrlQuestion {
  readonly kind: "crl";
  /** The URL as a certificate, or another list, has it. */
  readonly url: string;
  /** The expected issuer of the list. */
  readonly issuer: Certificate;
}

/** The list at a URL is the same for every issuer; whether it is the issuer's is verified with each use. */
export function crlKey({ url }: CrlQuestion): string {
  return url;
}
