/**
 * The PKCS #11 URI (RFC 7512), which names a key, its token and its module.
 *
 *     pkcs11:token=TEXT;object=TEXT;id=BYTES;…?module-path=PATH&pin-value=PIN
 *
 * An unknown attribute is refused, since it would narrow down the match. Nothing after the question mark is in any
 * message: it may be the PIN.
 */
import { isAbsolute } from "node:path";
import { decodeUtf8 } from "../../core/bytes.ts";
import { TouchmarkError } from "../../core/errors.ts";
import { tokenLimits } from "./limits.ts";

export interface Pkcs11Uri {
  /** The URI without possible secrets, for messages. */
  readonly shown: string;
  /** The required attributes of the token; an absent one matches any. */
  readonly token: TokenName;
  readonly slotId: bigint | undefined;
  /** The label of the key. */
  readonly object: string | undefined;
  readonly id: Uint8Array | undefined;
  /** The shared library of the token: an absolute path. */
  readonly modulePath: string | undefined;
  readonly pin: { readonly value: string } | { readonly source: string } | undefined;
}

export interface TokenName {
  readonly label: string | undefined;
  readonly manufacturerID: string | undefined;
  readonly model: string | undefined;
  readonly serialNumber: string | undefined;
}

const pathNames = ["token", "manufacturer", "model", "serial", "slot-id", "object", "id", "type"];
const queryNames = ["module-path", "pin-value", "pin-source"];
/** Characters that need no escaping, in values before the question mark and after it (RFC 7512, section 2.3). */
const pathValue = /^(?:[A-Za-z0-9\-._~:[\]@!$'()*+,=&]|%[0-9A-Fa-f]{2})*$/;
const queryValue = /^(?:[A-Za-z0-9\-._~:[\]@!$'()*+,=/?|]|%[0-9A-Fa-f]{2})*$/;

export function isPkcs11Uri(reference: string): boolean {
  return reference.startsWith("pkcs11:");
}

/** Throws USAGE. */
export function parsePkcs11Uri(text: string): Pkcs11Uri {
  if (!isPkcs11Uri(text) || text.length > tokenLimits.uriLength) throw refused("it does not begin with pkcs11:, or is too long");
  const question = text.indexOf("?");
  const shown = question < 0 ? text : text.slice(0, question);
  const path = attributesIn(shown.slice("pkcs11:".length), ";", { names: pathNames, value: pathValue });
  const query = attributesIn(question < 0 ? "" : text.slice(question + 1), "&", { names: queryNames, value: queryValue });
  const texts = (from: ReadonlyMap<string, Uint8Array>, name: string): string | undefined => textOf(from.get(name), name);
  const type = texts(path, "type");
  if (type !== undefined && type !== "private") throw refused('its type is not "private"');
  const slotId = texts(path, "slot-id");
  if (slotId !== undefined && !/^\d{1,20}$/.test(slotId)) throw refused("its slot-id is not a number");
  const modulePath = texts(query, "module-path");
  if (modulePath !== undefined && !isAbsolute(modulePath)) throw refused("its module-path is not absolute");
  const [value, source] = [texts(query, "pin-value"), texts(query, "pin-source")];
  if (value !== undefined && source !== undefined) throw refused("it has a pin-value and a pin-source");
  return {
    shown,
    token: {
      label: texts(path, "token"),
      manufacturerID: texts(path, "manufacturer"),
      model: texts(path, "model"),
      serialNumber: texts(path, "serial"),
    },
    slotId: slotId === undefined ? undefined : BigInt(slotId),
    object: texts(path, "object"),
    id: path.get("id"),
    modulePath,
    pin: pinIn(value, source),
  };
}

function pinIn(value: string | undefined, source: string | undefined): Pkcs11Uri["pin"] {
  if (value !== undefined) return { value };
  return source === undefined ? undefined : { source: pathIn(source) };
}

interface Grammar {
  readonly names: readonly string[];
  readonly value: RegExp;
}

function attributesIn(text: string, separator: string, { names, value: grammar }: Grammar): ReadonlyMap<string, Uint8Array> {
  const attributes = new Map<string, Uint8Array>();
  for (const attribute of text === "" ? [] : text.split(separator)) {
    const equals = attribute.indexOf("=");
    const name = names.find((known) => known === attribute.slice(0, Math.max(0, equals)));
    if (name === undefined) throw refused(`between "${separator}" it has an attribute that is none of ${names.join(", ")}`);
    const value = attribute.slice(equals + 1);
    if (!grammar.test(value)) throw refused(`its ${name} has a character that must be written as %XX`);
    if (attributes.has(name)) throw refused(`it has ${name} twice`);
    attributes.set(name, bytesOf(value));
  }
  return attributes;
}

function bytesOf(value: string): Uint8Array {
  return Buffer.from(
    value.replaceAll(/%([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    "latin1",
  );
}

function textOf(bytes: Uint8Array | undefined, name: string): string | undefined {
  if (bytes === undefined) return undefined;
  try {
    return decodeUtf8(bytes);
  } catch {
    throw refused(`its ${name} is not UTF-8`);
  }
}

/** Reads a pin-source: a path or a file URL. */
function pathIn(source: string): string {
  return source.replace(/^file:(?:\/\/(?=\/))?/, "");
}

function refused(why: string): TouchmarkError {
  return new TouchmarkError("USAGE", `the PKCS #11 URI cannot be used: ${why}`, {
    hint: "Write 'pkcs11:token=TOKEN;object=KEY?module-path=/PATH/OF/MODULE.so' (RFC 7512).",
  });
}
