/** Derives an operator name from a URL where the trusted root has none. */

/**
 * The last two labels of the URL's host, or the whole host if it is an address: `sigstore.dev` runs `https://rekor.sigstore.dev`. If that
 * merges two operators, they count once toward a threshold; one operator never counts twice.
 */
export function operatorOf(url: string): string {
  const host = URL.parse(url.includes("://") ? url : `https://${url}`)?.hostname ?? url;
  const isAddress = /^[\d.]+$|^\[/.test(host);
  return isAddress ? host : host.split(".").slice(-2).join(".");
}
