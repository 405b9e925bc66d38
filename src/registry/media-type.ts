/** Returns the media type of a response: its Content-Type without parameters; application/octet-stream without one. */
import { asciiLowerCase, trimBlanks } from "../core/ascii.ts";
import { Fields, parseJson } from "../core/json/json.ts";
import { ociLimits } from "../core/oci/limits.ts";
import { manifestMediaTypes } from "../core/oci/manifest.ts";
import type { HttpResponse } from "../net/http.ts";

export function mediaTypeOf(response: HttpResponse): string {
  const [type = ""] = (response.headers.get("content-type") ?? "").split(";");
  return asciiLowerCase(trimBlanks(type)) || "application/octet-stream";
}

/** Types that static file servers use for every file. */
const sayingNothing: ReadonlySet<string> = new Set(["application/octet-stream", "binary/octet-stream", "application/json", "text/plain"]);

/** Returns the media type of a manifest: the served one or, for a generic type, the manifest's own. */
export function manifestTypeOf(response: HttpResponse): string {
  const served = mediaTypeOf(response);
  if (!sayingNothing.has(served)) return served;
  try {
    const stated = new Fields(parseJson(response.body, "manifest", { maxBytes: ociLimits.manifestBytes }), "manifest").string("mediaType");
    return manifestMediaTypes.includes(stated) ? stated : served;
  } catch {
    return served;
  }
}
