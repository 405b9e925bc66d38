/** Touchmark as a library: the verbs, each with one settings object. The subpaths have the parts that they are made of. */
export {
  createSigner,
  type CreateSignerSettings,
  type KeylessIdentity,
  type SignImageOptions,
  type SignNamedFileOptions,
  type SignSubjectOptions,
  type SubjectSigner,
} from "./setup/create-signer.ts";
export {
  createVerifier,
  type CreateVerifierSettings,
  type SubjectVerifier,
  type VerifyFileNamedOptions,
  type VerifyImageOptions,
} from "./setup/create-verifier.ts";
export type { ExpectationSettings, IdentitySettings } from "./setup/expectation.ts";
export { RecordFailed } from "./engine/recording.ts";
export type { Verdict } from "./core/verdict.ts";
export { copyImage as copy, type CopyImageOptions } from "./setup/copy-image.ts";
export { file, image, type NamedFile, type NamedImage } from "./setup/subjects.ts";
export type { LocalSettings } from "./setup/local-settings.ts";
export type { RegistrySettings } from "./setup/registries.ts";
export type { FileKeySettings, LoginSettings, PluginKeySettings, TimestampSettings, TokenKeySettings } from "./setup/signer-settings.ts";
export type { InstanceSettings } from "./setup/signing-services.ts";
export { TouchmarkError, type Code } from "./core/errors.ts";
export type { Warning } from "./core/warning.ts";
