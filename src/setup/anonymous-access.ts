/** Checks whether images can be pulled with anonymous access. */
import { mapBounded } from "../core/async/map-bounded.ts";
import { defaultTag, type Reference } from "../core/oci/reference.ts";
import type { UserFolders } from "../files/user-folders.ts";
import { openRegistries, type RegistrySettings } from "./registries.ts";

const width = 8;

/** True only if all of them can; an unknown result counts as no. */
export async function haveAnonymousAccess(
  references: readonly Reference[],
  settings: RegistrySettings,
  { signal, ...local }: UserFolders & { readonly signal: AbortSignal },
): Promise<boolean> {
  const registries = await openRegistries({ ...settings, credentials: { find: async () => undefined } }, { ...local, signal });
  const isOpen = async (reference: Reference): Promise<boolean> => {
    if (reference.kind !== "registry") return false;
    try {
      const found = await registries.open(reference).manifest(reference.digest ?? reference.tag ?? defaultTag, signal);
      return found !== undefined;
    } catch {
      return false;
    }
  };
  return (await mapBounded(references, width, isOpen)).every(Boolean);
}
