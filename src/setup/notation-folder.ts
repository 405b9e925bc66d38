/** Returns notation's folder: the named one, else that of its environment variable, else its default. */
import { join } from "node:path";
import type { UserFolders } from "../files/user-folders.ts";

export function notationFolder(named: string | undefined, { env, home }: UserFolders): string {
  return named ?? (env["NOTATION_CONFIG"] || join(env["XDG_CONFIG_HOME"] || join(home, ".config"), "notation"));
}
