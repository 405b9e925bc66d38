/** The blobs of each repository. */
import { stat } from "node:fs/promises";
import type { Digest } from "../../../core/digest.ts";
import type { RepositoryName } from "../names.ts";
import type { BlobBackend, BlobContent } from "../backend.ts";
import { resolveRange, type RequestedRange } from "../../http/range.ts";
import { rangeError, RegistryError } from "../registry-error.ts";
import type { Contents } from "./contents.ts";
import { orMissing, type Disk } from "./disk.ts";
import type { KeyedLock } from "../../../core/async/keyed-lock.ts";
import type { Layout } from "./layout.ts";

export class Blobs implements BlobBackend {
  readonly #disk: Disk;
  readonly #layout: Layout;
  readonly #contents: Contents;
  readonly #repositories: KeyedLock;

  constructor(disk: Disk, layout: Layout, contents: Contents, repositories: KeyedLock) {
    this.#disk = disk;
    this.#layout = layout;
    this.#contents = contents;
    this.#repositories = repositories;
  }

  async has(name: RepositoryName, digest: Digest): Promise<boolean> {
    return (await orMissing(stat(this.#layout.blob(name, digest)))) !== undefined;
  }

  /** Returns the size in bytes; throws BLOB_UNKNOWN. */
  async size(name: RepositoryName, digest: Digest): Promise<number> {
    const size = (await this.has(name, digest)) ? await this.#contents.size(digest) : undefined;
    if (size === undefined) throw unknown(name, digest);
    return size;
  }

  /** Returns the file of the blob, or a range of it; throws BLOB_UNKNOWN, and a 416 for an unsatisfiable range. */
  async get(name: RepositoryName, digest: Digest, asked?: RequestedRange): Promise<BlobContent> {
    const size = await this.size(name, digest);
    const file = this.#contents.file(digest);
    if (!asked) return { size, body: { file, start: 0, end: size } };
    const range = resolveRange(asked, size);
    if (!range) throw rangeError(size);
    return { size, range, body: { file, start: range.start, end: range.end + 1 } };
  }

  /** Moves in a file that has this digest and is synced. */
  async adopt(name: RepositoryName, digest: Digest, file: string, size: number): Promise<void> {
    await this.#contents.adopt(digest, file, size);
    await this.#disk.write(this.#layout.blob(name, digest), "");
  }

  /** Mounts another repository's blob in this one; false if the other one does not have it. */
  async mount(name: RepositoryName, digest: Digest, from: RepositoryName): Promise<boolean> {
    if (!(await this.has(from, digest))) return false;
    await this.#disk.write(this.#layout.blob(name, digest), "");
    return true;
  }

  /** Removes the blob from the repository; throws BLOB_UNKNOWN. The content stays for other repositories. */
  async remove(name: RepositoryName, digest: Digest): Promise<void> {
    const removed = await this.#repositories.run(name, () => this.#disk.remove(this.#layout.blob(name, digest)));
    if (!removed) throw unknown(name, digest);
  }
}

function unknown(name: RepositoryName, digest: Digest): RegistryError {
  return new RegistryError("BLOB_UNKNOWN", `${name} has no blob ${digest}`);
}
