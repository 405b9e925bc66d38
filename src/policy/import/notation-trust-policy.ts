/** Converts a statement of a Notary Project trust policy into an authority (trust-store-trust-policy.md, "Trust Policy Properties"). */
import { encodePem } from "../../core/asn1/pem.ts";
import type { Action } from "../../trust/notation/level.ts";
import type { TrustPolicyStatement } from "../../trust/notation/trust-policy.ts";
import type { TrustStores } from "../../trust/trust.ts";
import type { AuthorityDocument, CertificateAuthorityDocument, PemDocument } from "../document.ts";

/** `stores`: the certificates of the stores that the statement names. The level "skip" gives no authority, since it requires no signature. */
export function authorityOfStatement(statement: TrustPolicyStatement, stores: TrustStores): AuthorityDocument {
  const { name, level, verifyTimestamp, identities } = statement;
  const subjects = identities === "any" ? {} : { subjects: identities.map(({ text }) => text) };
  const certificates = (["ca", "signingAuthority"] as const).flatMap((store) =>
    pemByName(stores[store]).map((document): CertificateAuthorityDocument => ({ ...document, store, ...subjects })),
  );
  return {
    name,
    certificates,
    timestampAuthorities: pemByName(stores.tsa),
    timestamp: stores.tsa.length === 0 ? "none" : verifyTimestamp === "always" ? "required" : "afterExpiry",
    revocation: level.revocation === "skip" ? "none" : enforced(level.revocation),
    signingTime: enforced(level.authenticTimestamp),
    expiry: enforced(level.expiry),
    authenticity: enforced(level.authenticity),
  };
}

function enforced(action: Action): "enforce" | "warn" {
  return action === "enforce" ? "enforce" : "warn";
}

function pemByName(certificates: TrustStores["ca"]): readonly PemDocument[] {
  const names = new Set(certificates.map(({ name }) => name));
  return Array.from(names, (name) => ({
    name,
    pem: certificates
      .filter((one) => one.name === name)
      .map(({ certificate }) => encodePem("CERTIFICATE", certificate.raw))
      .join(""),
  }));
}
