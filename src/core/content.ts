/** Signable content, an image's manifest or a file, and the digests of it that statements name. */
import { createHash } from "node:crypto";
import { algorithmOf, hexOf, type FileDigest } from "./digest.ts";

/** Its digest, and its bytes where they are in memory. */
export interface Content {
  readonly digest: FileDigest;
  readonly bytes?: Uint8Array;
}

const computable: ReadonlySet<string> = new Set(["sha256", "sha384", "sha512"]);
/** Each digest of the bytes is computed once, however many statements are compared. */
const computed = new WeakMap<Uint8Array, Map<string, string>>();

/**
 * Whether a set of digests, algorithm to lower-case hex as in in-toto statements, matches this content: at least one
 * matches, and none differs. A digest of an unsupported algorithm counts as different.
 */
export function matchesDigests(content: Content, digests: Readonly<Record<string, string>>): boolean {
  const compared = new Set(Object.entries(digests).map(([algorithm, hex]) => hasDigest(content, algorithm, hex)));
  return compared.has(true) && !compared.has(false);
}

/** Undefined where the comparison needs the bytes, and they are not available. */
export function hasDigest({ digest, bytes }: Content, algorithm: string, hex: string): boolean | undefined {
  if (!computable.has(algorithm)) return false;
  if (algorithm === algorithmOf(digest)) return hex === hexOf(digest);
  return bytes && hexDigest(bytes, algorithm) === hex;
}

function hexDigest(bytes: Uint8Array, algorithm: string): string {
  const known = computed.get(bytes) ?? new Map<string, string>();
  computed.set(bytes, known);
  const hex = known.get(algorithm) ?? createHash(algorithm).update(bytes).digest("hex");
  known.set(algorithm, hex);
  return hex;
}
