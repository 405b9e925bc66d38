/** Folders for the user's data and caches (XDG Base Directory Specification). */
import { isAbsolute, join } from "node:path";

export interface UserFolders {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The user's home folder. */
  readonly home: string;
}

/** Returns `touchmark/NAME` in XDG_DATA_HOME or `~/.local/share`. */
export function userDataFolder(name: string, { env, home }: UserFolders): string {
  return join(absolute(env["XDG_DATA_HOME"]) ?? join(home, ".local", "share"), "touchmark", name);
}

/** Returns `touchmark/NAME` in XDG_CACHE_HOME or `~/.cache`. */
export function userCacheFolder(name: string, { env, home }: UserFolders): string {
  return join(absolute(env["XDG_CACHE_HOME"]) ?? join(home, ".cache"), "touchmark", name);
}

/** The specification requires that a relative path is ignored. */
function absolute(path: string | undefined): string | undefined {
  return path !== undefined && isAbsolute(path) ? path : undefined;
}
