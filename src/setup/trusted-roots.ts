/** The trusted sigstore instances: files, or those stored on this machine. */
import { openRoots, type OpenedRoots } from "../trust-sources/sigstore/open-roots.ts";
import { serviceHttp } from "./http.ts";
import type { LocalSettings } from "./local-settings.ts";

export interface TrustedRootSettings {
  /** `trusted_root.json` files, or `env://VAR`; if there are any, no stored instance is trusted. */
  readonly files?: readonly string[];
  /** Names of stored instances; all by default. */
  readonly names?: readonly string[];
  /** Open no connection (false). */
  readonly offline?: boolean;
  /** Whether an expired root that cannot be updated is refused, or is used with a warning (refuse). */
  readonly expired?: "refuse" | "warn";
}

/** Throws what `openRoots` throws. */
export async function openSigstoreRoots(
  { files = [], names = [], offline = false, expired = "refuse" }: TrustedRootSettings,
  { env, home, clock, signal }: LocalSettings & { readonly signal: AbortSignal },
): Promise<OpenedRoots> {
  return openRoots({ files, names, env, home, http: await serviceHttp({ env }), at: clock(), offline, expired, signal });
}
