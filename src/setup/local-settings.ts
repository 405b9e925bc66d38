/** Settings of the machine and user: environment variables, home folder, clock. */
import { homedir } from "node:os";
import type { Instant } from "../core/instant.ts";
import type { UserFolders } from "../files/user-folders.ts";

export interface LocalSettings extends UserFolders {
  /** The user's number, on systems that have one. */
  readonly uid?: number | undefined;
  readonly clock: () => Instant;
}

/** Those of this process by default; whoever names another home folder does not mean this user's files. */
export function localDefaults({ env = process.env, home, uid, clock = Date.now }: Partial<LocalSettings>): LocalSettings {
  return { env, home: home ?? homeFolder(), uid: uid ?? (home === undefined ? process.getuid?.() : undefined), clock };
}

/** Containers run users without a home folder; for them it is a folder that does not exist. */
export function homeFolder(): string {
  try {
    return homedir();
  } catch {
    return "/nonexistent";
  }
}
