/**
 * The trust folder of the docker and notary clients. Private keys are beside the trust data, in `private`, and are never opened:
 *
 *     tuf/GUN/metadata/{root,targets,snapshot,timestamp}.json      tuf/GUN/metadata/targets/releases.json      private/KEYID.key
 */
import { realpath } from "node:fs/promises";
import { join } from "node:path";
import { asTouchmarkError, TouchmarkError } from "../../../core/errors.ts";
import { isMissing } from "../../../files/is-missing.ts";
import { throwIfAborted } from "../../../core/async/interruption.ts";
import type { Gun } from "./gun.ts";
import { InsideFolder } from "./inside-folder.ts";
import { listRepositories, type RepositoryListing } from "./list-repositories.ts";
import { digestsIn } from "./metadata.ts";
import { RepositoryReading, type Taken } from "./reading.ts";
import { baseRoles, isRole, roleOfFile } from "./role.ts";
import { unread, type TrustData } from "./trust-data.ts";
import { registryLimits } from "../../limits.ts";

export class TrustFolder {
  readonly #files: InsideFolder;

  private constructor(files: InsideFolder) {
    this.#files = files;
  }

  /** `path` is the folder with `tuf` in it. Undefined if it, or `tuf`, does not exist. Throws MALFORMED if `tuf` is a link out of it. */
  static async open(path: string): Promise<TrustFolder | undefined> {
    try {
      const root = await realpath(path);
      const inside = join(root, "tuf");
      if ((await realpath(inside)) === inside) return new TrustFolder(new InsideFolder(inside));
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw new TouchmarkError("FILE_NOT_FOUND", `cannot read ${path}: ${asTouchmarkError(error).message}`, { cause: error });
    }
    throw new TouchmarkError("MALFORMED", `${join(path, "tuf")} is a link that leads out of the trust folder`, {
      hint: "Name the trust folder that it leads to.",
      remedy: { id: "name-trust-folder" },
    });
  }

  /** Returns every repository with trust data. */
  list(signal: AbortSignal): Promise<RepositoryListing> {
    return listRepositories(this.#files, signal);
  }

  /** Reads a repository; undefined if the folder has nothing of it. Unreadable files are in the result. Throws only INTERRUPTED. */
  async read(gun: Gun, signal: AbortSignal): Promise<TrustData | undefined> {
    const reading = new RepositoryReading(gun);
    const folder = `${gun.name}/metadata`;
    try {
      const found = await this.#filesBelow(folder, reading, signal);
      const taken: Taken[] = [];
      for (const { path, role } of found) {
        throwIfAborted(signal);
        const from = `${folder}/${path}`;
        const file = await reading.take({ path, role, from }, () => this.#files.read(from, registryLimits.trustFileBytes));
        if (file) taken.push(file);
      }
      for (const path of missing(taken, new Set(found.map((file) => file.path)))) if (found.length > 0) reading.miss(path);
      const data = reading.data({ source: "folder" });
      return data.files.length + data.unread.length > 0 ? data : undefined;
    } catch (thrown) {
      const error = asTouchmarkError(thrown);
      if (error.code !== "SUBJECT_MISMATCH") throw error;
      return { gun, source: "folder", files: [], absent: [], unread: [unread("root.json", error)] };
    }
  }

  /** Returns the files of roles below the folder. */
  async #filesBelow(folder: string, reading: RepositoryReading, signal: AbortSignal): Promise<readonly Found[]> {
    const found: Found[] = [];
    const queue = [""];
    for (let below = queue.shift(); below !== undefined; below = queue.shift()) {
      throwIfAborted(signal);
      try {
        for (const { name, isFolder } of (await this.#files.list(`${folder}/${below}`)) ?? []) {
          const path = `${below}${name}`;
          const role = roleOfFile(path);
          if (role !== undefined) found.push({ path, role });
          else if (isFolder && (path === "targets" || isRole(path))) queue.push(`${path}/`);
          if (found.length + queue.length > registryLimits.trustRoles + registryLimits.trustRoots) {
            throw new TouchmarkError("LIMIT_EXCEEDED", `${folder} holds more files than the trust data of a repository may`);
          }
        }
      } catch (thrown) {
        const error = asTouchmarkError(thrown);
        reading.fail(below === "" ? "." : below, error);
        if (error.code === "LIMIT_EXCEEDED") return found;
      }
    }
    return found;
  }
}

interface Found {
  readonly path: string;
  readonly role: string;
}

/** Returns the files that every repository has, or that the snapshot names, and that are missing here. */
function missing(taken: readonly Taken[], found: ReadonlySet<string>): readonly string[] {
  const snapshot = taken.find(({ role }) => role === "snapshot");
  const named = snapshot ? [...namesIn(snapshot)].filter((role) => isRole(role)) : [];
  return [...new Set([...baseRoles, ...named])].map((role) => `${role}.json`).filter((path) => !found.has(path));
}

function namesIn({ metadata }: Taken): Iterable<string> {
  try {
    return digestsIn(metadata).keys();
  } catch {
    return []; // a snapshot without names is saved as it is
  }
}
