/** URLs that trust is fetched from. */
import { TouchmarkError } from "../../core/errors.ts";

/** Of a TUF repository, whose documents are signed: plain HTTP will do. Throws USAGE. */
export function parseMirror(text: string): URL {
  const url = URL.parse(text);
  if (url && /^https?:$/.test(url.protocol) && !url.username && !url.password && !url.search && !url.hash) return url;
  throw new TouchmarkError("USAGE", "the mirror of a TUF repository is an http or https URL without credentials, query or fragment", {
    hint: "Write it as https://tuf.example.com/.",
  });
}

/** Of a file that nobody signed: TLS alone says whose it is, except on this machine. */
export function isProtected({ protocol, hostname }: URL): boolean {
  return protocol === "https:" || (protocol === "http:" && /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/.test(hostname));
}
