/** Conversions between bytes and text. Decoders are strict: each value has exactly one accepted encoding. */
import { isUtf8 } from "node:buffer";
import { malformed } from "./errors.ts";

/** Encodes text as UTF-8. */
export function encodeUtf8(text: string): Uint8Array {
  return Buffer.from(text, "utf8");
}

/** Decodes UTF-8, keeping a byte order mark; throws MALFORMED for invalid UTF-8. */
export function decodeUtf8(bytes: Uint8Array, what = "text"): string {
  if (!isUtf8(bytes)) throw malformed(`${what} is not UTF-8`);
  return view(bytes).toString("utf8");
}

export function concat(parts: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat(parts);
}

/** Wraps bytes as a stream. */
export async function* streamOf(bytes: Uint8Array): AsyncGenerator<Uint8Array, void> {
  yield bytes;
}

/** Collects a stream into one array; the source of the stream bounds its size. */
export async function gather(stream: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return concat(chunks);
}

export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}

export function toHex(bytes: Uint8Array): string {
  return view(bytes).toString("hex");
}

/** Decodes Latin-1: each byte becomes the character with its number. */
export function toLatin1(bytes: Uint8Array): string {
  return view(bytes).toString("latin1");
}

/** Encodes standard base64 with padding (RFC 4648, section 4). */
export function toBase64(bytes: Uint8Array): string {
  return view(bytes).toString("base64");
}

/** Decodes standard base64 with padding; whitespace, other alphabets and nonzero trailing bits throw MALFORMED. */
export function fromBase64(text: string, what = "value"): Uint8Array {
  const bytes = Buffer.from(text, "base64");
  if (bytes.toString("base64") !== text) throw malformed(`${what} is not base64`);
  return bytes;
}

function view(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
