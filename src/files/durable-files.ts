/** What is asked of the file system where a write has to last, and the two questions that only folders answer. */
import { renameSync } from "node:fs";
import { link, lstat, mkdir, open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";

/** The calls that write. The operating system's own; tests hand in others, which fail. */
export interface FileOperations {
  readonly open: typeof open;
  readonly link: typeof link;
  readonly lstat: typeof lstat;
  readonly mkdir: typeof mkdir;
  readonly rename: typeof rename;
  readonly renameSync: typeof renameSync;
  readonly rm: typeof rm;
}

export const systemFiles: FileOperations = { open, link, lstat, mkdir, rename, renameSync, rm };

/** Codes of file systems that cannot sync a folder, and do it by themselves or never. */
const knowsNoSync: ReadonlySet<unknown> = new Set(["EINVAL", "ENOTSUP", "EOPNOTSUPP"]);

/** Brings a folder's list of names to the disk; Windows does that by itself and knows no such call. */
export async function syncFolder(path: string, files: FileOperations = systemFiles): Promise<void> {
  if (process.platform === "win32") return;
  await using folder = await files.open(path, "r");
  await folder.sync().catch((error: unknown) => {
    if (!(error instanceof Error && "code" in error && knowsNoSync.has(error.code))) throw error;
  });
}

/** Makes a folder and those above it, and brings the names of those that it made to the disk. */
export async function makeFolder(path: string, mode = 0o777, files: FileOperations = systemFiles): Promise<void> {
  const highest = await files.mkdir(path, { recursive: true, mode });
  if (highest === undefined) return;
  await Promise.all(parentsUpTo(path, dirname(highest)).map((folder) => syncFolder(folder, files)));
}

function parentsUpTo(path: string, top: string): readonly string[] {
  const parent = dirname(path);
  return parent === top || parent === path ? [parent] : [parent, ...parentsUpTo(parent, top)];
}

/** Moves a file that was brought to the disk to its place on the same file system, over what is there, and brings the place to the disk. */
export async function moveDurably(from: string, to: string, files: FileOperations = systemFiles): Promise<void> {
  await files.rename(from, to);
  await syncFolder(dirname(to), files);
}
