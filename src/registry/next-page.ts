/** The next page of a listing. */
import { TouchmarkError } from "../core/errors.ts";
import type { HttpResponse } from "../net/http.ts";
import { printableUrl } from "../core/printable.ts";
import type { Connection } from "./connection.ts";
import { nextLink } from "./link.ts";

/** Returns the next page, which must be below the same path: a link elsewhere would get the authorization. */
export function nextPage(connection: Connection, page: HttpResponse, path: "referrers/" | "tags/"): URL | undefined {
  const link = nextLink(page.headers.get("link") ?? "");
  if (link === undefined) return undefined;
  const url = URL.parse(link, page.url.href);
  if (url !== null && connection.isOwn(url) && url.pathname.startsWith(connection.urlOf(path).pathname)) return url;
  const where = url === null ? "an invalid URL" : printableUrl(url);
  const what = path.slice(0, -1);
  throw new TouchmarkError(
    "REGISTRY_ERROR",
    `${connection.name} continues its listing of ${what} elsewhere, at ${where}; it is not followed`,
  );
}
