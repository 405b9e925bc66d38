/** Makes untrusted text safe for messages. */

/** A URL without credentials and query, both of which may be secrets. */
export function printableUrl(url: URL): string {
  return printableText(url.origin + url.pathname, 300);
}

/** Formats `registry.example.com:443`. */
export function printableHost(url: URL): string {
  return `${url.hostname}:${url.port || (url.protocol === "https:" ? "443" : "80")}`;
}

/** Untrusted text on one line: without control, format and other invisible characters, at most `max` characters. */
export function printableText(text: string, max: number): string {
  const line = text
    .slice(0, max * 4)
    .replaceAll(/[\p{C}\p{Z}]+/gu, " ")
    .trim();
  return line.length > max ? `${line.slice(0, max - 1).toWellFormed()}…` : line;
}
