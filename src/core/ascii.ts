/**
 * Letters and spaces of ASCII alone. The methods of strings also take those of Unicode: `trim()` removes U+00A0, and
 * `toLowerCase()` turns U+212A, the Kelvin sign, into `k`.
 */

/** Replaces A to Z by a to z. */
export function asciiLowerCase(text: string): string {
  return text.replaceAll(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

/** Removes spaces and tabs at both ends, such as the optional whitespace of a header (RFC 9110, section 5.6.3). */
export function trimBlanks(text: string): string {
  let start = 0;
  while (isBlank(text[start])) start++;
  return trimEndBlanks(text.slice(start));
}

/** Removes spaces and tabs at the end. */
export function trimEndBlanks(text: string): string {
  let end = text.length;
  while (isBlank(text[end - 1])) end--;
  return text.slice(0, end);
}

function isBlank(char: string | undefined): boolean {
  return char === " " || char === "\t";
}
