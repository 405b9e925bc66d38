/** The trust as one immutable value, and the files that it is read from. */
export { makeTrust, type Trust, type TrustAnchors, type TrustedCertificate, type TrustedKey, type TrustStores } from "./trust.ts";
export { matchesIdentity, type CertifiedIdentity, type TrustedIdentity } from "./identity.ts";
export { exactly, matchesAnything, matching, type TextPattern } from "./text-pattern.ts";
export { parsePublicKey } from "./parse-public-key.ts";
export { parseSigningConfig } from "./parse-signing-config.ts";
export { parseTrustedRoot } from "./parse-trusted-root.ts";
export { selectServices, type SelectedServices } from "./select-services.ts";
export type { Selector, Service, ServiceChoice, SigningConfig } from "./signing-config.ts";
export type { CertificateAuthority, LogAuthority, Period, TrustedRoot } from "./trusted-root.ts";
