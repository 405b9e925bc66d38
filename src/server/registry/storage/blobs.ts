/** The blobs of each repository. */
import { stat } from "node:fs/promises";
import type { Readable } from "node:stream";
import type { Digest } from "../../../core/digest.ts";
import type { RepositoryName } from "../names.ts";
import { RegistryError } from "../registry-error.ts";
import type { ByteRange, Contents } from "./contents.ts";
import { orMissing, type Disk } from "./disk.ts";
import type { KeyedLock } from "../../../core/async/keyed-lock.ts";
import type { Layout } from "./layout.ts";

export interface StoredBlob {
  readonly digest: Digest;
  /** Bytes. */
  readonly size: number;
  readonly stream: (range?: ByteRange) => Readable;
}

export class Blobs {
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

  /** Throws BLOB_UNKNOWN. */
  async get(name: RepositoryName, digest: Digest): Promise<StoredBlob> {
    const size = (await this.has(name, digest)) ? await this.#contents.size(digest) : undefined;
    if (size === undefined) throw unknown(name, digest);
    return { digest, size, stream: (range) => this.#contents.stream(digest, range) };
  }

  /** Takes over a file that has this digest and was brought to the disk. */
  async adopt(name: RepositoryName, digest: Digest, file: string, size: number): Promise<void> {
    await this.#contents.adopt(digest, file, size);
    await this.#disk.write(this.#layout.blob(name, digest), "");
  }

  /** Makes another repository's blob this one's too; false if the other one does not have it. */
  async mount(name: RepositoryName, digest: Digest, from: RepositoryName): Promise<boolean> {
    if (!(await this.has(from, digest))) return false;
    await this.#disk.write(this.#layout.blob(name, digest), "");
    return true;
  }

  /** Takes the blob out of the repository; throws BLOB_UNKNOWN. The content stays for the others. */
  async remove(name: RepositoryName, digest: Digest): Promise<void> {
    const removed = await this.#repositories.run(name, () => this.#disk.remove(this.#layout.blob(name, digest)));
    if (!removed) throw unknown(name, digest);
  }
}

function unknown(name: RepositoryName, digest: Digest): RegistryError {
  return new RegistryError("BLOB_UNKNOWN", `${name} has no blob ${digest}`);
}
