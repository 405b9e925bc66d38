/** What of the machine and its user counts: variables, home folder, clock. */
import { homedir } from "node:os";
import type { Instant } from "../core/instant.ts";
import type { UserFolders } from "../files/user-folders.ts";

export interface LocalSettings extends UserFolders {
  readonly clock: () => Instant;
}

/** Those of this process, unless others are given. */
export function localDefaults({ env = process.env, home, clock = Date.now }: Partial<LocalSettings>): LocalSettings {
  return { env, home: home ?? homeFolder(), clock };
}

/** Containers run users that have no home folder: for them, one where nothing lies. */
export function homeFolder(): string {
  try {
    return homedir();
  } catch {
    return "/nonexistent";
  }
}
