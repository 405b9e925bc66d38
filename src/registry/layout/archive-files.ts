/** A layout in a tar archive. It is read in place; a change is an atomic write of a new archive. */
import { constants, statSync } from "node:fs";
import { open, type FileHandle } from "node:fs/promises";
import { equalBytes, streamOf } from "../../core/bytes.ts";
import { TouchmarkError } from "../../core/errors.ts";
import { writeAtomically } from "../../files/atomic-write.ts";
import { systemFiles, type FileOperations } from "../../files/durable-files.ts";
import { indexArchive, readAt, type ArchiveEntry } from "./archive-index.ts";
import type { LayoutStore } from "./layout-store.ts";
import { streamTar, type StreamedTarFile } from "./tar-writer.ts";

/** Avoids blocking on a pipe. */
const readFlags = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

interface Archive {
  readonly file: FileHandle;
  /** Equal as long as the archive has not changed. */
  readonly identity: string;
  readonly entries: ReadonlyMap<string, ArchiveEntry>;
}

interface Change {
  readonly path: string;
  /** The new content of the path; undefined to remove it. */
  readonly content?: { readonly bytes: AsyncIterable<Uint8Array>; readonly size: number };
}

export class ArchiveFiles implements LayoutStore {
  readonly #path: string;
  readonly #files: FileOperations;
  #known: Omit<Archive, "file"> | undefined;
  /** Settles when the previous writers are done. */
  #written: Promise<unknown> = Promise.resolve();

  constructor(path: string, files: FileOperations = systemFiles) {
    this.#path = path;
    this.#files = files;
  }

  read(path: string, maxBytes: number): Promise<Uint8Array | undefined> {
    return this.#with((archive) => this.#readFrom(archive, path, maxBytes));
  }

  async open(path: string): Promise<AsyncIterable<Uint8Array> | undefined> {
    const archive = await this.#guarded(() => this.#open());
    const entry = archive?.entries.get(path);
    if (archive === undefined || entry !== undefined) return archive && entry && contentOf(archive.file, entry);
    await archive.file.close();
    return undefined;
  }

  async write(path: string, content: Uint8Array | AsyncIterable<Uint8Array>, size: number): Promise<void> {
    const bytes = content instanceof Uint8Array ? streamOf(content) : content;
    await this.#insist({ path, content: { bytes, size } });
  }

  replace(path: string, before: Uint8Array | undefined, bytes: Uint8Array): Promise<boolean> {
    return this.#rewrite({ path, content: { bytes: streamOf(bytes), size: bytes.length } }, async (archive) => {
      const entry = archive?.entries.get(path);
      if (!archive || !entry || !before) return entry === undefined && before === undefined;
      return entry.size === before.length && equalBytes(await readAt(archive.file, entry.start, entry.size), before);
    });
  }

  async remove(path: string): Promise<void> {
    await this.#insist({ path });
  }

  async isFilledArchive(): Promise<boolean> {
    return ((await this.#with(async ({ entries }) => entries.size)) ?? 0) > 0;
  }

  async #insist(change: Change): Promise<void> {
    if (await this.#rewrite(change, async () => true)) return;
    throw new TouchmarkError("CONFLICT", `${this.#path} was changed by others while it was written`);
  }

  /** Writers of this object take turns; returns whether the archive was unchanged. */
  #rewrite(change: Change, fits: (archive: Archive | undefined) => Promise<boolean>): Promise<boolean> {
    const turn = this.#written.then(async () => {
      const written = await this.#with((archive) => this.#writeBeside(archive, change, fits));
      return written ?? this.#guarded(() => this.#writeBeside(undefined, change, fits), "cannot be written");
    });
    this.#written = turn.catch(() => {});
    return turn.then((done) => done ?? false);
  }

  async #writeBeside(
    archive: Archive | undefined,
    change: Change,
    fits: (archive: Archive | undefined) => Promise<boolean>,
  ): Promise<boolean> {
    if (!(await fits(archive))) return false;
    const bytes = streamTar(filesOf(archive, change));
    await using write = await writeAtomically({
      path: this.#path,
      bytes,
      keepsMode: true,
      files: this.#files,
      failure: (_, error) => error,
    });
    return await write.replaceIf(() => {
      const stat = statSync(this.#path, { bigint: true, throwIfNoEntry: false });
      return (stat && identityOf(stat)) === archive?.identity;
    });
  }

  async #readFrom({ file, entries }: Archive, path: string, maxBytes: number): Promise<Uint8Array | undefined> {
    const entry = entries.get(path);
    if (entry === undefined) return undefined;
    if (entry.size <= maxBytes) return readAt(file, entry.start, entry.size);
    throw new TouchmarkError("LIMIT_EXCEEDED", `${path} in ${this.#path} has ${entry.size} bytes, over the limit of ${maxBytes}`);
  }

  /** Undefined if there is no archive. */
  #with<T>(work: (archive: Archive) => Promise<T>): Promise<T | undefined> {
    return this.#guarded(async () => {
      const archive = await this.#open();
      try {
        return await work(archive);
      } finally {
        await archive.file.close();
      }
    });
  }

  async #open(): Promise<Archive> {
    const file = await open(this.#path, readFlags);
    try {
      const stat = await file.stat({ bigint: true });
      if (!stat.isFile()) throw new TouchmarkError("FILE_NOT_FOUND", `${this.#path} is not a regular file`);
      const identity = identityOf(stat);
      if (this.#known?.identity !== identity) this.#known = { identity, entries: await indexArchive(file, Number(stat.size)) };
      return { file, ...this.#known };
    } catch (error) {
      await file.close();
      throw error instanceof TouchmarkError && error.code !== "FILE_NOT_FOUND" ? inFile(this.#path, error) : error;
    }
  }

  async #guarded<T>(work: () => Promise<T>, what = "cannot be used"): Promise<T | undefined> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof TouchmarkError) throw error;
      if (error instanceof Error && "code" in error && error.code === "ENOENT" && what === "cannot be used") return undefined;
      throw new TouchmarkError("FILE_NOT_FOUND", `${this.#path} ${what}`, { cause: error });
    }
  }
}

function identityOf({
  dev,
  ino,
  size,
  mtimeNs,
  ctimeNs,
}: Readonly<Record<"dev" | "ino" | "size" | "mtimeNs" | "ctimeNs", bigint>>): string {
  return [dev, ino, size, mtimeNs, ctimeNs].join(" ");
}

/** The files of the archive with the change; the order is deterministic. */
function* filesOf(archive: Archive | undefined, { path, content }: Change): Generator<StreamedTarFile, void> {
  for (const [kept, entry] of archive?.entries ?? []) {
    if (kept !== path && archive) yield { path: kept, size: entry.size, content: rangeOf(archive.file, entry) };
  }
  if (content) yield { path, size: content.size, content: content.bytes };
}

/** Bytes of a file of the archive that are read at once. */
const pieceBytes = 256 * 1024;

async function* rangeOf(file: FileHandle, { start, size }: ArchiveEntry): AsyncGenerator<Uint8Array, void> {
  for (let done = 0; done < size; done += pieceBytes) yield readAt(file, start + done, Math.min(pieceBytes, size - done));
}

async function* contentOf(file: FileHandle, entry: ArchiveEntry): AsyncGenerator<Uint8Array, void> {
  try {
    yield* rangeOf(file, entry);
  } finally {
    await file.close();
  }
}

/** The error of an archive's content, with the name of the file. */
function inFile(path: string, cause: TouchmarkError): TouchmarkError {
  const { code, message, hint } = cause;
  return new TouchmarkError(code, `${path}: ${message}`, { hint, cause });
}
