/**
 * The tools the interop suite runs against that Debian packages, by command: the versions are those of the release that
 * the machine runs. `npm run peers` installs them where it may; where it may not, their tests are skipped with the reason.
 */
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { keptReason } from "./not-installed.ts";

export const packages = {
  openssl: "openssl",
  "docker-registry": "docker-registry",
  dockerd: "docker.io",
  docker: "docker.io",
  containerd: "containerd",
  ctr: "containerd",
  podman: "podman",
  skopeo: "skopeo",
  buildah: "buildah",
  zsh: "zsh",
  fish: "fish",
  "notary-server": "notary",
  notary: "notary",
  "softhsm2-util": "softhsm2",
  "g++": "g++",
} as const;

export type DebianCommand = keyof typeof packages;
export type DebianPackage = (typeof packages)[DebianCommand];

/** Where the command lies; undefined if it is not on this machine. */
export function commandPath(command: DebianCommand): string | undefined {
  const folders = [...(process.env["PATH"] ?? "").split(delimiter), "/usr/sbin"];
  return folders.map((folder) => join(folder, command)).find(isExecutable);
}

/** Why these commands cannot be run here, for a test to be skipped with; false if they can. */
export function missing(...commands: readonly DebianCommand[]): string | false {
  const command = commands.find((wanted) => commandPath(wanted) === undefined);
  return command !== undefined && `${command} is not there: ${keptReason(packages[command])}`;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
