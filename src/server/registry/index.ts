/** The embedded registry, and its API over a custom backend. */
export { startRegistry, type RegistryOptions, type RunningRegistry } from "./registry.ts";
export type { ServerTls } from "../http/adapter.ts";
export type { ReadTls } from "../http/certificate.ts";
export { serverLimits, type ServerLimits } from "../http/limits.ts";
export { textLog, type LogRecord, type ServerLog } from "../http/log.ts";
export { registryHttpLimits, registryServerLimits, type RegistryServerLimits } from "./limits.ts";
export { registryHandler, type RegistryHandlerOptions } from "./http/node-handler.ts";
export { openStorage, type Storage, type StorageOptions } from "./storage/storage.ts";
export { RegistryError, type RefusalDetails, type RegistryErrorCode } from "./registry-error.ts";
export type {
  BlobBackend,
  BlobContent,
  ManifestBackend,
  ManifestPush,
  PageOfTags,
  ReferrerBackend,
  RegistryBackend,
  TagBackend,
  UploadBackend,
  UploadChunk,
} from "./backend.ts";
