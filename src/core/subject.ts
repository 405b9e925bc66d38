/** What is signed and decided about: one image, by digest. A tag is resolved once; everything after speaks of the digest. */
import { createHash } from "node:crypto";
import type { Digest } from "./digest.ts";
import type { Descriptor } from "./oci.ts";

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

const computable: ReadonlySet<string> = new Set(["sha256", "sha384", "sha512"]);
/** Each digest of a manifest is computed once, however many statements are held against it. */
const computed = new WeakMap<Uint8Array, Map<string, string>>();

/**
 * Whether a set of digests, algorithm to lower-case hex as in-toto statements write them, names this subject:
 * at least one is given, and every one matches. An algorithm that cannot be computed here does not match.
 */
export function isNamedBy({ manifest }: Subject, digests: Readonly<Record<string, string>>): boolean {
  const entries = Object.entries(digests);
  return entries.length > 0 && entries.every(([algorithm, hex]) => computable.has(algorithm) && hexDigest(manifest, algorithm) === hex);
}

function hexDigest(manifest: Uint8Array, algorithm: string): string {
  const known = computed.get(manifest) ?? new Map<string, string>();
  computed.set(manifest, known);
  const hex = known.get(algorithm) ?? createHash(algorithm).update(manifest).digest("hex");
  known.set(algorithm, hex);
  return hex;
}
