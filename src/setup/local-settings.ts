/** What of the machine and its user counts: variables, home folder, clock. */
import type { Instant } from "../core/instant.ts";
import type { UserFolders } from "../files/user-folders.ts";

export interface LocalSettings extends UserFolders {
  readonly clock: () => Instant;
}
