/** A layout in a folder: read without leaving it, each file written whole or not at all. */
import { randomUUID } from "node:crypto";
import { constants, readFileSync, renameSync } from "node:fs";
import { mkdir, open, realpath, rename, rm, writeFile, type FileHandle } from "node:fs/promises";
import { basename, dirname, join, sep } from "node:path";
import { equalBytes } from "../../core/bytes.ts";
import { TouchmarkError } from "../../core/errors.ts";
import type { LayoutStore } from "./layout-store.ts";

/** Neither a link that was set since it was looked at, nor a pipe that nobody writes to, may lead us on. */
const readFlags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

export class LayoutFiles implements LayoutStore {
  readonly #root: string;

  constructor(root: string) {
    this.#root = root;
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
    await this.#prepared(path, content, (temporary, final) => rename(temporary, final));
  }

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

  async remove(path: string): Promise<void> {
    await this.#reading(path, async () => {
      await rm(join(await this.#inside(dirname(path)), basename(path)), { force: true });
    });
  }

  /** What is read; undefined where there is no such file. */
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

  /** Writes a file beside the final one for `place` to put in its stead; what is not put there is removed. */
  async #prepared(
    path: string,
    content: Uint8Array | AsyncIterable<Uint8Array>,
    location: (temporary: string, final: string) => Promise<void> | void,
  ): Promise<void> {
    try {
      const final = join(await this.#folder(dirname(path)), basename(path));
      const temporary = `${final}.${randomUUID()}.tmp`;
      try {
        await writeFile(temporary, content, { flag: "wx" });
        await location(temporary, final);
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

async function* contentOf(file: FileHandle): AsyncGenerator<Uint8Array, void> {
  try {
    yield* file.createReadStream({ autoClose: false });
  } finally {
    await file.close();
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
