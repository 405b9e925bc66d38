/** Opens the sources of trust data that the flags name: notary servers and a trust folder. */
import { join } from "node:path";
import { TouchmarkError } from "../../core/errors.ts";
import { parseGun, type Gun } from "../../registry/sources/notary/gun.ts";
import type { NotaryServer } from "../../registry/sources/notary/notary-server.ts";
import { TrustFolder } from "../../registry/sources/notary/trust-folder.ts";
import { usageError } from "../usage-error.ts";
import type { Io } from "../io.ts";
import { dockerFolder, openNotaryServers } from "../../setup/notary-servers.ts";
import type { RegistryArgs } from "../flags/registry.ts";
import { settingsFor } from "../settings/registry.ts";

export interface SourceArgs extends RegistryArgs {
  readonly server: string | undefined;
  readonly noServer: boolean;
  readonly trustDir: string | undefined;
  /** Names of repositories. */
  readonly operands: readonly string[];
}

export interface Sources {
  /** Undefined if no server is contacted. */
  readonly serverOf: ((gun: Gun) => Promise<NotaryServer>) | undefined;
  /** Undefined if there is no trust folder. */
  readonly folder: TrustFolder | undefined;
}

/** Throws USAGE, FILE_NOT_FOUND for a missing folder that is named or needed, and as `openNotaryServers` does. */
export async function openSources(args: SourceArgs, io: Io): Promise<Sources> {
  const folderAlone = args.noServer;
  if (folderAlone && args.server !== undefined) throw usageError("--server and --no-server exclude each other");
  const named = args.trustDir;
  const folder = await TrustFolder.open(named ?? join(dockerFolder(io), "trust"));
  if (folder || (named === undefined && !folderAlone)) {
    const server = args.server === undefined ? undefined : { url: args.server, name: "--server" };
    return {
      serverOf: folderAlone ? undefined : openNotaryServers({ server, registries: settingsFor(args, registriesOf(args.operands), io) }, io),
      folder,
    };
  }
  throw new TouchmarkError("FILE_NOT_FOUND", `${named ?? "the usual folder"} is not a trust folder: there is no folder tuf in it`, {
    hint: "Name the folder that holds tuf: --trust-dir DIR. It is ~/.docker/trust where docker made it.",
  });
}

/** The registries of the names. An invalid name has none; it is reported when the names are read. */
function registriesOf(names: readonly string[]): readonly string[] {
  return names.flatMap((name) => {
    try {
      return [parseGun(name).registry];
    } catch {
      return [];
    }
  });
}
