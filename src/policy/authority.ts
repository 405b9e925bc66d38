/** An authority: one signer that is expected, a person or a system, and what of a signature must hold for it to count as theirs. */
import type { Digest } from "../core/digest.ts";
import type { TrustedIdentity } from "../trust/identity.ts";
import type { TrustedNames } from "../trust/notation/trusted-names.ts";
import type { TrustedKey } from "../trust/trust.ts";
import type { AuthorityDocument } from "./document.ts";

/** How strictly each thing is taken; see the document for what the words mean. */
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

/** Certificates whose signers are expected, by the digests of those in the trust. */
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
