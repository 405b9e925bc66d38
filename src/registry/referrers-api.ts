/**
 * The referrers API (OCI distribution specification, listing referrers):
 *
 *     GET /v2/NAME/referrers/DIGEST      200 index, its next page in `Link`      404 where there is no such API
 *
 * Registries without it also answer 405, 406, or 400 with the code UNSUPPORTED. Any other answer leaves unknown what is listed.
 */
import type { Digest } from "../core/digest.ts";
import { TouchmarkError } from "../core/errors.ts";
import { ociLimits } from "../core/oci/limits.ts";
import { mediaTypes, parseListing, type Descriptor, type IndexEntries } from "../core/oci/manifest.ts";
import type { HttpResponse } from "../net/http.ts";
import { printableText } from "../core/printable.ts";
import type { Connection } from "./connection.ts";
import { mediaTypeOf } from "./media-type.ts";
import { nextPage } from "./next-page.ts";
import { errorCodesOf, registryRefusal } from "./refusal.ts";
import { registryLimits } from "./limits.ts";

/** Returns the referrers of this digest that the registry lists, as far as they can be read; undefined without the API. */
export async function listReferrers(connection: Connection, subject: Digest, signal: AbortSignal): Promise<IndexEntries | undefined> {
  const what = `the referrers of ${subject} in ${connection.name}`;
  const entries: Descriptor[] = [];
  const faults: TouchmarkError[] = [];
  let bytes = 0;
  let to: URL | undefined = connection.urlOf(`referrers/${subject}`);
  for (let pages = 1; to !== undefined; pages++) {
    try {
      const page: HttpResponse = await connection.read({
        method: "GET",
        to,
        headers: { accept: mediaTypes.ociIndex },
        maxBytes: ociLimits.listingBytes,
        expect: referrersStatuses,
        signal,
      });
      if (page.status !== 200) {
        if (pages === 1 && lacksReferrersApi(page)) return undefined;
        throw registryRefusal(page, what, undefined);
      }
      const listing = listingOn(page, what);
      entries.push(...listing.entries);
      faults.push(...listing.faults);
      to = nextPage(connection, page, "referrers/");
      bytes += page.body.length;
      if (bytes > registryLimits.referrerBytes && to !== undefined)
        throw new TouchmarkError("LIMIT_EXCEEDED", `${what} are over the limit of ${registryLimits.referrerBytes} bytes`);
      if (entries.length > ociLimits.entries || (pages === registryLimits.referrerPages && to !== undefined)) {
        throw new TouchmarkError(
          "LIMIT_EXCEEDED",
          `${what} are over the limit of ${ociLimits.entries} entries or ${registryLimits.referrerPages} pages`,
        );
      }
    } catch (error) {
      // What could be read counts.
      if (entries.length === 0 || !(error instanceof TouchmarkError) || signal.aborted) throw error;
      return { entries: entries.slice(0, ociLimits.entries), faults: [...faults, error] };
    }
  }
  return { entries, faults };
}

/** The statuses of answers that say whether there is such an API. */
export const referrersStatuses: readonly number[] = [200, 400, 404, 405, 406];

/** Whether one of these answers says that there is none. */
export function lacksReferrersApi(answer: HttpResponse): boolean {
  if (answer.status === 400) return errorCodesOf(answer).includes("UNSUPPORTED");
  return answer.status !== 200;
}

function listingOn(page: HttpResponse, what: string): IndexEntries {
  const mediaType = mediaTypeOf(page);
  if (mediaType !== mediaTypes.ociIndex) {
    throw new TouchmarkError("REGISTRY_ERROR", `${what} came as ${JSON.stringify(printableText(mediaType, 100))}, not as an index`);
  }
  return parseListing(page.body, mediaType);
}
