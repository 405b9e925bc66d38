/** The folder of trust roots: it belongs to this user, and has a folder for each name. */
import { TouchmarkError } from "../../core/errors.ts";
import { userDataFolder, type UserFolders } from "../../files/user-folders.ts";

/** Returns TOUCHMARK_TRUST, else `touchmark/trust` in the user's data folder. */
export function instancesFolder(folders: UserFolders): string {
  return folders.env["TOUCHMARK_TRUST"] || userDataFolder("trust", folders);
}

/** Lower case only, so that names stay distinct on file systems that ignore case; no path out of the folder. */
export function isInstanceName(name: string): boolean {
  return /^[a-z0-9](?:[a-z0-9-]|[._](?=[a-z0-9])){0,62}$/.test(name);
}

/** Throws USAGE for an invalid name of a trust root. */
export function checkInstanceName(name: string): string {
  if (isInstanceName(name)) return name;
  throw new TouchmarkError("USAGE", `${JSON.stringify(name.slice(0, 80))} cannot be the name of a trust root`, {
    hint: "A name has lower-case letters, digits, and single dots, dashes or underscores between them, 63 characters at most: public-good.",
  });
}
