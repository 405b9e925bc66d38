/** The services that certify, log and timestamp: those of the named sigstore instance, else of the stored one. */
import { TouchmarkError } from "../core/errors.ts";
import type { Warning } from "../core/warning.ts";
import type { Format } from "../formats/format.ts";
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

/** Starts to read the services; `formats` must hold the verification material. */
export async function openSigningServices(
  settings: InstanceSettings,
  { formats, ...local }: Opening & { readonly formats: readonly Format[] },
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
function checkFormats(formats: readonly Format[], { logs, timestampAuthorities }: SelectedServices): void {
  for (const { name, writers } of formats) {
    const bounds = writers.signature?.abilities.material;
    if (!bounds) continue;
    const hint = "Sign in the format bundle, or name one log of Rekor 1 and at most one timestamp authority in the signing config.";
    const refuse = (message: string) => new TouchmarkError("UNSUPPORTED", `${message}, which the format ${name} cannot carry`, { hint });
    if (bounds.needsPromise && logs.some(({ majorApiVersion }) => majorApiVersion !== 1))
      throw refuse("the signing config names a log that gives no promise");
    if (logs.length > bounds.entries || timestampAuthorities.length > bounds.timestamps)
      throw refuse("the signing config asks for several logs or timestamps");
  }
}
