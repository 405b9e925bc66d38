/**
 * Google's metadata server (cloud.google.com, "Verify the identity of a VM"), at the address that Google's own clients use:
 *
 *     GET http://$GCE_METADATA_HOST/computeMetadata/v1/instance/service-accounts/default/identity?audience=AUDIENCE&format=full
 *         Metadata-Flavor: Google
 *     200 TOKEN | 404, if the machine has no service account
 */
import { decodeUtf8 } from "../../../core/bytes.ts";
import { readSource } from "../../../files/read-source.ts";
import { askIdentityService, granted } from "./ask.ts";
import type { Provider, Surroundings } from "./provider.ts";

/** An IP address, since a name would depend on the name service. Plain HTTP, since it is link-local. */
const metadataServer = "169.254.169.254";
const products: ReadonlySet<string> = new Set(["Google", "Google Compute Engine"]);
const name = "Google Cloud";

/** `productFile` is where the firmware names the machine's vendor. */
export function google(productFile: string): Provider {
  return {
    name,
    token: async (surroundings) => {
      const host = surroundings.env["GCE_METADATA_HOST"] || ((await isGoogle(productFile, surroundings)) ? metadataServer : undefined);
      return host === undefined ? undefined : identity(host, surroundings);
    },
  };
}

async function identity(host: string, surroundings: Surroundings): Promise<string | undefined> {
  const url = new URL(`http://${host}/computeMetadata/v1/instance/service-accounts/default/identity`);
  url.search = new URLSearchParams({ audience: surroundings.audience, format: "full" }).toString();
  const response = await askIdentityService({ method: "GET", url, headers: { "metadata-flavor": "Google" } }, surroundings);
  if (response.status === 404) return undefined;
  return decodeUtf8(granted(response, "the request for an identity token").body, `the answer of ${name}`);
}

async function isGoogle(productFile: string, { env, signal }: Surroundings): Promise<boolean> {
  const product = await readSource(productFile, { maxBytes: 256, env, signal }).catch(() => undefined);
  return product !== undefined && products.has(Buffer.from(product).toString("latin1").trim());
}
