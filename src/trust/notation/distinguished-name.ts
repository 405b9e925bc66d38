/**
 * Distinguished names in trust policies (RFC 4514; Notary Project, trust policy, "Trusted Identities Constraints"):
 *
 *     C=US, ST=WA, O=Example, CN=release        C, ST (or S) and O at least; no type twice
 *
 * Names with several attributes in one part (`+`) or with encoded values (`=#`) are refused. A certificate's subject,
 * in the text form of `core/x509/name.ts`, is read by the same rules.
 */
import { decodeUtf8, encodeUtf8 } from "../../core/bytes.ts";
import { malformed, TouchmarkError } from "../../core/errors.ts";
import { trustLimits } from "../limits.ts";

export interface DistinguishedName {
  readonly text: string;
  /** Values by attribute type: `C`, `ST`, `O`. */
  readonly attributes: ReadonlyMap<string, string>;
}

const mandatory = ["C", "ST", "O"];
const typePattern = / *([A-Za-z][A-Za-z0-9-]*|\d+(?:\.\d+)+) *=/y;
const valuePattern = /(?:[^"+,;<>\\\0]|\\(?:[ "#+,;<=>\\]|[0-9A-Fa-f]{2}))*/y;
const escapes = /\\([0-9A-Fa-f]{2})|\\(.)|([^\\]+)/gsu;

/** Reads a name; `what` names it in messages. Throws MALFORMED, or LIMIT_EXCEEDED past a bound. */
export function parseDistinguishedName(text: string, what: string): DistinguishedName {
  if (text.length > trustLimits.distinguishedNameLength)
    throw new TouchmarkError(
      "LIMIT_EXCEEDED",
      `${what} has ${text.length} characters, over the limit of ${trustLimits.distinguishedNameLength}`,
    );
  const refused = (why: string): TouchmarkError => malformed(`${what} ${JSON.stringify(text.slice(0, 200))} ${why}`);
  const take = (pattern: RegExp, at: number): RegExpExecArray | undefined => {
    pattern.lastIndex = at;
    return pattern.exec(text) ?? undefined;
  };

  const attributes = new Map<string, string>();
  for (let at = 0; ; at++) {
    const [name, given = ""] = take(typePattern, at) ?? [];
    if (name === undefined) throw refused("is not a distinguished name of the form C=…, ST=…, O=…");
    const [raw = ""] = take(valuePattern, at + name.length) ?? [];
    at += name.length + raw.length;
    const next = text[at];
    if (next === "+") throw refused("has several attributes in one part, which is not supported");
    if (next !== undefined && next !== ",") throw refused(`has ${JSON.stringify(next)}, which must be escaped`);
    const type = given === "S" ? "ST" : given;
    if (/^ *#/.test(raw)) throw refused('has an encoded value ("=#"), which is not supported');
    if (attributes.has(type)) throw refused(`has ${type} twice`);
    const value = unescape(raw, what);
    if (value === "") throw refused(`has an empty ${type}`);
    attributes.set(type, value);
    if (next === undefined) break;
  }
  const missing = mandatory.find((type) => !attributes.has(type));
  if (missing !== undefined) throw refused(`has no ${missing}; it must have C, ST and O`);
  return { text, attributes };
}

/** Whether a name has all attributes of the other. */
export function includesName(name: DistinguishedName, part: DistinguishedName): boolean {
  return [...part.attributes].every(([type, value]) => name.attributes.get(type) === value);
}

/** The value without surrounding spaces and escapes. */
function unescape(raw: string, what: string): string {
  const start = raw.search(/[^ ]|$/);
  let end = raw.length;
  while (end > start && raw[end - 1] === " ") end--;
  let backslashes = 0;
  while (raw[end - 1 - backslashes] === "\\") backslashes++;
  if (backslashes % 2 === 1) end++; // the last one belongs to an escaped space
  const parts = Array.from(raw.slice(start, end).matchAll(escapes), ([, hex, char, plain]) =>
    hex === undefined ? encodeUtf8(char ?? plain ?? "") : Buffer.from(hex, "hex"),
  );
  return decodeUtf8(Buffer.concat(parts), what);
}
