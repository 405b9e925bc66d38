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
import { piecesOf, type Piece } from "./pieces.ts";

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
}

/** From this many bytes on, an upload is hashed by the thread for large files, which is notified after every so many. */
const portion = 4 * 2 ** 20;

export class Uploads implements UploadBackend {
  readonly #incoming: string;
  readonly #blobs: Blobs;
  readonly #limits: UploadLimits;
  readonly #open = new Map<string, Upload>();
  readonly #lock = new KeyedLock();
  readonly #hasher = new FileHasher();

  constructor(incoming: string, blobs: Blobs, limits: UploadLimits) {
    this.#incoming = incoming;
    this.#blobs = blobs;
    this.#limits = limits;
  }

  /** Starts an upload to the repository; returns its id. */
  async start(name: RepositoryName): Promise<string> {
    const { uploads } = this.#limits;
    if (this.#open.size >= uploads) throw new RegistryError("TOOMANYREQUESTS", `${uploads} uploads are under way`);
    const id = randomUUID();
    const path = join(this.#incoming, id);
    const file = await open(path, "wx");
    await file.close();
    this.#open.set(id, { name, path, hash: createHash("sha256"), size: 0 });
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
    return this.#lock.run(id, async () => {
      const upload = this.#get(name, id);
      if (from !== undefined && from !== upload.size) {
        throw new RegistryError("BLOB_UPLOAD_INVALID", `the chunk starts at byte ${from}, expected ${upload.size}`);
      }
      const file = await open(upload.path, "r+");
      try {
        for await (const piece of piecesOf(body, this.#limits.pieceBytes)) {
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
    return this.#lock.run(id, async () => {
      const upload = this.#get(name, id);
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
    return this.#lock.run(id, () => this.#forget(id, this.#get(name, id).path));
  }

  /** Removes uploads without a write for too long. */
  async sweep(): Promise<void> {
    const now = this.#limits.clock();
    const ids = await readdir(this.#incoming);
    await Promise.all(
      ids.map(async (id) => {
        const path = join(this.#incoming, id);
        const written = (await orMissing(stat(path)))?.mtimeMs ?? 0;
        if (now - written <= this.#limits.uploadLifetime) return;
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
