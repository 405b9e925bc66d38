/** The archive that `touchmark dct save` writes atomically. */
import { stat } from "node:fs/promises";
import { TouchmarkError } from "../../core/errors.ts";
import { fileExists, writeAtomically } from "../../files/atomic-write.ts";
import { requireFolder } from "../bundle-output.ts";
import { usageError } from "../usage-error.ts";

export interface ArchiveFile {
  readonly path: string;
  /** Throws FILE_EXISTS if the file has appeared meanwhile, FILE_NOT_FOUND if it cannot be written, INTERRUPTED. */
  write(bytes: Iterable<Uint8Array>, signal: AbortSignal): Promise<void>;
}

const replace = "Name another file, or replace it: --force.";

/** Checks that the archive can be written before anything is read. Throws USAGE, FILE_EXISTS, FILE_NOT_FOUND. */
export async function openArchiveFile(args: { readonly to: string | undefined; readonly force: boolean }): Promise<ArchiveFile> {
  const path = args.to;
  if (path === undefined || path === "") throw usageError("no archive is named", "Name it: --to FILE.");
  const { force } = args;
  const found = await stat(path).catch(() => undefined);
  if (found && !found.isFile()) throw new TouchmarkError("FILE_EXISTS", `${path} exists and is not a file`, { hint: "Name another file." });
  if (found && !force) throw fileExists(path, replace);
  await requireFolder(path);
  return {
    path,
    async write(bytes, signal) {
      await using write = await writeAtomically({ path, bytes, mode: 0o644, keepsMode: true, signal });
      if (force) return await write.replace();
      try {
        return await write.create();
      } catch (error) {
        throw error instanceof TouchmarkError && error.code === "FILE_EXISTS" ? fileExists(path, replace) : error;
      }
    },
  };
}
