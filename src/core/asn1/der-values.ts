/** Readers and writers of primitive DER values (X.690, sections 8 and 11). Each reader throws MALFORMED for another tag or encoding; `what` names the value in messages. */
import { decodeUtf8, toHex, toLatin1 } from "../bytes.ts";
import { expectTag, tags, type Der } from "./der.ts";
import { malformed } from "../errors.ts";
import type { Instant } from "../instant.ts";

/** Reads an object identifier as dotted text: `1.2.840.10045.2.1`. */
export function readOid(value: Der, what: string): string {
  expectTag(value, tags.oid, what);
  const { content } = value;
  if (content.length === 0 || content.length > 128 || (content.at(-1) ?? 0) >= 0x80) throw malformed(`${what} is not an object identifier`);
  const arcs: (number | bigint)[] = [];
  let arc: number | bigint = 0;
  let isStart = true;
  for (const byte of content) {
    if (isStart && byte === 0x80) throw malformed(`${what} is not an object identifier`);
    // A JavaScript number is used as long as it is exact, which in practice it always is.
    arc = typeof arc === "number" && arc < 2 ** 45 ? arc * 128 + (byte & 0x7f) : BigInt(arc) * 128n + BigInt(byte & 0x7f);
    isStart = byte < 0x80;
    if (isStart) {
      arcs.push(arc);
      arc = 0;
    }
  }
  const [first = 0, ...rest] = arcs;
  const root = first < 80 ? Math.floor(Number(first) / 40) : 2;
  const second = typeof first === "number" ? first - root * 40 : first - 80n;
  return [root, second, ...rest].join(".");
}

/** Encodes an integer as the shortest two's complement. */
export function readIntegerBytes(value: Der, what: string): Uint8Array {
  expectTag(value, tags.integer, what);
  const [first, second] = value.content;
  if (first === undefined) throw malformed(`${what} is an empty integer`);
  if (second !== undefined && ((first === 0 && second < 0x80) || (first === 0xff && second >= 0x80))) {
    throw malformed(`${what} is an integer with needless bytes`);
  }
  return value.content;
}

/** Reads an integer of at most 1024 bytes. */
export function readInteger(value: Der, what: string): bigint {
  const bytes = readIntegerBytes(value, what);
  if (bytes.length > 1024) throw malformed(`${what} is an integer of ${bytes.length} bytes`);
  return BigInt.asIntN(bytes.length * 8, BigInt(`0x${toHex(bytes)}`));
}

export function readBoolean(value: Der, what: string): boolean {
  expectTag(value, tags.boolean, what);
  const [byte] = value.content;
  if (value.content.length !== 1 || (byte !== 0 && byte !== 0xff)) throw malformed(`${what} is not a boolean`);
  return byte === 0xff;
}

export interface BitString {
  readonly bytes: Uint8Array;
  /** Number of unused bits in the last byte; they are zero. */
  readonly unusedBits: number;
}

export function readBitString(value: Der, what: string): BitString {
  expectTag(value, tags.bitString, what);
  const [unusedBits] = value.content;
  const bytes = value.content.subarray(1);
  const unused = (1 << (unusedBits ?? 8)) - 1;
  if (unusedBits === undefined || unusedBits > (bytes.length > 0 ? 7 : 0) || ((bytes.at(-1) ?? 0) & unused) !== 0) {
    throw malformed(`${what} is not a bit string`);
  }
  return { bytes, unusedBits };
}

/** Reads a BIT STRING of whole bytes, such as a key or a signature. */
export function readBitStringBytes(value: Der, what: string): Uint8Array {
  const { bytes, unusedBits } = readBitString(value, what);
  if (unusedBits > 0) throw malformed(`${what} does not end with a whole byte`);
  return bytes;
}

export function readOctetString(value: Der, what: string): Uint8Array {
  expectTag(value, tags.octetString, what);
  return value.content;
}

const utcTime = /^(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/;
const generalizedTime = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(?:\.(\d{0,18}[1-9]))?Z$/;

/** Reads a UTCTime (1950 to 2049, RFC 5280, section 4.1.2.5.1) or a GeneralizedTime, whose fraction is truncated to milliseconds. */
export function readTime(value: Der, what: string): Instant {
  const text = toLatin1(value.content);
  if (value.tag !== tags.utcTime) expectTag(value, tags.generalizedTime, what);
  const match = (value.tag === tags.utcTime ? utcTime : generalizedTime).exec(text);
  if (!match) throw malformed(`${what} is not a time in UTC with seconds`);
  const [, first = "", month = "", day = "", hour = "", minute = "", second = "", fraction = ""] = match;
  const year = first.length === 4 ? first : `${Number(first) < 50 ? "20" : "19"}${first}`;
  const iso = `${year}-${month}-${day}T${hour}:${minute}:${second}.${fraction.slice(0, 3).padEnd(3, "0")}Z`;
  const at = Date.parse(iso);
  // Date accepts February 30 as March 2, and 24:00 as the start of the next day.
  if (Number.isNaN(at) || new Date(at).getUTCDate() !== Number(day)) throw malformed(`${what} is not a time that exists`);
  return at;
}

/** Reads the string types of X.520 names; T.61 is read as Latin-1, as other implementations do. */
export function readText(value: Der, what: string): string {
  switch (value.tag) {
    case tags.utf8String:
      return decodeUtf8(value.content, what);
    case tags.numericString:
    case tags.printableString:
    case tags.ia5String:
      return readAscii(value.content, what);
    case tags.teletexString:
      return toLatin1(value.content);
    case tags.bmpString:
      return readBmp(value.content, what);
    default:
      throw malformed(`${what} is not a string`);
  }
}

/** Reads bytes that must be ASCII, whatever their tag: an implicitly tagged IA5String. */
export function readAscii(bytes: Uint8Array, what: string): string {
  if (bytes.some((byte) => byte > 0x7f)) throw malformed(`${what} is not ASCII`);
  return toLatin1(bytes);
}

function readBmp(bytes: Uint8Array, what: string): string {
  const text = bytes.length % 2 === 0 ? Buffer.from(bytes).swap16().toString("utf16le") : "";
  if (!text.isWellFormed() || text.length * 2 !== bytes.length) throw malformed(`${what} is not a string of 16-bit characters`);
  return text;
}
