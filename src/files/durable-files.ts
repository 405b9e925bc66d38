/** The file system calls of durable writes, and two helpers for folders. */
import { renameSync } from "node:fs";
import { link, lstat, mkdir, open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";

/** The calls that write. The default is the operating system; tests inject failing ones. */
export interface FileOperations {
  readonly open: typeof open;
  readonly link: typeof link;
  readonly lstat: typeof lstat;
  readonly mkdir: typeof mkdir;
  readonly rename: typeof rename;
  readonly renameSync: typeof renameSync;
  readonly rm: typeof rm;
}

/** Getters, since naming a function of `node:fs/promises` loads it, and most commands write no file. */
export const systemFiles: FileOperations = {
  get open() {
    return open;
  },
  get link() {
    return link;
  },
  get lstat() {
    return lstat;
  },
  get mkdir() {
    return mkdir;
  },
  get rename() {
    return rename;
  },
  get renameSync() {
    return renameSync;
  },
  get rm() {
    return rm;
  },
};

/** Error codes of file systems that cannot sync a folder. */
const syncUnsupported: ReadonlySet<unknown> = new Set(["EINVAL", "ENOTSUP", "EOPNOTSUPP"]);

/** Syncs a folder's entries to disk; a no-op on Windows, which does not support it. */
export async function syncFolder(path: string, files: FileOperations = systemFiles): Promise<void> {
  if (process.platform === "win32") return;
  await using folder = await files.open(path, "r");
  await folder.sync().catch((error: unknown) => {
    if (!(error instanceof Error && "code" in error && syncUnsupported.has(error.code))) throw error;
  });
}

/** Creates a folder and its parents, and syncs the entries of those that it created. */
export async function makeFolder(path: string, mode = 0o777, files: FileOperations = systemFiles): Promise<void> {
  const highest = await files.mkdir(path, { recursive: true, mode });
  if (highest === undefined) return;
  await Promise.all(parentsUpTo(path, dirname(highest)).map((folder) => syncFolder(folder, files)));
}

function parentsUpTo(path: string, top: string): readonly string[] {
  const parent = dirname(path);
  return parent === top || parent === path ? [parent] : [parent, ...parentsUpTo(parent, top)];
}

/** Moves a synced file to its location on the same file system, replacing any file there, and syncs the folder. */
export async function moveDurably(from: string, to: string, files: FileOperations = systemFiles): Promise<void> {
  await files.rename(from, to);
  await syncFolder(dirname(to), files);
}
