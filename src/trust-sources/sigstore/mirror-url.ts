/** Checks URLs from which trust roots are fetched. */
import { TouchmarkError } from "../../core/errors.ts";

/** Checks the URL of a TUF repository; its documents are signed, so plain HTTP is allowed. Throws USAGE. */
export function parseMirror(text: string): URL {
  const url = URL.parse(text);
  if (url && /^https?:$/.test(url.protocol) && !url.username && !url.password && !url.search && !url.hash) return url;
  throw new TouchmarkError("USAGE", "the mirror of a TUF repository is an http or https URL without credentials, query or fragment", {
    hint: "Write it as https://tuf.example.com/.",
  });
}

/** Checks the URL of an unsigned file: TLS is required, except on this machine. */
export function isProtected({ protocol, hostname }: URL): boolean {
  return protocol === "https:" || (protocol === "http:" && /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/.test(hostname));
}
