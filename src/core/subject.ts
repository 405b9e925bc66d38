/** What is signed and decided about: one image, by digest. A tag is resolved once; everything after speaks of the digest. */
import { createHash } from "node:crypto";
import { algorithmOf, hexOf, type Digest, type FileDigest } from "./digest.ts";
import type { Descriptor } from "./oci/manifest.ts";

/** Where a subject lies: enough to say where its evidence may lie. */
export interface SubjectAddress {
  /** `docker.io/library/alpine`, `oci:PATH`. */
  readonly repository: string;
  readonly digest: Digest;
}

export interface Subject extends SubjectAddress {
  /** As it was asked for. */
  readonly reference: string;
  readonly descriptor: Descriptor;
  /** The manifest itself: the bytes that have the digest. */
  readonly manifest: Uint8Array;
}

/** Content that may be signed: its digest, and its bytes where they are at hand. */
export interface Content {
  readonly digest: FileDigest;
  readonly bytes?: Uint8Array;
}

export function subjectContent({ digest, manifest }: Subject): Content {
  return { digest, bytes: manifest };
}

const computable: ReadonlySet<string> = new Set(["sha256", "sha384", "sha512"]);
/** Each digest of some bytes is computed once, however many statements are held against them. */
const computed = new WeakMap<Uint8Array, Map<string, string>>();

/**
 * Whether a set of digests, algorithm to lower-case hex as in-toto statements write them, names this content: at least one
 * is its own, and none is another's. An algorithm that cannot be computed here is another's.
 */
export function matchesDigests(content: Content, digests: Readonly<Record<string, string>>): boolean {
  const compared = new Set(Object.entries(digests).map(([algorithm, hex]) => hasDigest(content, algorithm, hex)));
  return compared.has(true) && !compared.has(false);
}

/** Undefined where only the bytes would tell, and they are not at hand. */
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
