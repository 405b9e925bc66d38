/** The access to request from a registry: read one repository, or read and write it. */
import type { RegistryAddress } from "./address.ts";

export interface Access {
  readonly registry: RegistryAddress;
  readonly repository: string;
  readonly actions: "pull" | "pull,push";
}

/** Equal only for equal access. */
export function accessKey({ registry, repository, actions }: Access): string {
  return `${registry.base.origin} ${repository} ${actions}`;
}

/** The scope in a token service's form (distribution, docs/spec/auth/scope.md). */
export function scopeOf({ repository, actions }: Access): string {
  return `repository:${repository}:${actions}`;
}
