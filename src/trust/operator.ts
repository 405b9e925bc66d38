/** Who runs an authority that does not say so. */

/**
 * The last two labels of the URL's host, the whole host of an address: `sigstore.dev` runs `https://rekor.sigstore.dev`. Where that
 * takes two operators for one, they count once toward a threshold, and never one of them twice.
 */
export function operatorOf(url: string): string {
  const host = URL.parse(url.includes("://") ? url : `https://${url}`)?.hostname ?? url;
  const isAddress = /^[\d.]+$|^\[/.test(host);
  return isAddress ? host : host.split(".").slice(-2).join(".");
}
