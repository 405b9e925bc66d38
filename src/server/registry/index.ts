/** The embedded registry. */
export { startRegistry, type RegistryOptions, type RunningRegistry } from "./registry.ts";
export { registryHandler } from "./http/handler.ts";
export { openStorage, type Storage, type StorageOptions } from "./storage/storage.ts";
