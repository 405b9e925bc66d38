/** The media type of an answer: its Content-Type without parameters; bytes of no known type where it has none. */
import type { HttpResponse } from "../net/http.ts";

export function mediaTypeOf(response: HttpResponse): string {
  const [type = ""] = (response.headers.get("content-type") ?? "").split(";");
  return type.trim().toLowerCase() || "application/octet-stream";
}
