/** Whom to trust for Notary Project signatures of one image: the statement of a trust policy that is for it, its stores opened. */
import type { Certificate } from "../../core/x509/certificate.ts";
import type { StoreType, TimestampRule, TrustedNames } from "./trust-policy.ts";

export interface NotationTrust {
  /** What a person calls it: the statement's name. */
  readonly name: string;
  /**
   * Certificates of each type of store. Authorities for the signing scheme `notary.x509` are `ca`, those for
   * `notary.x509.signingAuthority` are `signingAuthority`. Without any of `tsa`, timestamps are not looked at.
   */
  readonly stores: Readonly<Record<StoreType, readonly Certificate[]>>;
  readonly identities: TrustedNames;
  readonly verifyTimestamp: TimestampRule;
}
