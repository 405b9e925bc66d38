/** An authority: one expected signer, a person or a system, and the requirements for its signatures. */
import type { Digest } from "../core/digest.ts";
import type { TrustedIdentity } from "../trust/identity.ts";
import type { TrustedNames } from "../trust/notation/trusted-names.ts";
import type { TrustedKey } from "../trust/trust.ts";
import type { AuthorityDocument } from "./document.ts";

/** The strictness of each requirement; see the policy document for the values. */
export type Strictness = Required<
  Pick<AuthorityDocument, "log" | "sct" | "timestamp" | "revocation" | "signingTime" | "expiry" | "authenticity">
>;

export interface Authority extends Strictness {
  readonly name: string;
  readonly keys: readonly TrustedKey[];
  readonly identities: readonly TrustedIdentity[];
  readonly certificates: readonly CertificateSource[];
  /** Digests of the roots whose timestamps count for signatures by `certificates`. */
  readonly timestampAuthorities: ReadonlySet<Digest>;
}

/** Certificates whose signers are expected, by their digests in the trust. */
export interface CertificateSource {
  readonly name: string;
  readonly store: "ca" | "signingAuthority";
  readonly anchors: ReadonlySet<Digest>;
  readonly subjects: TrustedNames;
}

export const defaultStrictness: Strictness = {
  log: "required",
  sct: "required",
  timestamp: "afterExpiry",
  revocation: "enforce",
  signingTime: "enforce",
  expiry: "enforce",
  authenticity: "enforce",
};
