/** What a signed document states about another file: its version, length and hashes (TUF specification 1.0, sections 4.4 to 4.6). */
import { count } from "../../core/count.ts";
import { malformed, TouchmarkError } from "../../core/errors.ts";
import { matchesDigest, parseDigest, type Digest } from "../../core/digest.ts";
import type { Fields } from "../../core/json/json.ts";

export interface FileFacts {
  /** Bytes. */
  readonly length?: number;
  readonly digests: readonly Digest[];
}

const algorithms = ["sha256", "sha512"] as const;

/** Parses hashes; those of unknown algorithms are left out. */
export function readFileFacts(fields: Fields): FileFacts {
  const hashes = fields.strings("hashes");
  const digests = algorithms.flatMap((algorithm) => {
    const hex = Object.hasOwn(hashes, algorithm) ? hashes[algorithm] : undefined;
    return hex === undefined ? [] : [parseDigest(`${algorithm}:${hex}`, `${fields.at}.hashes.${algorithm}`)];
  });
  if (digests.length === 0 && Object.keys(hashes).length > 0) throw malformed(`${fields.at}.hashes has neither a sha256 nor a sha512`);
  return { digests, ...(fields.has("length") && { length: fields.size("length") }) };
}

/** Returns the bytes if they match the signed length and hashes; else throws TRUST_ROOT_INVALID. `what` names them. */
export function checkFileFacts(bytes: Uint8Array, { length, digests }: FileFacts, what: string): Uint8Array {
  if (length !== undefined && bytes.length !== length) {
    throw new TouchmarkError("TRUST_ROOT_INVALID", `${what} has ${count(bytes.length, "byte")}, expected ${length}`);
  }
  for (const digest of digests) {
    if (!matchesDigest(bytes, digest)) {
      throw new TouchmarkError("TRUST_ROOT_INVALID", `${what} does not have the hash that was signed for: ${digest}`);
    }
  }
  return bytes;
}
