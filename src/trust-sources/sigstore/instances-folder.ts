/** Where trust roots are kept: a folder of this user's, and in it one for each name. */
import { TouchmarkError } from "../../core/errors.ts";
import { userDataFolder, type UserFolders } from "../../files/user-folders.ts";

/** TOUCHMARK_TRUST, else `touchmark/trust` among this user's data. */
export function instancesFolder(folders: UserFolders): string {
  return folders.env["TOUCHMARK_TRUST"] || userDataFolder("trust", folders);
}

/** Lower case alone, so that no two names are one folder where case does not count; nothing that leads out of the folder. */
export function isInstanceName(name: string): boolean {
  return /^[a-z0-9](?:[a-z0-9-]|[._](?=[a-z0-9])){0,62}$/.test(name);
}

/** Throws USAGE for a name that no trust root may have. */
export function checkInstanceName(name: string): string {
  if (isInstanceName(name)) return name;
  throw new TouchmarkError("USAGE", `${JSON.stringify(name.slice(0, 80))} cannot be the name of a trust root`, {
    hint: "A name has lower-case letters, digits, and single dots, dashes or underscores between them, 63 characters at most: public-good.",
  });
}
