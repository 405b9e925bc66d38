/** A layout in a folder: no path leaves the folder, and each write is atomic and durable. */
import { constants, readFileSync } from "node:fs";
import { open, realpath, type FileHandle } from "node:fs/promises";
import { basename, dirname, join, sep } from "node:path";
import { equalBytes } from "../../core/bytes.ts";
import { KeyedLock } from "../../core/async/keyed-lock.ts";
import { TouchmarkError } from "../../core/errors.ts";
import { writeAtomically, type AtomicWrite } from "../../files/atomic-write.ts";
import { makeFolder, syncFolder, systemFiles, type FileOperations } from "../../files/durable-files.ts";
import { isMissing } from "../../files/is-missing.ts";
import type { LayoutStore } from "./layout-store.ts";

/** Neither follows a link that was created after the check, nor blocks on a pipe. */
const readFlags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

export class LayoutFiles implements LayoutStore {
  readonly #root: string;
  readonly #files: FileOperations;
  readonly #lock = new KeyedLock();

  constructor(root: string, files: FileOperations = systemFiles) {
    this.#root = root;
    this.#files = files;
  }

  async read(path: string, maxBytes: number): Promise<Uint8Array | undefined> {
    return this.#reading(path, async () => {
      await using file = await this.#open(path);
      const { size } = await file.stat();
      if (size > maxBytes) {
        throw new TouchmarkError("LIMIT_EXCEEDED", `${this.#full(path)} has ${size} bytes, over the limit of ${maxBytes}`);
      }
      const { buffer, bytesRead } = await file.read(Buffer.alloc(size), 0, size, 0);
      return buffer.subarray(0, bytesRead);
    });
  }

  async open(path: string): Promise<AsyncIterable<Uint8Array> | undefined> {
    const file = await this.#reading(path, () => this.#open(path));
    return file && contentOf(file);
  }

  async write(path: string, content: Uint8Array | AsyncIterable<Uint8Array>): Promise<void> {
    await this.#written(path, content, (write) => write.replace());
  }

  async replace(path: string, before: Uint8Array | undefined, bytes: Uint8Array): Promise<boolean> {
    return this.#written(path, bytes, (write, final) =>
      write.replaceIf(() => {
        const now = readIfThere(final);
        return now === undefined || before === undefined ? now === before : equalBytes(now, before);
      }),
    );
  }

  isFilledArchive(): Promise<boolean> {
    return Promise.resolve(false);
  }

  async remove(path: string): Promise<void> {
    await this.#reading(path, async () => {
      const folder = await this.#inside(dirname(path));
      await this.#files.rm(join(folder, basename(path)), { force: true });
      await syncFolder(folder, this.#files);
    });
  }

  /** Opens a file for reading; undefined if there is none. */
  async #reading<T>(path: string, work: () => Promise<T>): Promise<T | undefined> {
    try {
      return await work();
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error instanceof TouchmarkError ? error : this.#refused(path, "cannot be used", error);
    }
  }

  async #open(path: string): Promise<FileHandle> {
    const file = await open(await this.#inside(path), readFlags);
    const stat = await file.stat();
    if (stat.isFile()) return file;
    await file.close();
    throw this.#refused(path, "is not a regular file");
  }

  /** Writes a temporary file, which `finish` renames. */
  async #written<T>(
    path: string,
    content: Uint8Array | AsyncIterable<Uint8Array>,
    finish: (write: AtomicWrite, final: string) => Promise<T>,
  ): Promise<T> {
    try {
      // Sequential, so that a folder found here has already been synced by the writer that created it.
      const folder = await this.#lock.run("folders", () => this.#folder(dirname(path)));
      const final = join(folder, basename(path));
      await using write = await writeAtomically({
        path: final,
        bytes: content,
        keepsMode: true,
        files: this.#files,
        failure: (_, error) => error,
      });
      return await finish(write, final);
    } catch (error) {
      throw error instanceof TouchmarkError ? error : this.#refused(path, "cannot be written", error);
    }
  }

  /** Creates the folder, level by level, so that none is created behind a link. */
  async #folder(path: string): Promise<string> {
    if (path !== ".") await this.#folder(dirname(path));
    await makeFolder(this.#full(path), undefined, this.#files);
    return this.#inside(path);
  }

  /** Returns the real path, which must be in the folder: a link out of it is not followed. */
  async #inside(path: string): Promise<string> {
    const [root, real] = await Promise.all([realpath(this.#root), realpath(this.#full(path))]);
    if (real !== root && !real.startsWith(root + sep)) throw this.#refused(path, "leads out of the layout folder");
    return real;
  }

  #full(path: string): string {
    return join(this.#root, path);
  }

  #refused(path: string, why: string, cause?: unknown): TouchmarkError {
    return new TouchmarkError("FILE_NOT_FOUND", `${this.#full(path)} ${why}`, { cause });
  }
}

async function* contentOf(file: FileHandle): AsyncGenerator<Uint8Array, void> {
  try {
    yield* file.createReadStream({ autoClose: false });
  } finally {
    await file.close();
  }
}

function readIfThere(path: string): Uint8Array | undefined {
  try {
    return readFileSync(path);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}
