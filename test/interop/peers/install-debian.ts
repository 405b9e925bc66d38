/** Installs the Debian packages whose commands are missing; keeps the reason where that cannot be done. */
import { spawnSync } from "node:child_process";
import { commandPath, packages, type DebianCommand, type DebianPackage } from "./debian.ts";
import { keepReason } from "./not-installed.ts";

export function installDebianPackages(): void {
  const wanted = new Set<DebianPackage>();
  for (const command of commands()) if (commandPath(command) === undefined) wanted.add(packages[command]);
  if (wanted.size === 0) return;
  apt("update");
  for (const name of wanted) keepReason(name, install(name));
}

/** Undefined if it worked, else why it did not. */
function install(name: DebianPackage): string | undefined {
  if (process.getuid?.() !== 0) return `only root may install it: apt-get install --no-install-recommends ${name}`;
  process.stderr.write(`installing ${name} from Debian's packages\n`);
  return apt("install", "-y", "--no-install-recommends", name);
}

function apt(...args: readonly string[]): string | undefined {
  const { error, status, stderr } = spawnSync("apt-get", ["-q", "-o", "DPkg::Lock::Timeout=300", ...args], {
    env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
  });
  if (error) return `there is no apt-get (${error.message})`;
  return status === 0 ? undefined : stderr.trim().split("\n").slice(-3).join("; ");
}

function commands(): readonly DebianCommand[] {
  const isCommand = (name: string): name is DebianCommand => name in packages;
  return Object.keys(packages).filter(isCommand);
}
