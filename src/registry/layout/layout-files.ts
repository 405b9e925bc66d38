/** The files of one layout folder: read without leaving it, written whole or not at all. */
import { randomUUID } from "node:crypto";
import { constants, readFileSync, renameSync } from "node:fs";
import { mkdir, open, realpath, rename, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join, sep } from "node:path";
import { equalBytes } from "../../core/bytes.ts";
import { TouchmarkError } from "../../core/errors.ts";

/** Neither a link that was set since it was looked at, nor a pipe that nobody writes to, may lead us on. */
const readFlags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

/** Paths are relative to the folder, with `/`. */
export class LayoutFiles {
  readonly #root: string;

  constructor(root: string) {
    this.#root = root;
  }

  /** The whole file; undefined if there is none. Throws LIMIT_EXCEEDED over `maxBytes`, FILE_NOT_FOUND for what may not be read. */
  async read(path: string, maxBytes: number): Promise<Uint8Array | undefined> {
    try {
      const file = await open(await this.#inside(path), readFlags);
      try {
        const stat = await file.stat();
        if (!stat.isFile()) throw this.#refused(path, "is not a regular file");
        if (stat.size > maxBytes) {
          throw new TouchmarkError("LIMIT_EXCEEDED", `${this.#full(path)} has ${stat.size} bytes, over the limit of ${maxBytes}`);
        }
        const { buffer, bytesRead } = await file.read(Buffer.alloc(stat.size), 0, stat.size, 0);
        return buffer.subarray(0, bytesRead);
      } finally {
        await file.close();
      }
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error instanceof TouchmarkError ? error : this.#refused(path, "cannot be read", error);
    }
  }

  /** Writes the file, and the folders it lies in. */
  async write(path: string, bytes: Uint8Array): Promise<void> {
    await this.#prepared(path, bytes, (temporary, final) => rename(temporary, final));
  }

  /** Writes the file if it still is as it was before, undefined standing for no file; says whether it was. */
  async replace(path: string, before: Uint8Array | undefined, bytes: Uint8Array): Promise<boolean> {
    let replaced = false;
    await this.#prepared(path, bytes, (temporary, final) => {
      // Synchronous, so that no other writer of this process comes in between.
      const now = readIfThere(final);
      replaced = now === undefined || before === undefined ? now === before : equalBytes(now, before);
      if (replaced) renameSync(temporary, final);
    });
    return replaced;
  }

  /** Writes a file beside the final one for `place` to put in its stead; what is not put there is removed. */
  async #prepared(path: string, bytes: Uint8Array, place: (temporary: string, final: string) => Promise<void> | void): Promise<void> {
    try {
      const final = join(await this.#folder(dirname(path)), basename(path));
      const temporary = `${final}.${randomUUID()}.tmp`;
      try {
        await writeFile(temporary, bytes, { flag: "wx" });
        await place(temporary, final);
      } finally {
        await rm(temporary, { force: true });
      }
    } catch (error) {
      throw error instanceof TouchmarkError ? error : this.#refused(path, "cannot be written", error);
    }
  }

  /** Makes the folder, level by level, so that none is made behind a link. */
  async #folder(path: string): Promise<string> {
    if (path !== ".") await this.#folder(dirname(path));
    await mkdir(this.#full(path), { recursive: true });
    return this.#inside(path);
  }

  /** The real path, which has to lie in the folder: a link that leads out of it is not followed. */
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

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ENOTDIR");
}

function readIfThere(path: string): Uint8Array | undefined {
  try {
    return readFileSync(path);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}
