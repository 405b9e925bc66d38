/** Lists the repositories of a trust folder: each folder below `tuf` with a folder `metadata` that has a file of a base role. */
import { asTouchmarkError, TouchmarkError } from "../../../core/errors.ts";
import { throwIfAborted } from "../../../core/async/interruption.ts";
import { parseGun, type Gun } from "./gun.ts";
import type { InsideFolder } from "./inside-folder.ts";
import { baseRoles } from "./role.ts";
import { unread, type Unread } from "./trust-data.ts";
import { registryLimits } from "../../limits.ts";

export interface RepositoryListing {
  readonly guns: readonly Gun[];
  /** Folders that could not be read, or whose path is not a repository's name. */
  readonly unread: readonly Unread[];
}

const baseFiles: ReadonlySet<string> = new Set(baseRoles.map((role) => `${role}.json`));

/** `tuf` is the folder of that name. Folders that cannot be listed are in the result. Throws only INTERRUPTED. */
export async function listRepositories(tuf: InsideFolder, signal: AbortSignal): Promise<RepositoryListing> {
  const guns: Gun[] = [];
  const failures: Unread[] = [];
  const queue = [""];
  for (let visited = 0; visited < registryLimits.trustFolders; visited++) {
    throwIfAborted(signal);
    const path = queue.shift();
    if (path === undefined) return { guns, unread: failures };
    try {
      const entries = (await tuf.list(path)) ?? [];
      if (path.split("/").length > registryLimits.trustFolderDepth)
        throw tooMuch(`${path} lies more than ${registryLimits.trustFolderDepth} folders deep`);
      queue.push(...entries.filter(({ isFolder }) => isFolder).map(({ name }) => (path === "" ? name : `${path}/${name}`)));
      if (path !== "" && (await hasMetadata(tuf, path))) guns.push(gunOf(path));
    } catch (thrown) {
      failures.push(unread(path, asTouchmarkError(thrown)));
    }
  }
  failures.push(unread("", tooMuch(`the trust folder has more than ${registryLimits.trustFolders} folders`)));
  return { guns, unread: failures };
}

async function hasMetadata(tuf: InsideFolder, path: string): Promise<boolean> {
  const entries = await tuf.list(`${path}/metadata`);
  return entries?.some(({ name }) => baseFiles.has(name)) ?? false;
}

function gunOf(path: string): Gun {
  const gun = parseGun(path);
  if (gun.name === path) return gun;
  throw new TouchmarkError("INVALID_REFERENCE", `${path} is not the full name of a repository, which is ${gun.name}`);
}

function tooMuch(message: string): TouchmarkError {
  return new TouchmarkError("LIMIT_EXCEEDED", message, {
    hint: "Name the repositories one by one, or remove other files from the folder.",
  });
}
