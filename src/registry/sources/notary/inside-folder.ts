/** Reads a folder without leaving it: links within it are followed, a link out of it is refused. */
import { constants, open, readdir, realpath } from "node:fs/promises";
import { join, sep } from "node:path";
import { TouchmarkError } from "../../../core/errors.ts";
import { isMissing } from "../../../files/is-missing.ts";
import { registryLimits } from "../../limits.ts";

/** Neither blocks on a pipe, nor follows a link that was created after the check. */
const readFlags = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (constants.O_NOFOLLOW ?? 0);

export interface Entry {
  readonly name: string;
  readonly isFolder: boolean;
}

export class InsideFolder {
  /** The real path, without links. */
  readonly #root: string;

  constructor(root: string) {
    this.#root = root;
  }

  /** Returns the sorted entries of the folder at this path below the root; undefined if there is none. Throws as `read` does. */
  async list(path: string): Promise<readonly Entry[] | undefined> {
    const real = await this.#locate(path);
    if (real === undefined) return undefined;
    try {
      const entries = await readdir(real, { withFileTypes: true });
      if (entries.length > registryLimits.trustFolderEntries) {
        throw new TouchmarkError(
          "LIMIT_EXCEEDED",
          `${path} holds ${entries.length} files, over the limit of ${registryLimits.trustFolderEntries}`,
        );
      }
      return entries
        .map((entry) => ({ name: entry.name, isFolder: entry.isDirectory() || entry.isSymbolicLink() }))
        .toSorted((a, b) => (a.name < b.name ? -1 : 1));
    } catch (error) {
      return absent(path, error);
    }
  }

  /** Returns the bytes of a file; undefined if there is none. Throws MALFORMED for a link out of the folder, LIMIT_EXCEEDED, FILE_NOT_FOUND. */
  async read(path: string, maxBytes: number): Promise<Uint8Array | undefined> {
    const real = await this.#locate(path);
    if (real === undefined) return undefined;
    try {
      await using file = await open(real, readFlags);
      const stat = await file.stat();
      if (!stat.isFile()) throw new TouchmarkError("FILE_NOT_FOUND", `${path} is not a regular file`);
      const buffer = Buffer.alloc(Math.min(stat.size, maxBytes) + 1);
      const { bytesRead } = await file.read(buffer, 0, buffer.length, 0);
      if (stat.size <= maxBytes && bytesRead <= stat.size) return buffer.subarray(0, bytesRead);
      throw new TouchmarkError("LIMIT_EXCEEDED", `${path} has more than the ${maxBytes} bytes it may have, or grows while it is read`);
    } catch (error) {
      return absent(path, error);
    }
  }

  async #locate(path: string): Promise<string | undefined> {
    const full = join(this.#root, path);
    try {
      const real = await realpath(full);
      if (real === this.#root || real.startsWith(this.#root + sep)) return real;
    } catch (error) {
      return absent(path, error);
    }
    throw new TouchmarkError("MALFORMED", `${path} is a link that leads out of the trust folder`, {
      hint: "Nothing outside of the folder is read. Put the file itself there if it belongs to the trust data.",
    });
  }
}

function absent(path: string, error: unknown): undefined {
  if (error instanceof TouchmarkError) throw error;
  if (isMissing(error)) return undefined;
  const code = error instanceof Error && "code" in error ? String(error.code) : "unknown reason";
  throw new TouchmarkError("FILE_NOT_FOUND", `cannot read ${path}: ${code}`, { cause: error });
}
