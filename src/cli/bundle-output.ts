/** The file to write a signature to. An existing signature file is replaced; any other file is left alone. */
import { lstat, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { throwIfAborted } from "../core/async/interruption.ts";
import { TouchmarkError } from "../core/errors.ts";
import { fileExists, writeAtomically } from "../files/atomic-write.ts";
import { readSource } from "../files/read-source.ts";
import type { DetachedSignatures } from "../formats/format.ts";

export interface BundleOutput {
  /** Writes atomically. */
  write(bytes: Uint8Array): Promise<void>;
}

/** Throws FILE_EXISTS or FILE_NOT_FOUND before anything is signed. */
export async function bundleOutput(path: string, format: DetachedSignatures, signal: AbortSignal): Promise<BundleOutput> {
  const found = await lstat(path).catch(() => undefined);
  if (found && !(found.isFile() && (await isBundle(path, format, signal)))) {
    throw fileExists(path, "Choose another name, or move it away: it holds no such signature, and only one is written anew.");
  }
  await requireFolder(path);
  return {
    async write(bytes) {
      await using write = await writeAtomically({ path, bytes, mode: 0o644, keepsMode: true });
      await (found ? write.replace() : write.create());
    },
  };
}

/** Throws FILE_NOT_FOUND unless the folder of the file exists. */
export async function requireFolder(path: string): Promise<void> {
  const folder = await stat(dirname(path)).catch(() => undefined);
  if (folder?.isDirectory() === true) return;
  throw new TouchmarkError("FILE_NOT_FOUND", `cannot write ${path}: there is no folder ${dirname(path)}`, {
    hint: "Make the folder first.",
  });
}

async function isBundle(path: string, format: DetachedSignatures, signal: AbortSignal): Promise<boolean> {
  try {
    return format.owns(await readSource(path, { maxBytes: format.maxBytes, env: {}, signal }));
  } catch {
    throwIfAborted(signal);
    return false;
  }
}
