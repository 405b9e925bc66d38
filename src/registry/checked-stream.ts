/** A blob stream that is checked against its descriptor. */
import { count } from "../core/count.ts";
import { createHash } from "node:crypto";
import { algorithmOf, type Digest } from "../core/digest.ts";
import { TouchmarkError } from "../core/errors.ts";
import type { Descriptor } from "../core/oci/manifest.ts";
import { mismatch } from "./checks.ts";

/** Passes on the chunks from `name`; throws instead of ending if the size or digest differs. */
export function received(content: AsyncIterable<Uint8Array>, descriptor: Descriptor, name: string): AsyncIterable<Uint8Array> {
  return checked(content, descriptor, (found) => mismatch(name, descriptor.digest, found));
}

/** Reads a checked stream into one buffer, a chunk at a time: neither hashing nor joining a large blob blocks the event loop. */
export async function whole(content: AsyncIterable<Uint8Array>, { size }: Descriptor): Promise<Uint8Array> {
  const bytes = Buffer.allocUnsafeSlow(size);
  let at = 0;
  for await (const chunk of content) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

/** Checks the chunks that are sent to `name`. */
export function sent(content: AsyncIterable<Uint8Array>, descriptor: Descriptor, name: string): AsyncIterable<Uint8Array> {
  return checked(content, descriptor, (found) => {
    return new TouchmarkError("DIGEST_MISMATCH", `${name} was to get ${descriptor.digest}, and what was to be sent is ${found}`);
  });
}

async function* checked(
  content: AsyncIterable<Uint8Array>,
  { digest, size }: Descriptor,
  wrong: (found: string) => TouchmarkError,
): AsyncGenerator<Uint8Array, void> {
  const hash = createHash(algorithmOf(digest));
  let length = 0;
  for await (const chunk of content) {
    length += chunk.length;
    if (length > size) throw wrong(`more than its ${size} bytes`);
    hash.update(chunk);
    yield chunk;
  }
  if (length !== size) throw wrong(`${length} of its ${size} bytes`);
  const found: Digest = `${algorithmOf(digest)}:${hash.digest("hex")}`;
  if (found !== digest) throw wrong(`${count(size, "byte")} of another digest`);
}
