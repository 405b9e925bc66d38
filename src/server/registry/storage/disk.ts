/**
 * The registry's files: each written atomically and durably (`files/atomic-write.ts`), by way of a folder whose files do not count.
 * Errors are those of the system, whose codes the registry answers with.
 */
import { randomUUID } from "node:crypto";
import { readdir, readFile, unlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { KeyedLock } from "../../../core/async/keyed-lock.ts";
import { writeAtomically } from "../../../files/atomic-write.ts";
import { makeFolder, moveDurably, syncFolder, systemFiles, type FileOperations } from "../../../files/durable-files.ts";

export class Disk {
  readonly #incoming: string;
  readonly #files: FileOperations;
  readonly #lock = new KeyedLock();

  /** `incoming` is the folder for what is being written; it must lie on the same file system as all the rest. */
  constructor(incoming: string, files: FileOperations = systemFiles) {
    this.#incoming = incoming;
    this.#files = files;
  }

  /** A path that nothing else uses, below the incoming folder. */
  freshPath(): string {
    return join(this.#incoming, randomUUID());
  }

  /** Writes a small file, over an older one if there is one. */
  async write(path: string, bytes: string | Uint8Array): Promise<void> {
    await using write = await writeAtomically({
      path,
      bytes,
      temporary: this.freshPath(),
      files: this.#files,
      failure: (_, error) => error,
    });
    await this.makeFolder(dirname(path));
    await write.replace();
  }

  /** Moves a file, already brought to the disk, to its place. */
  async place(from: string, path: string): Promise<void> {
    await this.makeFolder(dirname(path));
    await moveDurably(from, path, this.#files);
  }

  /** Removes a file; false if there is none. */
  async remove(path: string): Promise<boolean> {
    if ((await orMissing(unlink(path).then(() => true))) === undefined) return false;
    await this.syncFolder(dirname(path));
    return true;
  }

  async makeFolder(path: string): Promise<void> {
    // One at a time, so that a folder found here has been brought to the disk by whoever made it.
    await this.#lock.run("folders", () => makeFolder(path, undefined, this.#files));
  }

  /** Brings a folder's list of names to the disk. */
  syncFolder(path: string): Promise<void> {
    return syncFolder(path, this.#files);
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
