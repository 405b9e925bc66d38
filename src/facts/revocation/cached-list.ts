/**
 * The cache of revocation lists, in a folder of the user, each as received: `SHA256-OF-URL.crl`. A cached list is
 * verified like a fetched one; read and write errors are ignored.
 */
import { createHash } from "node:crypto";
import { constants, open } from "node:fs/promises";
import { join } from "node:path";
import type { Instant } from "../../core/instant.ts";
import { writeWholeFile } from "../../files/json-file.ts";
import { userCacheFolder, type UserFolders } from "../../files/user-folders.ts";
import { factLimits } from "../limits.ts";
import { coreLimits } from "../../core/limits.ts";

/** Returns `touchmark/crl` in the user's cache folder. */
export function revocationFolder(folders: UserFolders): string {
  return userCacheFolder("crl", folders);
}

/** Reads the cached list of this URL, if it was written within the last day. */
export async function readCachedList(folder: string, url: string, at: Instant): Promise<Uint8Array | undefined> {
  try {
    // Opening a pipe without a writer must not block.
    await using file = await open(pathOf(folder, url), constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    const stat = await file.stat();
    const isFresh = Math.abs(at - stat.mtimeMs) <= factLimits.listAge;
    if (!stat.isFile() || stat.size > coreLimits.crlBytes || !isFresh) return undefined;
    return await file.readFile();
  } catch {
    return undefined;
  }
}

export async function writeCachedList(folder: string, url: string, bytes: Uint8Array): Promise<void> {
  try {
    await writeWholeFile(pathOf(folder, url), bytes);
  } catch {
    // It will be fetched again.
  }
}

function pathOf(folder: string, url: string): string {
  return join(folder, `${createHash("sha256").update(url).digest("hex")}.crl`);
}
