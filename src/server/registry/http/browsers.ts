/**
 * Refuses requests of web pages. A registry without authentication on loopback trusts who can connect, and the pages in a browser on the
 * same machine can: one of another site may send requests, and one whose own name was pointed at this address (DNS rebinding) may
 * read the answers as well. Programs that pull and push send neither header of pages, and name the registry by an address or its name.
 */
import { asciiLowerCase } from "../../../core/ascii.ts";
import type { ApiRequest } from "../../http/request.ts";
import { RegistryError } from "../registry-error.ts";

/** Headers of every response: a browser that a link leads to stored content must not show it as a page, guess its type, or give it to another site. */
export const headersForBrowsers: Readonly<Record<string, string>> = {
  "X-Content-Type-Options": "nosniff",
  "Content-Security-Policy": "default-src 'none'; sandbox",
  "Cross-Origin-Resource-Policy": "same-origin",
};

/** Throws DENIED for a request of a web page, and for one to another name than these. Addresses and `localhost` are always allowed. */
export function refuseBrowsers(request: ApiRequest, hostNames: readonly string[] | undefined): void {
  // Browsers say "none" for an address that the user typed, which no page can.
  const site = request.header("sec-fetch-site") ?? "none";
  if (request.header("origin") !== undefined || site !== "none") throw denied("requests of web pages are refused");
  const host = request.header("host");
  if (hostNames === undefined || host === undefined) return; // a browser always sends it
  const name = asciiLowerCase(host.replace(/:\d*$/, "")).replace(/\.$/, "");
  if (isAddressOrLocal(name) || hostNames.some((allowed) => asciiLowerCase(allowed) === name)) return;
  throw denied(`this registry is not known as ${JSON.stringify(name.slice(0, 150))}, its operator can allow that name`);
}

/** An address in a URL cannot be pointed elsewhere, and browsers resolve `localhost` to this machine only. */
function isAddressOrLocal(name: string): boolean {
  return /^(?:\[[0-9a-f:.]+\]|\d{1,3}(?:\.\d{1,3}){3}|(?:[^.]+\.)*localhost)$/.test(name);
}

function denied(message: string): RegistryError {
  return new RegistryError("DENIED", message);
}
