/**
 * The roles of a repository's trust data (theupdateframework/notary, tuf/data/roles.go), and their files:
 *
 *     root.json  targets.json  snapshot.json  timestamp.json  targets/releases.json  3.root.json
 */
import { registryLimits } from "../../limits.ts";

/** The roles that every repository has. */
export const baseRoles = ["root", "targets", "snapshot", "timestamp"] as const;

const delegation = /^targets(?:\/[-a-z0-9_]+)+$/;
const fileName = /^(?:([1-9]\d{0,8})\.)?(.+)\.json$/;

/** Whether the text is a role: one of the four, or a delegation below `targets`. Safe to build a path from. */
export function isRole(text: string): boolean {
  return text.length <= registryLimits.roleLength && (baseRoles.some((role) => role === text) || delegation.test(text));
}

/** Returns the role of a file, `targets/releases` for `targets/releases.json`; undefined for a file of no role. */
export function roleOfFile(path: string): string | undefined {
  const [, version, role = ""] = fileName.exec(path) ?? [];
  return isRole(role) && (version === undefined || role === "root") ? role : undefined;
}
