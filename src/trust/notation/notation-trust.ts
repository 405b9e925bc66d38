/** Whom to trust for Notary Project signatures of one image: the statement of a trust policy that is for it, its stores opened. */
import { digestOf } from "../../core/digest.ts";
import type { Certificate } from "../../core/x509/certificate.ts";
import type { StoreType, TimestampRule } from "./trust-policy.ts";
import type { TrustedName, TrustedNames } from "./trusted-names.ts";

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
  /** Whether it is asked if a signer's certificates were revoked; of those of timestamp authorities it always is. */
  readonly revocation: "ask" | "skip";
}

/** What is trusted, not what it is called, as one text: equal exactly where the trust is. */
export function notationContent({ stores, identities, verifyTimestamp, revocation }: NotationTrust): string {
  const digests = (certificates: readonly Certificate[]): readonly string[] => certificates.map(({ raw }) => digestOf(raw)).toSorted();
  const nameOf = ({ text, subject }: TrustedName): string =>
    subject
      ? [...subject.attributes]
          .map((pair) => JSON.stringify(pair))
          .toSorted()
          .join()
      : JSON.stringify(text);
  const names = identities === "any" ? "any" : identities.map(nameOf).toSorted();
  return JSON.stringify([digests(stores.ca), digests(stores.signingAuthority), digests(stores.tsa), names, verifyTimestamp, revocation]);
}
