/** Registries and layouts, with the user's own credentials and one pool of connections. */
import type { Warning } from "../core/warning.ts";
import type { UserFolders } from "../files/user-folders.ts";
import type { PlainHttp } from "../registry/address.ts";
import { createCredentials, type Credentials } from "../registry/credentials/credentials.ts";
import { createRegistries, type Registries } from "../registry/registries.ts";
import { registryHttp, type TlsSettings } from "./http.ts";

export interface RegistrySettings extends TlsSettings {
  /** Use plain HTTP for every registry, not only for loopback. */
  readonly allowHttp?: boolean;
  /** Credentials; by default, those of Docker's and podman's files and helpers. */
  readonly credentials?: Credentials;
  /** Called with warnings, such as a credential helper that failed for an image that anybody may read. */
  readonly onWarning?: (warning: Warning) => void;
}

/** The user's folders and variables, and the user's number, if known. */
export interface CredentialFolders extends UserFolders {
  readonly uid?: number | undefined;
}

/** Throws what reading the files of the settings throws. */
export async function openRegistries(
  settings: RegistrySettings,
  local: CredentialFolders & { readonly signal: AbortSignal },
): Promise<Registries> {
  return createRegistries({
    http: await registryHttp(settings, local),
    credentials: credentialsOf(settings, local),
    plainHttp: plainHttpOf(settings),
    onWarning: settings.onWarning,
  });
}

/** Those of the settings, else those of the user. */
export function credentialsOf({ credentials }: RegistrySettings, { env, home, uid }: CredentialFolders): Credentials {
  return credentials ?? createCredentials({ env, home, uid });
}

/** Loopback needs no TLS, unless certificates are configured. */
export function plainHttpOf({ allowHttp = false, authorities = [], client }: RegistrySettings): PlainHttp {
  if (allowHttp) return "every";
  return authorities.length > 0 || client ? "none" : "loopback";
}
