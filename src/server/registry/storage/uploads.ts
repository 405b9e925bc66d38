/**
 * Uploads in progress: each has a file below the incoming folder, and its size in memory.
 *
 * A restart drops them; their files are removed once they are old enough, as are abandoned uploads.
 */
import { createHash, randomUUID, type Hash } from "node:crypto";
import { createReadStream } from "node:fs";
import { open, readdir, rm, stat, type FileHandle } from "node:fs/promises";
import { join } from "node:path";
import { algorithmOf, hexOf, type Digest, type DigestAlgorithm } from "../../../core/digest.ts";
import type { RepositoryName } from "../names.ts";
import { RegistryError } from "../registry-error.ts";
import type { UploadBackend, UploadChunk } from "../backend.ts";
import type { Blobs } from "./blobs.ts";
import { orMissing } from "./disk.ts";
import type { Instant } from "../../../core/instant.ts";
import { KeyedLock } from "../../../core/async/keyed-lock.ts";
import type { RegistryServerLimits } from "../limits.ts";
import { FileHasher } from "./file-hasher.ts";
import { piecesOf, type Piece, type PieceMemory } from "./pieces.ts";

export interface UploadLimits extends RegistryServerLimits {
  /** The clock of the files' modification times. */
  readonly clock: () => Instant;
}

interface Upload {
  readonly name: RepositoryName;
  readonly path: string;
  /** SHA-256 of the bytes so far, while they are less than a portion. */
  hash: Hash;
  /** Bytes received so far. */
  size: number;
  /** Requests that use it. */
  active: number;
}

/** From this many bytes on, an upload is hashed by the thread for large files, which is notified after every so many. */
const portion = 4 * 2 ** 20;

export class Uploads implements UploadBackend {
  readonly #incoming: string;
  readonly #blobs: Blobs;
  readonly #limits: UploadLimits;
  /** Those used last at the end. */
  readonly #open = new Map<string, Upload>();
  readonly #pieces: PieceMemory;
  readonly #lock = new KeyedLock();
  readonly #hasher = new FileHasher();

  constructor(incoming: string, blobs: Blobs, limits: UploadLimits) {
    this.#incoming = incoming;
    this.#blobs = blobs;
    this.#limits = limits;
    this.#pieces = { bytes: limits.pieceMemory, held: 0 };
  }

