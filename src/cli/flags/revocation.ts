/** Flags for the revocation status of certificates. */
import { flag, type FlagsOf } from "./flag.ts";

export interface RevocationArgs {
  readonly revocationAllowPrivate: boolean;
}

export const revocationFlags: FlagsOf<RevocationArgs> = {
  revocationAllowPrivate: flag.boolean({ summary: "Request revocation status (OCSP, CRL) from private addresses too" }),
};
