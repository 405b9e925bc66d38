/** Opens requests through plain.ts or secure.ts, each loaded for its first URL, while the connections to it are being opened. */
import type { ClientRequest } from "node:http";
import type { LookupFunction } from "node:net";
import { TouchmarkError } from "../../core/errors.ts";
import type { Opener, Opening } from "./agents.ts";
import { preconnect, type Destination, type Preconnections } from "./preconnect.ts";
import { printableText } from "../../core/printable.ts";
import type { Proxies } from "../proxies.ts";
import type { TlsOptions } from "./secure.ts";
import { netLimits } from "../limits.ts";

export interface TransportOptions extends Opening {
  readonly method: string;
  readonly headers: Readonly<Record<string, string | number>>;
  /** Milliseconds without a byte in either direction, after which the request emits `timeout`. */
  readonly timeout: number;
}

/** Returns the resolver for a host. Throws UNREACHABLE for an address that must not be connected to. */
export type Resolver = (hostname: string) => LookupFunction;

export interface TransportSettings {
  readonly tls?: TlsOptions | undefined;
  readonly proxies?: Proxies | undefined;
  /** Restricts the addresses that may be connected to; without it, any. */
  readonly resolver?: Resolver | undefined;
}

/** Opens a request; it is sent when it is ended. Credentials in the URL are ignored. */
export type Transport = (url: URL, options: TransportOptions) => Promise<ClientRequest>;

/** With certificates or a key that are not valid, the first TLS request throws USAGE. */
export function createTransport({ tls, proxies, resolver }: TransportSettings = {}, sockets: number = netLimits.sockets): Transport {
  const ways = new Map([
    ["http:", { port: 80, open: opener(async (early) => (await import("./plain.ts")).createPlainOpener(early, sockets), sockets) }],
    [
      "https:",
      { port: 443, open: opener(async (early) => (await import("./secure.ts")).createSecureOpener(early, { tls, sockets }), sockets) },
    ],
  ]);
  return async (url, options) => {
    const way = ways.get(url.protocol);
    if (!way) {
      const scheme = printableText(url.protocol, 40);
      throw new TouchmarkError("UNREACHABLE", `${scheme} is not a scheme that is spoken here, only https and http`);
    }
    const host = url.hostname.replaceAll(/[[\]]/g, "");
    const port = url.port === "" ? way.port : Number(url.port);
    const lookup = resolver?.(host); // not used through a proxy, which resolves names itself
    const path = url.pathname + url.search;
    return way.open({ host, port, lookup }, { path, maxHeaderSize: netLimits.headerBytes, ...options }, proxies?.(url)?.href);
  };
}

type Way = (to: Destination, options: object, proxy: string | undefined) => Promise<ClientRequest>;

/** Loads the protocol module for the first requests, after the connections for all concurrent requests have been started. */
function opener(load: (early: Preconnections) => Promise<Opener>, sockets: number): Way {
  const early = preconnect(sockets);
  let loading: Promise<Opener> | undefined;
  let open: Opener | undefined;
  return async (to, options, proxy) => {
    if (!open && proxy === undefined) early.connect(to);
    loading ??= new Promise<void>((resolve) => process.nextTick(resolve)).then(() => load(early)); // node:net, too, connects in the next tick
    try {
      open = await loading;
    } catch (error) {
      early.end();
      throw error;
    }
    return open({ ...to, ...options }, proxy);
  };
}
