/** HTTP clients, with the proxies of the environment variables. */
import { concat, encodeUtf8 } from "../core/bytes.ts";
import { readSource } from "../files/read-source.ts";
import type { UserFolders } from "../files/user-folders.ts";
import { createHttpClient } from "../net/http-client.ts";
import type { HttpClient } from "../net/http.ts";
import type { Proxies } from "../net/proxies.ts";
import type { TlsOptions } from "../net/transport/secure.ts";
import { setupLimits } from "./limits.ts";

export interface TlsSettings {
  /** Certificate authorities trusted in addition to the default ones (PEM): paths, `env://VAR`, or bytes. */
  readonly authorities?: readonly (string | Uint8Array)[];
  /** The client certificate and its private key (PEM): each a path, or `env://VAR`. */
  readonly client?: { readonly certificate: string; readonly key: string } | undefined;
}

type Variables = Pick<UserFolders, "env">;

/** Creates a client for registries and notary servers. Throws what reading the files throws. */
export async function registryHttp(tls: TlsSettings, { env, signal }: Variables & { readonly signal: AbortSignal }): Promise<HttpClient> {
  return createHttpClient({ tls: await tlsOptions(tls, { env, signal }), proxies: await proxiesOf(env) });
}

/** Creates a client for other services, which do not get the registries' client certificate. */
export async function serviceHttp({ env }: Variables): Promise<HttpClient> {
  return createHttpClient({ proxies: await proxiesOf(env) });
}

async function proxiesOf(env: Variables["env"]): Promise<Proxies | undefined> {
  const proxied = Object.keys(env).some((name) => /^https?_proxy$/i.test(name));
  const { proxiesFrom } = proxied ? await import("../net/proxies.ts") : {};
  return proxiesFrom?.(env);
}

interface Reading extends Variables {
  readonly signal: AbortSignal;
}

async function tlsOptions({ authorities = [], client }: TlsSettings, reading: Reading): Promise<TlsOptions | undefined> {
  const read = (source: string): Promise<Uint8Array> => readSource(source, { maxBytes: setupLimits.pemBytes, ...reading });
  const pems = await Promise.all(authorities.map(async (source) => (typeof source === "string" ? read(source) : source)));
  const ca = pems.length > 0 ? concat(pems.flatMap((pem) => [pem, encodeUtf8("\n")])) : undefined;
  if (!ca && !client) return undefined;
  return { ...(ca && { ca }), ...(client && { client: { certificate: await read(client.certificate), key: await read(client.key) } }) };
}
