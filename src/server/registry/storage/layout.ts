/**
 * The paths below the registry's folder:
 *
 *     contents/ALG/HH/HEX                          blobs and manifests, shared by all repositories; HH: HEX's first two letters
 *     repositories/NAME/_blobs/ALG/HEX             empty: this blob belongs to the repository
 *     repositories/NAME/_manifests/ALG/HEX         the manifest's media type
 *     repositories/NAME/_tags/FILE                 the digest the tag points to
 *     repositories/NAME/_referrers/ALG/HEX/ALG-HEX the descriptor of one manifest whose subject is the first digest
 *     incoming/ID                                  temporary files, never part of the content
 *
 * No component of a repository's name starts with `_`, so the folders of `a` and of `a/b` do not collide.
 */
import { join } from "node:path";
import { algorithmOf, hexOf, type Digest } from "../../../core/digest.ts";
import type { RepositoryName, Tag } from "../names.ts";

export class Layout {
  readonly incoming: string;
  readonly #root: string;

  constructor(root: string) {
    this.#root = root;
    this.incoming = join(root, "incoming");
  }

  content(digest: Digest): string {
    const hex = hexOf(digest);
    return join(this.#root, "contents", algorithmOf(digest), hex.slice(0, 2), hex);
  }

  blob(name: RepositoryName, digest: Digest): string {
    return join(this.#repository(name), "_blobs", algorithmOf(digest), hexOf(digest));
  }

  manifests(name: RepositoryName): string {
    return join(this.#repository(name), "_manifests");
  }

  manifest(name: RepositoryName, digest: Digest): string {
    return join(this.manifests(name), algorithmOf(digest), hexOf(digest));
  }

  tags(name: RepositoryName): string {
    return join(this.#repository(name), "_tags");
  }

  tag(name: RepositoryName, tag: Tag): string {
    return join(this.tags(name), fileOfTag(tag));
  }

  referrers(name: RepositoryName, subject: Digest): string {
    return join(this.#repository(name), "_referrers", algorithmOf(subject), hexOf(subject));
  }

  referrer(name: RepositoryName, subject: Digest, digest: Digest): string {
    return join(this.referrers(name, subject), fileOfDigest(digest));
  }

  #repository(name: RepositoryName): string {
    return join(this.#root, "repositories", ...name.split("/"));
  }
}

/** A digest as a file name: no colon, which Windows does not allow. */
export function fileOfDigest(digest: Digest): string {
  return `${algorithmOf(digest)}-${hexOf(digest)}`;
}

/**
 * A tag as a file name that is unique on file systems that ignore case: in lower case, and, if there
 * are capitals, `+` and their positions as hexadecimal bits, first letter highest. `v1` is `v1`, `V1` is `v1+2`.
 */
export function fileOfTag(tag: string): string {
  const lower = tag.toLowerCase();
  if (lower === tag) return tag;
  const capitals = Array.from(tag, (letter, i) => (letter === lower[i] ? "0" : "1")).join("");
  return `${lower}+${BigInt(`0b${capitals}`).toString(16)}`;
}

/** Returns the tag of a name from `fileOfTag`. */
export function tagOfFile(file: string): string {
  const [lower = "", locations] = file.split("+");
  if (locations === undefined) return lower;
  const capitals = BigInt(`0x${locations}`).toString(2).padStart(lower.length, "0");
  return Array.from(lower, (letter, i) => (capitals[i] === "1" ? letter.toUpperCase() : letter)).join("");
}
