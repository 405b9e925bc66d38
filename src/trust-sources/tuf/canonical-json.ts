/**
 * Canonical JSON as TUF signs it (OLPC's dialect, TUF specification 1.0, section 4.2.1): members sorted by
 * code points, no blanks, whole numbers only, and in strings nothing escaped but the quote and the backslash.
 */
import { encodeUtf8 } from "../../core/bytes.ts";
import { malformed } from "../../core/errors.ts";
import { isJsonObject, type Json } from "../../core/json/json.ts";

/** Returns the bytes that are signed. Throws MALFORMED for a value without a canonical form. */
export function canonicalJson(value: Json): Uint8Array {
  return encodeUtf8(write(value));
}

function write(value: Json | undefined): string {
  if (typeof value === "string") return quote(value);
  if (typeof value === "number") return whole(value);
  if (value === undefined || value === null || typeof value === "boolean") return String(value ?? null);
  if (!isJsonObject(value)) return `[${value.map(write).join(",")}]`;
  const members = Object.entries(value).toSorted(([a], [b]) => Buffer.compare(encodeUtf8(a), encodeUtf8(b)));
  return `{${members.map(([name, member]) => `${quote(name)}:${write(member)}`).join(",")}}`;
}

function quote(text: string): string {
  // Every unpaired surrogate would get the same encoding: two documents, one signature.
  if (!text.isWellFormed()) throw malformed("a string is not Unicode text, and so has no canonical form");
  return `"${text.replaceAll(/["\\]/g, String.raw`\$&`)}"`;
}

function whole(value: number): string {
  if (!Number.isSafeInteger(value)) throw malformed(`the number ${value} has no canonical form: only whole ones do, up to 2^53-1`);
  return String(value);
}
