/** The file system calls of durable writes, and two helpers for folders. */
import { renameSync } from "node:fs";
import { link, lstat, mkdir, open, rename, rm, stat } from "node:fs/promises";
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
  readonly stat: typeof stat;
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
  get stat() {
    return stat;
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

/**
 * Creates a folder and its parents, and syncs the entries of those that it created. One level at a time: Node's recursive `mkdir` never
 * ends where the system answers ENOENT below a folder that exists, as in /proc.
 */
export async function makeFolder(path: string, mode = 0o777, files: FileOperations = systemFiles): Promise<void> {
  if (await isFolder(path, files)) return;
  const parent = dirname(path);
  if (parent !== path) await makeFolder(parent, mode, files);
  try {
    await files.mkdir(path, { mode });
  } catch (error) {
    // Another process may have made it meanwhile.
    if (await isFolder(path, files)) return;
    throw error;
  }
  await syncFolder(parent, files);
}

async function isFolder(path: string, files: FileOperations): Promise<boolean> {
  try {
    return (await files.stat(path)).isDirectory();
  } catch {
    return false;
  }
}

/** Moves a synced file to its location on the same file system, replacing any file there, and syncs the folder. */
export async function moveDurably(from: string, to: string, files: FileOperations = systemFiles): Promise<void> {
  await files.rename(from, to);
  await syncFolder(dirname(to), files);
}
