/** The repositories for `touchmark dct`: named, listed in files, or all of a trust folder. */
import { decodeUtf8 } from "../../core/bytes.ts";
import { TouchmarkError } from "../../core/errors.ts";
import { readSource } from "../../files/read-source.ts";
import { parseGun, type Gun } from "../../registry/sources/notary/gun.ts";
import type { TrustFolder } from "../../registry/sources/notary/trust-folder.ts";
import type { Unread } from "../../registry/sources/notary/trust-data.ts";
import { commandLimits } from "../limits.ts";
import { usageError } from "../usage-error.ts";
import type { Io } from "../io.ts";

export interface NameArgs {
  readonly operands: readonly string[];
  readonly all: boolean;
  readonly from: readonly string[];
}

export interface RepositoryNames {
  /** The names without duplicates, in order. */
  readonly guns: readonly Gun[];
  /** The parts of the trust folder that could not be listed. */
  readonly unread: readonly Unread[];
}

/** Throws USAGE if none is named, INVALID_REFERENCE, FILE_NOT_FOUND, LIMIT_EXCEEDED. */
export async function repositoryNames(args: NameArgs, folder: TrustFolder | undefined, io: Io): Promise<RepositoryNames> {
  if (args.all && !folder) {
    throw usageError("--all takes every repository of the trust folder, and there is none", "Name the folder: --trust-dir DIR.");
  }
  const lists = await Promise.all(args.from.map((path) => readList(path, io)));
  const listing = args.all ? await folder?.list(io.signal) : undefined;
  const all = [...args.operands.map(parseGun), ...lists.flat(), ...(listing?.guns ?? [])];
  const guns = [...new Map(all.map((gun) => [gun.name, gun])).values()].toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const failures = listing?.unread ?? [];
  if (guns.length === 0 && failures.length === 0) {
    throw usageError("no repository is named", "Name one, as docker.io/library/alpine, or --from FILE, or --all.");
  }
  if (guns.length > commandLimits.savedRepositories) {
    throw new TouchmarkError(
      "LIMIT_EXCEEDED",
      `${guns.length} repositories are named, over the limit of ${commandLimits.savedRepositories}`,
      {
        hint: "Save fewer at once, in several archives.",
      },
    );
  }
  return { guns, unread: failures };
}

/** Reads one name per line; blank lines and lines that begin with `#` are ignored. */
async function readList(path: string, { env, signal }: Io): Promise<readonly Gun[]> {
  const text = decodeUtf8(await readSource(path, { maxBytes: commandLimits.listBytes, env, signal }), path);
  return text.split(/\r?\n/).flatMap((line, i) => {
    const name = line.trim();
    return name === "" || name.startsWith("#") ? [] : [named(name, `${path}, line ${i + 1}`)];
  });
}

function named(name: string, where: string): Gun {
  try {
    return parseGun(name);
  } catch (cause) {
    if (!(cause instanceof TouchmarkError)) throw cause;
    throw new TouchmarkError(cause.code, `${where}: ${cause.message}`, { hint: cause.hint, remedy: cause.remedy, cause });
  }
}
