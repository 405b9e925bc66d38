/**
 * Where connections come from: the one place that holds Node's HTTP agents.
 * An agent keeps the connections of each origin apart and open for the next request.
 */
import { X509Certificate } from "node:crypto";
import { Agent as HttpAgent, request as requestHttp, type ClientRequest } from "node:http";
import { Agent as HttpsAgent, request as requestHttps } from "node:https";
import { createSecureContext, getCACertificates, type SecureContext } from "node:tls";
import { TouchmarkError } from "../core/errors.ts";
import { printableText } from "./printable.ts";
import type { Proxies } from "./proxies.ts";

export interface TransportOptions {
  readonly method: string;
  readonly headers: Readonly<Record<string, string | number>>;
  /** Milliseconds without a byte in either direction, after which the request emits `timeout`. */
  readonly timeout: number;
}

/** PEM. Who is believed and who we are where TLS is spoken. */
export interface TlsOptions {
  /** Certificate authorities that are trusted beside the usual ones. */
  readonly ca?: Uint8Array;
  /** Our own certificate, its chain, and its key. */
  readonly client?: { readonly certificate: Uint8Array; readonly key: Uint8Array };
}

export interface TransportSettings {
  readonly tls?: TlsOptions | undefined;
  readonly proxies?: Proxies | undefined;
}

/** Opens a request; it is sent once it is ended. Credentials in the URL are ignored. */
export type Transport = (url: URL, options: TransportOptions) => ClientRequest;

const maxHeaderSize = 32 * 1024;
const pool = { keepAlive: true, maxSockets: 16 } as const;

/** Throws USAGE for certificates or a key that cannot be used. */
export function createTransport({ tls, proxies }: TransportSettings = {}): Transport {
  const secure = tls && { secureContext: contextOf(tls) };
  const agentsFor = (proxy?: string): Agents => {
    const through = { ...pool, ...(proxy !== undefined && { proxyEnv: { HTTP_PROXY: proxy, HTTPS_PROXY: proxy } }) };
    return { "http:": new HttpAgent(through), "https:": new HttpsAgent({ ...through, ...secure }) };
  };
  const direct = agentsFor();
  const proxied = new Map<string, Agents>();
  return (url, options) => {
    const proxy = proxies?.(url)?.href;
    const agents = proxy === undefined ? direct : (proxied.get(proxy) ?? agentsFor(proxy));
    if (proxy !== undefined) proxied.set(proxy, agents);
    const address = {
      hostname: url.hostname.replaceAll(/[[\]]/g, ""),
      port: url.port === "" ? undefined : Number(url.port),
      path: url.pathname + url.search,
      maxHeaderSize,
      ...options,
    };
    switch (url.protocol) {
      case "http:":
        return requestHttp({ ...address, agent: agents["http:"] });
      case "https:":
        return requestHttps({ ...address, agent: agents["https:"] });
      default:
        throw new TouchmarkError(
          "UNREACHABLE",
          `${printableText(url.protocol, 40)} is not a scheme that is spoken here, only https and http`,
        );
    }
  };
}

interface Agents {
  readonly "http:": HttpAgent;
  readonly "https:": HttpsAgent;
}

function contextOf({ ca, client }: TlsOptions): SecureContext {
  try {
    return createSecureContext({
      ...(ca && { ca: [...getCACertificates("default"), ...certificatesIn(ca)] }),
      ...(client && { cert: Buffer.from(client.certificate), key: Buffer.from(client.key) }),
    });
  } catch {
    // OpenSSL's own words, left out, say nothing that helps and might quote the key.
    throw new TouchmarkError("USAGE", "the certificates or the key for TLS cannot be used", {
      hint: "Give PEM files: certificates of authorities, and a certificate with the key that belongs to it, without password.",
    });
  }
}

/** Each is read once more here: OpenSSL passes over what is no certificate in silence. */
function certificatesIn(pem: Uint8Array): readonly string[] {
  const blocks = Buffer.from(pem)
    .toString("latin1")
    .match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g);
  if (blocks === null) throw new Error("no certificate");
  return blocks.map((block) => new X509Certificate(block).toString());
}
