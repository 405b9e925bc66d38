/** The services that certify, log and timestamp: those of the named sigstore instance, else of the stored one. */
import { TouchmarkError } from "../core/errors.ts";
import type { Warning } from "../core/warning.ts";
import type { HttpClient } from "../net/http.ts";
import { openSigning, type SigningInstance } from "../trust-sources/sigstore/open-signing.ts";
import { selectServices, type SelectedServices } from "../trust/select-services.ts";
import type { TrustedRoot } from "../trust/trusted-root.ts";
import { serviceHttp } from "./http.ts";
import type { LocalSettings } from "./local-settings.ts";

export interface InstanceSettings {
  /** Name of a stored instance. */
  readonly name?: string | undefined;
  /** A `trusted_root.json` instead of a stored instance: a path, or `env://VAR`. */
  readonly trustedRoot?: string | undefined;
  /** A signing config instead of the instance's own: a path, or `env://VAR`. */
  readonly signingConfig?: string | undefined;
}

export interface SigningServices {
  readonly services: Promise<SelectedServices>;
  readonly root: Promise<TrustedRoot>;
  /** Those of the trust root, as soon as it is read. */
  readonly warnings: Promise<readonly Warning[]>;
  readonly http: HttpClient;
}

interface Opening extends LocalSettings {
  readonly signal: AbortSignal;
}

/** Starts to read the services; `formats` are the names of the formats that must hold the verification material. */
export async function openSigningServices(
  settings: InstanceSettings,
  { formats, ...local }: Opening & { readonly formats: readonly string[] },
): Promise<SigningServices> {
  const http = await serviceHttp(local);
  const { root, config, warnings } = openSigningInstance(settings, { ...local, http });
  const services = config.then((known) => {
    const chosen = selectServices(known, local.clock());
    checkFormats(formats, chosen);
    return chosen;
  });
  services.catch(() => undefined); // the signer throws it
  return { services, root, warnings, http };
}

/** The sigstore instance, with all the services it has. */
export function openSigningInstance(
  { name, trustedRoot, signingConfig }: InstanceSettings,
  { env, home, clock, http, signal }: Opening & { readonly http: HttpClient },
): SigningInstance {
  return openSigning({
    ...(trustedRoot !== undefined && { rootFile: trustedRoot }),
    ...(signingConfig !== undefined && { configFile: signingConfig }),
    names: name === undefined ? [] : [name],
    env,
    home,
    http,
    at: clock(),
    offline: false,
    signal,
  });
}

/** Throws UNSUPPORTED for a format that cannot hold the verification material of the services. */
function checkFormats(formats: readonly string[], { logs, timestampAuthorities }: SelectedServices): void {
  if (!formats.includes("cosign-legacy")) return;
  const hint = "Sign in the format bundle, or name one log of Rekor 1 and at most one timestamp authority in the signing config.";
  const refuse = (message: string) => new TouchmarkError("UNSUPPORTED", `${message}, which cosign's layers cannot carry`, { hint });
  if (logs.some(({ majorApiVersion }) => majorApiVersion !== 1)) throw refuse("the signing config names a log that gives no promise");
  if (logs.length > 1 || timestampAuthorities.length > 1) throw refuse("the signing config asks for several logs or timestamps");
}
