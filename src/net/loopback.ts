/** Whether a host is this machine itself, which is spoken to without TLS and never through a proxy. */

/** `hostname` as URL spells it, brackets or not: one spelling for each address, so that nothing else hides behind `127.1`. */
export function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" || hostname === "::1" || /^127(?:\.\d+){3}$/.test(hostname);
}
