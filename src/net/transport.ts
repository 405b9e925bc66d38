/** Where connections come from: plain ones here; those over TLS from secure.ts, which is loaded for the first https URL. */
import { Agent, request, type ClientRequest } from "node:http";
import type { LookupFunction } from "node:net";
import { TouchmarkError } from "../core/errors.ts";
import { keepingAgents, type Opener } from "./agents.ts";
import { printableText } from "./printable.ts";
import type { Proxies } from "./proxies.ts";
import type { TlsOptions } from "./secure.ts";

export interface TransportOptions {
  readonly method: string;
  readonly headers: Readonly<Record<string, string | number>>;
  /** Milliseconds without a byte in either direction, after which the request emits `timeout`. */
  readonly timeout: number;
}

/** Gives what resolves a host's name. Throws UNREACHABLE for an address that may not be connected to. */
export type Resolver = (hostname: string) => LookupFunction;

export interface TransportSettings {
  readonly tls?: TlsOptions | undefined;
  readonly proxies?: Proxies | undefined;
  /** Which addresses may be connected to; without it, any. */
  readonly resolver?: Resolver | undefined;
}

/** Opens a request; it is sent once it is ended. Credentials in the URL are ignored. */
export type Transport = (url: URL, options: TransportOptions) => Promise<ClientRequest>;

const maxHeaderSize = 32 * 1024;

/** Certificates or a key that cannot be used make the first request over TLS throw USAGE. */
export function createTransport({ tls, proxies, resolver }: TransportSettings = {}): Transport {
  const openPlain = keepingAgents(
    (options) => new Agent(options),
    (address, agent) => request({ ...address, agent }),
  );
  let openSecure: Promise<Opener> | undefined;
  return async (url, options) => {
    const hostname = url.hostname.replaceAll(/[[\]]/g, "");
    const address = {
      hostname,
      // Not looked at by way of a proxy, which resolves names itself.
      lookup: resolver?.(hostname),
      port: url.port === "" ? undefined : Number(url.port),
      path: url.pathname + url.search,
      maxHeaderSize,
      ...options,
    };
    const proxy = proxies?.(url)?.href;
    switch (url.protocol) {
      case "http:":
        return openPlain(address, proxy);
      case "https:":
        openSecure ??= import("./secure.ts").then(({ createSecureOpener }) => createSecureOpener(tls));
        return (await openSecure)(address, proxy);
      default:
        throw new TouchmarkError(
          "UNREACHABLE",
          `${printableText(url.protocol, 40)} is not a scheme that is spoken here, only https and http`,
        );
    }
  };
}
