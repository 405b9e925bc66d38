/** Returns the location of an upload. It may be on another host, which gets no credentials; never without TLS after TLS. */
import { TouchmarkError } from "../core/errors.ts";
import type { HttpResponse } from "../net/http.ts";
import { printableUrl } from "../core/printable.ts";

export function locationIn(answer: HttpResponse, name: string): URL {
  const location = answer.headers.get("location");
  const url = location === undefined ? null : URL.parse(location, answer.url.href);
  if (url === null) throw new TouchmarkError("REGISTRY_ERROR", `${name} opens an upload and does not say where`);
  if (answer.url.protocol === "https:" && url.protocol !== "https:") {
    throw new TouchmarkError("INSECURE_REGISTRY", `${name} wants an upload over plain HTTP: ${printableUrl(url)}`);
  }
  return url;
}
