/** What is wanted of a registry: to read one repository, or to write to it as well. */
import type { RegistryAddress } from "./address.ts";

export interface Access {
  readonly registry: RegistryAddress;
  readonly repository: string;
  readonly actions: "pull" | "pull,push";
}

/** The same for the same access only. */
export function accessKey({ registry, repository, actions }: Access): string {
  return `${registry.base.origin} ${repository} ${actions}`;
}

/** As token services name it (distribution, docs/spec/auth/scope.md). */
export function scopeOf({ repository, actions }: Access): string {
  return `repository:${repository}:${actions}`;
}
