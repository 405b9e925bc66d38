/** Bytes and their text forms. Decoders are strict: one value, one spelling. */
import { isUtf8 } from "node:buffer";
import { malformed } from "./errors.ts";

/** Text as UTF-8 bytes. */
export function encodeUtf8(text: string): Uint8Array {
  return Buffer.from(text, "utf8");
}

/** UTF-8 bytes as text, a byte order mark included; anything that is not UTF-8 throws MALFORMED. */
export function decodeUtf8(bytes: Uint8Array, what = "text"): string {
  if (!isUtf8(bytes)) throw malformed(`${what} is not UTF-8`);
  return view(bytes).toString("utf8");
}

export function concat(parts: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat(parts);
}

/** Bytes that are here already, as a stream. */
export async function* streamOf(bytes: Uint8Array): AsyncGenerator<Uint8Array, void> {
  yield bytes;
}

/** A stream's bytes as one; whoever made the stream bounds it. */
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

/** Each byte as the character of its number. */
export function toLatin1(bytes: Uint8Array): string {
  return view(bytes).toString("latin1");
}

/** Standard base64 with padding (RFC 4648, section 4). */
export function toBase64(bytes: Uint8Array): string {
  return view(bytes).toString("base64");
}

/** Standard base64 with padding; whitespace, other alphabets and loose trailing bits throw MALFORMED. */
export function fromBase64(text: string, what = "value"): Uint8Array {
  const bytes = Buffer.from(text, "base64");
  if (bytes.toString("base64") !== text) throw malformed(`${what} is not base64`);
  return bytes;
}

function view(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
