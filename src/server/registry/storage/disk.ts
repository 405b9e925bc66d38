/**
 * Files that are there whole or not at all, and stay once they are there.
 *
 * A file is written under a name that does not count, brought to the disk, moved to its place, and then the
 * folder that holds the place is brought to the disk too. Only after that is it acknowledged.
 */
import { randomUUID } from "node:crypto";
import { mkdir, open, readdir, readFile, rename, rm, unlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { KeyedLock } from "../../../core/async/keyed-lock.ts";

export class Disk {
  readonly #incoming: string;
  readonly #lock = new KeyedLock();

  /** `incoming` is the folder for what is being written; it must lie on the same file system as all the rest. */
  constructor(incoming: string) {
    this.#incoming = incoming;
  }

  /** A path that nothing else uses, below the incoming folder. */
  freshPath(): string {
    return join(this.#incoming, randomUUID());
  }

  /** Writes a small file, over an older one if there is one. */
  async write(path: string, data: string | Uint8Array): Promise<void> {
    const fresh = this.freshPath();
    try {
      const file = await open(fresh, "wx");
      try {
        await file.writeFile(data);
        await file.sync();
      } finally {
        await file.close();
      }
      await this.location(fresh, path);
    } catch (error) {
      await rm(fresh, { force: true });
      throw error;
    }
  }

  /** Moves a file, already brought to the disk, to its place. */
  async location(from: string, path: string): Promise<void> {
    await this.makeFolder(dirname(path));
    await rename(from, path);
    await this.syncFolder(dirname(path));
  }

  /** Removes a file; false if there is none. */
  async remove(path: string): Promise<boolean> {
    if ((await orMissing(unlink(path).then(() => true))) === undefined) return false;
    await this.syncFolder(dirname(path));
    return true;
  }

  async makeFolder(path: string): Promise<void> {
    // One at a time, so that a folder found here has been brought to the disk by whoever made it.
    await this.#lock.run("folders", async () => {
      const highest = await mkdir(path, { recursive: true });
      if (highest !== undefined) await Promise.all(parentsUpTo(path, dirname(highest)).map((folder) => this.syncFolder(folder)));
    });
  }

  /** Brings a folder's list of names to the disk; Windows does that by itself and knows no such call. */
  async syncFolder(path: string): Promise<void> {
    if (process.platform === "win32") return;
    const folder = await open(path, "r");
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  }
}

/** A small file; undefined if there is none. */
export function readIfThere(path: string): Promise<Buffer | undefined> {
  return orMissing(readFile(path));
}

/** The names in a folder, in the order of their letters' codes; undefined if there is no such folder. */
export async function fileNamesIn(path: string): Promise<readonly string[] | undefined> {
  const names = await orMissing(readdir(path));
  return names?.toSorted();
}

/** What was asked of a file; undefined if the file is missing. */
export async function orMissing<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}

function parentsUpTo(path: string, top: string): readonly string[] {
  const parent = dirname(path);
  return parent === top ? [parent] : [parent, ...parentsUpTo(parent, top)];
}
