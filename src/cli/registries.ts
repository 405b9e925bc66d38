/** The registries a command speaks to: the user's own credentials, one pool of connections. */
import { createHttpClient } from "../net/http-client.ts";
import { createCredentials } from "../registry/credentials/credentials.ts";
import { createRegistries, type Registries } from "../registry/registries.ts";
import type { Arguments } from "./arguments.ts";
import type { Io } from "./io.ts";

export function registriesFor(args: Arguments, { env, home }: Io): Registries {
  return createRegistries({
    http: createHttpClient(),
    credentials: createCredentials({ env, home }),
    allowHttp: args.has("allow-http-registry"),
  });
}
