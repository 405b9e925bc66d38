/**
 * Header blocks of tar archives (POSIX.1-2008, pax, "ustar Interchange Format"; GNU tar's numbers in base 256):
 *
 *     0 name[100]  100 mode[8]  108 uid[8]  116 gid[8]  124 size[12]  136 mtime[12]  148 checksum[8]  156 type[1]
 *     157 linkname[100]  257 "ustar\0" "00"  345 prefix[155]  500 zeros[12]      then the file, padded to whole blocks
 */
import { concat, decodeUtf8, encodeUtf8 } from "../../core/bytes.ts";
import { malformed } from "../../core/errors.ts";

export const blockSize = 512;

export interface TarHeader {
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  /** `0` is a file, `5` a folder, `x` and `g` are extended headers, `L` is a long name. */
  readonly type: string;
}

const maxOctal = 0o77777777777;

/** Parses a header; undefined for a block of zeros, which ends an archive. Throws MALFORMED. */
export function parseHeader(block: Uint8Array): TarHeader | undefined {
  if (block.length !== blockSize) throw malformed("a tar header is cut off");
  if (block.every((byte) => byte === 0)) return undefined;
  if (number(block, 148, 8) !== checksumOf(block)) throw malformed("a tar header's checksum is wrong");
  const isUstar = Buffer.from(block.subarray(257, 263)).equals(Buffer.from("ustar\0"));
  const prefix = isUstar ? text(block, 345, 155) : "";
  const name = text(block, 0, 100);
  return {
    name: prefix === "" ? name : `${prefix}/${name}`,
    size: number(block, 124, 12),
    type: String.fromCharCode(block[156] || 0x30), // before ustar, a file had a zero byte here
  };
}

/** Encodes the header of a file, deterministic and without owner and time. A name that is too long gets an extended header. */
export function encodeHeader(name: string, size: number): Uint8Array {
  if (/^[\x21-\x7e]{1,100}$/.test(name)) return encodeBlock({ name, size, type: "0" });
  // The name is in the extended record; the header's own name must still be text.
  const header = encodeBlock({ name: name.replaceAll(/[^\x21-\x7e]/g, "_"), size, type: "0" });
  const record = encodeRecord("path", name);
  return concat([encodeBlock({ name: "path", size: record.length, type: "x" }), record, padding(record.length), header]);
}

function encodeBlock({ name, size, type }: TarHeader): Uint8Array {
  const block = Buffer.alloc(blockSize);
  block.write(name, 0, 100, "ascii");
  block.write("0000644\x000000000\x000000000\0", 100, "ascii");
  if (size <= maxOctal) block.write(`${size.toString(8).padStart(11, "0")}\0`, 124, "ascii");
  else {
    block[124] = 0x80;
    block.writeBigUInt64BE(BigInt(size), 128);
  }
  block.write(`${"0".repeat(11)}\0`, 136, "ascii");
  block.write(type, 156, "ascii");
  block.write("ustar\x0000", 257, "ascii");
  block.write(`${checksumOf(block).toString(8).padStart(6, "0")}\0 `, 148, "ascii");
  return block;
}

/** The length includes its own digits. */
function encodeRecord(keyword: string, value: string): Uint8Array {
  const rest = encodeUtf8(` ${keyword}=${value}\n`);
  let length = rest.length;
  while (length !== rest.length + `${length}`.length) length = rest.length + `${length}`.length;
  return concat([encodeUtf8(`${length}`), rest]);
}

/** The padding after a file of this size. */
export function padding(size: number): Uint8Array {
  return Buffer.alloc((blockSize - (size % blockSize)) % blockSize);
}

/** Parses the records of an extended header: `LENGTH KEYWORD=VALUE\n`, the length being that of the whole record. Throws MALFORMED. */
export function parseRecords(bytes: Uint8Array): ReadonlyMap<string, string> {
  const records = new Map<string, string>();
  for (let at = 0; at < bytes.length;) {
    const [digits = "", length = ""] = /^(\d{1,7}) /.exec(Buffer.from(bytes.subarray(at, at + 8)).toString("latin1")) ?? [];
    const end = at + Number(length);
    if (Number(length) <= digits.length || end > bytes.length || bytes[end - 1] !== 0x0a)
      throw malformed("a record of a tar header has no end");
    const record = decodeUtf8(bytes.subarray(at + digits.length, end - 1), "a record of a tar header");
    const equals = record.indexOf("=");
    if (equals < 1) throw malformed("a record of a tar header has no name");
    records.set(record.slice(0, equals), record.slice(equals + 1));
    at = end;
  }
  return records;
}

/** The sum of the bytes, with spaces as the checksum. */
function checksumOf(block: Uint8Array): number {
  return block.reduce((sum, byte, i) => sum + (i >= 148 && i < 156 ? 0x20 : byte), 0);
}

function text(block: Uint8Array, at: number, length: number): string {
  const field = block.subarray(at, at + length);
  const end = field.indexOf(0);
  return decodeUtf8(end < 0 ? field : field.subarray(0, end), "a name in a tar header");
}

function number(block: Uint8Array, at: number, length: number): number {
  const field = Buffer.from(block.subarray(at, at + length));
  const value = field[0] === 0x80 ? Number(BigInt(`0x${field.subarray(1).toString("hex")}`)) : octal(field.toString("latin1"));
  if (!Number.isSafeInteger(value)) throw malformed("a number in a tar header cannot be read");
  return value;
}

function octal(field: string): number {
  const [, digits] = /^ *([0-7]+)[ \0]*$/.exec(field) ?? [];
  return digits === undefined ? Number.NaN : Number.parseInt(digits, 8);
}
