/** What is trusted, as one immutable value, and where it comes from. */
export { makeTrust, type CertificateTrust, type Trust, type TrustedIdentity, type TrustedKey } from "./trust.ts";
export { parsePublicKey } from "./parse-public-key.ts";
export { parseTrustedRoot } from "./parse-trusted-root.ts";
export type { CertificateAuthority, LogAuthority, Period, TrustedRoot } from "./trusted-root.ts";
