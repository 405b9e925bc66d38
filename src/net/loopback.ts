/** Whether a host is loopback: connected to without TLS and never through a proxy. */

/** `hostname` as normalised by URL, with or without brackets: each address has one spelling, so `127.1` cannot bypass the check. */
export function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" || hostname === "::1" || /^127(?:\.\d+){3}$/.test(hostname);
}
