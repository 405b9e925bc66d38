/**
 * The tags of a repository (OCI distribution specification, "Listing tags"):
 *
 *     GET /v2/NAME/tags/list?n=1000      200 {"name":NAME,"tags":[TAG,…]}, its next page in `Link`
 */
import { malformed, TouchmarkError } from "../core/errors.ts";
import { Fields, parseJson } from "../core/json/json.ts";
import { isTag } from "../core/oci/reference.ts";
import type { HttpResponse } from "../net/http.ts";
import { printableText } from "../core/printable.ts";
import type { Connection } from "./connection.ts";
import { nextPage } from "./next-page.ts";
import { registryLimits } from "./limits.ts";

const pageSize = 1000;

/** Returns the tags page by page; none for a repository that does not exist. */
export async function* listTags(connection: Connection, signal: AbortSignal): AsyncGenerator<string, void> {
  let to: URL | undefined = connection.urlOf(`tags/list?n=${pageSize}`);
  for (let pages = 1; to !== undefined; pages++) {
    if (pages > registryLimits.tagPages) {
      throw new TouchmarkError("LIMIT_EXCEEDED", `the tags of ${connection.name} go on after ${registryLimits.tagPages} pages`);
    }
    const expect = pages === 1 ? [200, 404] : [200];
    const page: HttpResponse = await connection.read({ method: "GET", to, maxBytes: registryLimits.tagPageBytes, expect, signal });
    if (page.status === 404) return;
    yield* tagsOn(page, `the tags of ${connection.name}`);
    to = nextPage(connection, page, "tags/");
  }
}

function tagsOn(page: HttpResponse, what: string): readonly string[] {
  const fields = new Fields(parseJson(page.body, what, { maxBytes: registryLimits.tagPageBytes }), what);
  return fields.list("tags", registryLimits.tagsPerPage).map((tag) => {
    if (typeof tag === "string" && isTag(tag)) return tag;
    throw malformed(`${what} hold ${printableText(JSON.stringify(tag), 60)}, which is none`);
  });
}
