/** notation's folder: the one named, else the one of its variable, else where notation has it. */
import { join } from "node:path";
import type { UserFolders } from "../files/user-folders.ts";

export function notationFolder(named: string | undefined, { env, home }: UserFolders): string {
  return named ?? (env["NOTATION_CONFIG"] || join(env["XDG_CONFIG_HOME"] || join(home, ".config"), "notation"));
}
