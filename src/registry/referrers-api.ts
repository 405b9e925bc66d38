/**
 * The referrers API (OCI distribution specification, listing referrers):
 *
 *     GET /v2/NAME/referrers/DIGEST      200 index, its next page in `Link`      404 where there is no such API
 */
import type { Digest } from "../core/digest.ts";
import { TouchmarkError } from "../core/errors.ts";
import { maxEntries, maxManifestBytes, mediaTypes, parseManifest, type Descriptor } from "../core/oci/manifest.ts";
import type { HttpResponse } from "../net/http.ts";
import { printableText } from "../core/printable.ts";
import type { Connection } from "./connection.ts";
import { mediaTypeOf } from "./media-type.ts";
import { nextPage } from "./next-page.ts";
import { errorCodesOf, registryRefusal } from "./refusal.ts";
import { registryLimits } from "./limits.ts";

/** Returns the referrers of this digest that the registry lists; undefined without the API. */
export async function listReferrers(
  connection: Connection,
  subject: Digest,
  signal: AbortSignal,
): Promise<readonly Descriptor[] | undefined> {
  const what = `the referrers of ${subject} in ${connection.name}`;
  const entries: Descriptor[] = [];
  let to: URL | undefined = connection.urlOf(`referrers/${subject}`);
  for (let pages = 1; to !== undefined; pages++) {
    const page: HttpResponse = await connection.read({
      method: "GET",
      to,
      headers: { accept: mediaTypes.ociIndex },
      maxBytes: maxManifestBytes,
      expect: [200, 400, 404, 405],
      signal,
    });
    if (page.status !== 200) {
      if (pages === 1 && isUnsupported(page)) return undefined;
      throw registryRefusal(page, what, undefined);
    }
    entries.push(...entriesOn(page, what));
    to = nextPage(connection, page, "referrers/");
    if (entries.length > maxEntries || (pages === registryLimits.referrerPages && to !== undefined)) {
      throw new TouchmarkError(
        "LIMIT_EXCEEDED",
        `${what} are over the limit of ${maxEntries} entries or ${registryLimits.referrerPages} pages`,
      );
    }
  }
  return entries;
}

function isUnsupported(page: HttpResponse): boolean {
  return page.status !== 400 || errorCodesOf(page).includes("UNSUPPORTED");
}

function entriesOn(page: HttpResponse, what: string): readonly Descriptor[] {
  const mediaType = mediaTypeOf(page);
  if (mediaType !== mediaTypes.ociIndex) {
    throw new TouchmarkError("REGISTRY_ERROR", `${what} came as ${JSON.stringify(printableText(mediaType, 100))}, not as an index`);
  }
  const manifest = parseManifest(page.body, mediaType);
  return manifest.kind === "index" ? manifest.manifests : [];
}