  /** Starts an upload to the repository; returns its id. */
  async start(name: RepositoryName): Promise<string> {
    if (this.#open.size >= this.#limits.uploads) await this.#dropOne();
    const id = randomUUID();
    const path = join(this.#incoming, id);
    this.#open.set(id, { name, path, hash: createHash("sha256"), size: 0, active: 0 });
    try {
      const file = await open(path, "wx");
      await file.close();
    } catch (error) {
      this.#open.delete(id);
      throw error;
    }
    return id;
  }

  /** Returns the bytes received so far; throws BLOB_UPLOAD_UNKNOWN. */
  async size(name: RepositoryName, id: string): Promise<number> {
    return this.#get(name, id).size;
  }

  /**
   * Appends bytes; returns the new size. `from`, if given, must be the current size.
   * If the body fails, the bytes already written stay, and the upload can be continued after them.
   */
  async append(name: RepositoryName, id: string, { body, length = 0, from }: UploadChunk): Promise<number> {
    if ((await this.size(name, id)) + length > this.#limits.blobBytes) throw this.#tooLarge(); // before reading any of it
    return this.#use(name, id, async (upload) => {
      if (from !== undefined && from !== upload.size) {
        throw new RegistryError("BLOB_UPLOAD_INVALID", `the chunk starts at byte ${from}, expected ${upload.size}`);
      }
      const file = await open(upload.path, "r+");
      try {
        for await (const piece of piecesOf(body, this.#limits.pieceBytes, this.#pieces)) {
          if (upload.size + piece.size > this.#limits.blobBytes) throw this.#tooLarge();
          await this.#take(upload, file, piece);
        }
      } finally {
        await file.close();
      }
      return upload.size;
    });
  }

  /** Completes the upload as the blob of this digest; throws DIGEST_INVALID if it is another. */
  finish(name: RepositoryName, id: string, digest: Digest): Promise<void> {
    return this.#use(name, id, async (upload) => {
      try {
        const hex = await this.#hexOf(upload, algorithmOf(digest));
        if (hex !== hexOf(digest)) throw new RegistryError("DIGEST_INVALID", `the uploaded bytes do not have the digest ${digest}`);
        const file = await open(upload.path, "r+");
        try {
          await file.truncate(upload.size); // a failed write may have left more
          await file.sync();
        } finally {
          await file.close();
        }
        await this.#blobs.adopt(name, digest, upload.path, upload.size);
      } finally {
        await this.#forget(id, upload.path);
      }
    });
  }

  /** Cancels the upload and removes its file. */
  cancel(name: RepositoryName, id: string): Promise<void> {
    return this.#use(name, id, ({ path }) => this.#forget(id, path));
  }

  /** Removes uploads without a write for too long, and sooner those without any. */
  async sweep(): Promise<void> {
    const now = this.#limits.clock();
    const ids = await readdir(this.#incoming);
    await Promise.all(
      ids.map(async (id) => {
        const path = join(this.#incoming, id);
        const { mtimeMs: written, size } = (await orMissing(stat(path))) ?? { mtimeMs: 0, size: 0 };
        const { uploadLifetime, emptyUploadLifetime } = this.#limits;
        if (now - written <= (size === 0 ? Math.min(emptyUploadLifetime, uploadLifetime) : uploadLifetime)) return;
        if (this.#open.get(id)?.active) return;
        await this.#forget(id, path);
      }),
    );
  }

  /** Whether uploads can be started: the folder is readable. */
  async isReady(): Promise<boolean> {
    return (await orMissing(stat(this.#incoming))) !== undefined;
  }

  /** Ends the thread for large files; its pending requests fail. */
  close(): Promise<void> {
    return this.#hasher.close();
  }

  /** Works on the upload after all earlier requests for it. */
  async #use<T>(name: RepositoryName, id: string, work: (upload: Upload) => Promise<T>): Promise<T> {
    const upload = this.#get(name, id);
    upload.active++;
    this.#open.delete(id);
    this.#open.set(id, upload);
    try {
      return await this.#lock.run(id, () => work(this.#get(name, id)));
    } finally {
      upload.active--;
    }
  }

  /** Drops the upload that was used longest ago, first of those without a byte, so that abandoned ones keep nobody out. Throws TOOMANYREQUESTS if all are in use. */
  async #dropOne(): Promise<void> {
    let oldest: [string, Upload] | undefined;
    for (const entry of this.#open) {
      if (entry[1].active > 0) continue;
      oldest ??= entry;
      if (entry[1].size > 0) continue;
      oldest = entry;
      break;
    }
    if (!oldest) throw new RegistryError("TOOMANYREQUESTS", `${this.#limits.uploads} uploads are under way`);
    await this.#forget(oldest[0], oldest[1].path);
  }

  async #take(upload: Upload, file: FileHandle, { chunks, size }: Piece): Promise<void> {
    const before = upload.size;
    const after = before + size;
    const written = writeAt(file, chunks, size, before);
    if (after < portion) {
      const hash = upload.hash.copy();
      for (const chunk of chunks) hash.update(chunk); // while the disk writes
      await written;
      upload.hash = hash;
    } else {
      await written;
      if (Math.floor(after / portion) > Math.floor(before / portion)) this.#hasher.follow(upload.path, after);
    }
    upload.size = after;
  }

  async #hexOf({ path, size, hash }: Upload, algorithm: DigestAlgorithm): Promise<string> {
    if (algorithm !== "sha256") return hexOfFile(path, size, algorithm);
    return size < portion ? hash.digest("hex") : this.#hasher.digest(path, size);
  }

  #get(name: RepositoryName, id: string): Upload {
    const upload = this.#open.get(id);
    if (upload?.name !== name) throw new RegistryError("BLOB_UPLOAD_UNKNOWN", `${name} has no such upload`);
    return upload;
  }

  async #forget(id: string, path: string): Promise<void> {
    this.#open.delete(id);
    this.#hasher.forget(path);
    await rm(path, { force: true });
  }

  #tooLarge(): RegistryError {
    return new RegistryError("SIZE_INVALID", `the blob is larger than ${this.#limits.blobBytes} bytes`);
  }
}

async function writeAt(file: FileHandle, chunks: readonly Uint8Array[], size: number, position: number): Promise<void> {
  const { bytesWritten } = await file.writev(chunks, position);
  if (bytesWritten === size) return;
  await writeAt(file, [Buffer.concat(chunks).subarray(bytesWritten)], size - bytesWritten, position + bytesWritten);
}

async function hexOfFile(path: string, size: number, algorithm: DigestAlgorithm): Promise<string> {
  const hash = createHash(algorithm);
  if (size > 0) {
    for await (const chunk of createReadStream(path, { end: size - 1 })) hash.update(chunk);
  }
  return hash.digest("hex");
}
