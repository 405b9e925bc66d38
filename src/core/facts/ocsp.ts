/** The status of a certificate, from an OCSP responder (RFC 6960). */
import { toBase64 } from "../bytes.ts";

export interface OcspQuestion {
  readonly kind: "ocsp";
  /** The URL as the certificate has it: of any scheme, or invalid. */
  readonly url: string;
  /** OCSPRequest, DER. */
  readonly request: Uint8Array;
}

export function ocspKey({ url, request }: OcspQuestion): string {
  return `${url} ${toBase64(request)}`;
}
