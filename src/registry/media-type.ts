/** The media type of an answer: its Content-Type without parameters; bytes of no known type where it has none. */
import { Fields, parseJson } from "../core/json/json.ts";
import { manifestMediaTypes, maxManifestBytes } from "../core/oci/manifest.ts";
import type { HttpResponse } from "../net/http.ts";

export function mediaTypeOf(response: HttpResponse): string {
  const [type = ""] = (response.headers.get("content-type") ?? "").split(";");
  return type.trim().toLowerCase() || "application/octet-stream";
}

/** What servers of plain files say of everything. */
const sayingNothing: ReadonlySet<string> = new Set(["application/octet-stream", "binary/octet-stream", "application/json", "text/plain"]);

/** The media type of a manifest: as it was served or, by a server that knows no better, as it says of itself. */
export function manifestTypeOf(response: HttpResponse): string {
  const served = mediaTypeOf(response);
  if (!sayingNothing.has(served)) return served;
  try {
    const stated = new Fields(parseJson(response.body, "manifest", { maxBytes: maxManifestBytes }), "manifest").string("mediaType");
    return manifestMediaTypes.includes(stated) ? stated : served;
  } catch {
    return served;
  }
}
