/** Distinguished names (RFC 5280, section 4.1.2.4), with their text form (RFC 4514). */
import { encodeUtf8, toHex } from "../bytes.ts";
import { inside, Members, tags, type Der } from "../asn1/der.ts";
import { readOid, readText } from "../asn1/der-values.ts";
import { coreLimits } from "../limits.ts";

export interface Name {
  /** The complete DER, by which names are compared. */
  readonly raw: Uint8Array;
  /** The text form `CN=release,O=Example`: the last part first. Empty for an empty name. */
  readonly text: string;
}

/** The short names of RFC 4514, section 3, and two more that trust policies of notation use, in its spelling. */
const shortNames: ReadonlyMap<string, string> = new Map([
  ["2.5.4.3", "CN"],
  ["2.5.4.7", "L"],
  ["2.5.4.8", "ST"],
  ["2.5.4.10", "O"],
  ["2.5.4.11", "OU"],
  ["2.5.4.6", "C"],
  ["2.5.4.9", "STREET"],
  ["0.9.2342.19200300.100.1.25", "DC"],
  ["0.9.2342.19200300.100.1.1", "UID"],
  ["2.5.4.5", "SERIALNUMBER"],
  ["2.5.4.17", "POSTALCODE"],
]);

/** Throws MALFORMED; `what` names it in messages. */
export function readName(value: Der, what: string): Name {
  const parts = inside(value, tags.sequence, what).map((part) =>
    inside(part, tags.set, what)
      .map((attribute) => attributeText(attribute, what))
      .join("+"),
  );
  return { raw: value.raw, text: parts.toReversed().join(",") };
}

function attributeText(attribute: Der, what: string): string {
  const members = new Members(attribute, tags.sequence, what);
  const oid = readOid(members.take("type", tags.oid), what);
  const value = members.take("value");
  members.end();
  const name = shortNames.get(oid);
  return name === undefined ? `${oid}=#${toHex(value.raw)}` : `${name}=${escape(readText(value, what))}`;
}

/** A name in quotes, truncated for messages; escapes in it are not escaped again. */
export function quoteName({ text }: Name): string {
  return `"${text.length > coreLimits.quotedNameLength ? `${text.slice(0, coreLimits.quotedNameLength)}…` : text}"`;
}

/** Values that need no escaping: nearly all. */
const plain = /^[\w.](?:[\w .@:/-]*[\w.])?$/;

/** Escapes by RFC 4514, section 2.4; also characters that a terminal would interpret or hide, as hex pairs. */
function escape(text: string): string {
  if (plain.test(text)) return text;
  return text
    .replace(/["+,;<>\\]|^[ #]| $/g, String.raw`\$&`)
    .replace(/\p{C}/gu, (char) => toHex(encodeUtf8(char)).replace(/../g, String.raw`\$&`));
}
