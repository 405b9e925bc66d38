/** Opens signers, verifiers and repositories from plain settings. */
export { createFacts, type FactSettings } from "./facts.ts";
export { expectedSignersPolicy, nothingRequired, type ExpectedSigners } from "./expected-signers.ts";
export { registryHttp, serviceHttp, type TlsSettings } from "./http.ts";
export { localDefaults, type LocalSettings } from "./local-settings.ts";
export { openRegistries, type RegistrySettings } from "./registries.ts";
export { openSigner } from "./signer.ts";
export type { OpenedSigner, SignerOpening, SignerSettings } from "./signer-settings.ts";
export { openSigningServices, type InstanceSettings, type SigningServices } from "./signing-services.ts";
export { openSigstoreRoots, type TrustedRootSettings } from "./trusted-roots.ts";
