/** Blobs and manifests by digest, each stored once for all repositories. */
import { rm, stat } from "node:fs/promises";
import { dirname } from "node:path";
import type { Digest } from "../../../core/digest.ts";
import { orMissing, readIfThere, type Disk } from "./disk.ts";
import type { Layout } from "./layout.ts";

export class Contents {
  readonly #disk: Disk;
  readonly #layout: Layout;

  constructor(disk: Disk, layout: Layout) {
    this.#disk = disk;
    this.#layout = layout;
  }

  /** Returns the size in bytes; undefined if there is no such content. */
  async size(digest: Digest): Promise<number | undefined> {
    return (await orMissing(stat(this.#layout.content(digest))))?.size;
  }

  /** Returns the content's file, if there is one. */
  file(digest: Digest): string {
    return this.#layout.content(digest);
  }

  read(digest: Digest): Promise<Uint8Array | undefined> {
    return readIfThere(this.#layout.content(digest));
  }

  /** Stores small content that has this digest. */
  async write(digest: Digest, bytes: Uint8Array): Promise<void> {
    if (!(await this.#isKept(digest, bytes.length))) await this.#disk.write(this.#layout.content(digest), bytes);
  }

  /** Moves in a file that has this digest and is synced. */
  async adopt(digest: Digest, file: string, size: number): Promise<void> {
    if (await this.#isKept(digest, size)) await rm(file);
    else await this.#disk.place(file, this.#layout.content(digest));
  }

  async #isKept(digest: Digest, size: number): Promise<boolean> {
    if ((await this.size(digest)) !== size) return false;
    // A concurrent writer may have stored it just now and not have synced it yet.
    await this.#disk.syncFolder(dirname(this.#layout.content(digest)));
    return true;
  }
}
