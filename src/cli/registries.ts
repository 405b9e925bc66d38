/** The registries a command speaks to: the user's own credentials, one pool of connections. */
import { concat, encodeUtf8 } from "../core/bytes.ts";
import { createHttpClient } from "../net/http-client.ts";
import type { HttpClient } from "../net/http.ts";
import type { Proxies } from "../net/proxies.ts";
import { readSource } from "../files/read-source.ts";
import type { TlsOptions } from "../net/transport/secure.ts";
import type { PlainHttp } from "../registry/address.ts";
import { createCredentials, type Credentials } from "../registry/credentials/credentials.ts";
import { createRegistries, type Registries } from "../registry/registries.ts";
import type { RegistryArgs } from "./flags/registry.ts";
import { usageError } from "./usage-error.ts";
import type { Io } from "./io.ts";

type TlsArgs = Omit<RegistryArgs, "timeout">;

const maxPemBytes = 1024 * 1024;

/** With the user's own credentials, unless others are given. */
export async function registriesFor(args: TlsArgs, io: Io, credentials?: Credentials): Promise<Registries> {
  return createRegistries({
    http: await httpFor(args, io),
    credentials: credentials ?? createCredentials({ env: io.env, home: io.home }),
    plainHttp: plainHttpOf(args),
  });
}

/** Loopback needs no TLS, unless someone went to the length of naming certificates for it. */
export function plainHttpOf(args: TlsArgs): PlainHttp {
  if (args.allowHttpRegistry) return "every";
  return args.registryCacert !== undefined || args.registryClientCert !== undefined ? "none" : "loopback";
}

/** As the registry flags and the proxy variables say; `ca` is trusted too (PEM). */
export async function httpFor(args: TlsArgs, io: Io, ca?: Uint8Array): Promise<HttpClient> {
  return createHttpClient({ tls: await tlsOf(args, io, ca), proxies: await proxiesOf(io) });
}

/** For what is no registry, and is not shown what registries are: as the proxy variables say. */
export async function serviceHttp(io: Io): Promise<HttpClient> {
  return createHttpClient({ proxies: await proxiesOf(io) });
}

async function proxiesOf(io: Io): Promise<Proxies | undefined> {
  const proxied = Object.keys(io.env).some((name) => /^https?_proxy$/i.test(name));
  const { proxiesFrom } = proxied ? await import("../net/proxies.ts") : {};
  return proxiesFrom?.(io.env);
}

async function tlsOf(args: TlsArgs, { env, signal }: Io, more?: Uint8Array): Promise<TlsOptions | undefined> {
  const read = async (reference: string | undefined): Promise<Uint8Array | undefined> => {
    return reference === undefined ? undefined : readSource(reference, { maxBytes: maxPemBytes, env, signal });
  };
  const authorities = [await read(args.registryCacert), more].filter((pem) => pem !== undefined);
  const ca = authorities.length > 0 ? concat(authorities.flatMap((pem) => [pem, encodeUtf8("\n")])) : undefined;
  const certificate = await read(args.registryClientCert);
  const key = await read(args.registryClientKey);
  if ((certificate === undefined) !== (key === undefined)) throw usageError("--registry-client-cert and --registry-client-key go together");
  if (!ca && !certificate) return undefined;
  return { ...(ca && { ca }), ...(certificate && key && { client: { certificate, key } }) };
}
