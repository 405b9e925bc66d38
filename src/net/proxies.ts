/**
 * Selects the proxy of a request, by the rules of Go's `golang.org/x/net/http/httpproxy` (`ProxyFunc`):
 *
 *     HTTPS_PROXY, HTTP_PROXY      http://[USER:PASSWORD@]HOST[:PORT], or without the scheme
 *     NO_PROXY                     * | HOST[:PORT] (and what lies below it) | .DOMAIN | ADDRESS | ADDRESS/BITS, by commas
 *
 * Each variable may be in lower case. Loopback is never reached through a proxy, nor, beyond Go's rules, are
 * link-local addresses: clouds serve their machines' credentials there over plain HTTP.
 */
import { BlockList, isIP } from "node:net";
import { TouchmarkError } from "../core/errors.ts";
import { isLoopback } from "./loopback.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

/** Returns the proxy's URL with credentials; undefined for a direct request. */
export type Proxies = (url: URL) => URL | undefined;

/** Throws USAGE for a variable that holds no valid proxy URL. */
export function proxiesFrom(env: Environment): Proxies | undefined {
  const proxies = { "https:": proxyIn(env, "HTTPS_PROXY"), "http:": proxyIn(env, "HTTP_PROXY") };
  if (proxies["https:"] === undefined && proxies["http:"] === undefined) return undefined;
  const exceptions = (valueOf(env, "NO_PROXY") ?? "").split(",").flatMap((text) => exceptionOf(text.trim().toLowerCase()) ?? []);
  return (url) => {
    const target = targetOf(url);
    if (isOurs(target.host) || exceptions.some((exempts) => exempts(target))) return undefined;
    return url.protocol === "https:" ? proxies["https:"] : proxies["http:"];
  };
}

function valueOf(env: Environment, name: string): string | undefined {
  return env[name] || env[name.toLowerCase()] || undefined;
}

function proxyIn(env: Environment, name: string): URL | undefined {
  const text = valueOf(env, name);
  if (text === undefined) return undefined;
  const url = URL.parse(/^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`);
  if (url !== null && (url.protocol === "http:" || url.protocol === "https:")) return url;
  throw new TouchmarkError("USAGE", `${name} is not the URL of a supported proxy`, { hint: "Write it as http://HOST:PORT." });
}

/** Loopback or link-local. */
function isOurs(host: string): boolean {
  return isLoopback(host) || /^169\.254(?:\.\d+){2}$/.test(host);
}

interface Target {
  readonly host: string;
  readonly port: string;
}

type Exception = (target: Target) => boolean;

function targetOf(url: URL): Target {
  return { host: url.hostname.replaceAll(/[[\]]/g, ""), port: url.port || (url.protocol === "https:" ? "443" : "80") };
}

function exceptionOf(text: string): Exception | undefined {
  if (text === "") return undefined;
  if (text === "*") return () => true;
  const [, network = "", bits] = /^([^/]*)\/(\d{1,3})$/.exec(text) ?? [];
  if (bits !== undefined) return isIP(network) === 0 ? undefined : within(network, Number(bits));
  const bare = /^\[(.*)\]$/.exec(text)?.[1] ?? text;
  const [, name = bare, port] = isIP(bare) === 0 ? (/^\[?([^\]]*?)\]?:(\d+)$/.exec(text) ?? []) : [];
  const domain = name.replace(/^\*?\./, "");
  const below = domain === name; // `.example.com` exempts subdomains only
  return ({ host, port: actual }) =>
    (port === undefined || port === actual) && ((below && host === name) || (isIP(host) === 0 && host.endsWith(`.${domain}`)));
}

function within(network: string, bits: number): Exception | undefined {
  const family = isIP(network) === 4 ? "ipv4" : "ipv6";
  if (bits > (family === "ipv4" ? 32 : 128)) return undefined;
  const list = new BlockList();
  list.addSubnet(network, bits, family);
  return ({ host }) => isIP(host) !== 0 && list.check(host, isIP(host) === 4 ? "ipv4" : "ipv6");
}
