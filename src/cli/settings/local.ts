/** The settings of this machine and its user, from the process. */
import type { LocalSettings } from "../../setup/local-settings.ts";
import type { Io } from "../io.ts";

export function localSettings({ env, home, uid, now }: Pick<Io, "env" | "home" | "uid" | "now">): LocalSettings {
  return { env, home, uid, clock: now };
}
