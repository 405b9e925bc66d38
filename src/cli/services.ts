/** The services that certify, log and timestamp, as the flags and the kept sigstore instances name them. */
import { openSigning, type SigningInstance } from "../trust-sources/sigstore/open-signing.ts";
import { TouchmarkError } from "../core/errors.ts";
import type { HttpClient } from "../net/http.ts";
import { selectServices, type SelectedServices } from "../trust/select-services.ts";
import type { TrustedRoot } from "../trust/trusted-root.ts";
import type { InstanceArgs } from "./flags/signing.ts";
import type { Io } from "./io.ts";
import { serviceHttp } from "./registries.ts";
import { warningLines } from "./render/text.ts";
import type { SigningContext } from "./signing-context.ts";

export interface OpenedServices {
  readonly services: Promise<SelectedServices>;
  readonly root: Promise<TrustedRoot>;
  readonly http: HttpClient;
}

/** Begins to read which they are; warnings go to stderr. */
export async function openServices(args: InstanceArgs, io: Io, { formats, signal }: SigningContext): Promise<OpenedServices> {
  const http = await serviceHttp(io);
  const { root, config } = openSigningInstance(args, io, { http, signal });
  const services = config.then((known) => {
    const chosen = selectServices(known, io.now());
    checkFormats(formats, chosen);
    return chosen;
  });
  services.catch(() => undefined); // whoever signs hears of it
  return { services, root, http };
}

interface Opening {
  readonly http: HttpClient;
  readonly signal: AbortSignal;
}

/** The sigstore instance that the flags name, with all the services it has; warnings go to stderr. */
export function openSigningInstance(args: InstanceArgs, io: Io, { http, signal }: Opening): Omit<SigningInstance, "warnings"> {
  const rootFile = args.trustedRoot;
  const configFile = args.signingConfig;
  const { warnings, ...instance } = openSigning({
    ...(rootFile !== undefined && { rootFile }),
    ...(configFile !== undefined && { configFile }),
    names: args.instance === undefined ? [] : [args.instance],
    env: io.env,
    home: io.home,
    http,
    at: io.now(),
    offline: false,
    signal,
  });
  warnings.then(
    (found) => io.stderr.write(warningLines(found)),
    () => undefined,
  );
  return instance;
}

/** Throws UNSUPPORTED for a format that could not carry what the services give. */
function checkFormats(formats: readonly string[], { logs, timestampAuthorities }: SelectedServices): void {
  if (!formats.includes("cosign")) return;
  const hint = "Sign in the format bundle, or name one log of Rekor 1 and at most one timestamp authority in the signing config.";
  const refuse = (message: string) => new TouchmarkError("UNSUPPORTED", `${message}, which cosign's layers cannot carry`, { hint });
  if (logs.some(({ majorApiVersion }) => majorApiVersion !== 1)) throw refuse("the signing config names a log that gives no promise");
  if (logs.length > 1 || timestampAuthorities.length > 1) throw refuse("the signing config asks for several logs or timestamps");
}
