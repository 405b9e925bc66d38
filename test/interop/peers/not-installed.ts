/** Why a peer could not be installed: told at once, and kept for the tests that are skipped without it. */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { peersFolder } from "./peer.ts";

/** Forgets the last reason where there is none now. */
export function keepReason(name: string, reason: string | undefined): void {
  rmSync(reasonFile(name), { force: true });
  if (reason === undefined) return;
  process.stderr.write(`not installed, so that its tests will be skipped: ${name}: ${reason}\n`);
  mkdirSync(peersFolder, { recursive: true });
  writeFileSync(reasonFile(name), reason);
}

export function keptReason(name: string): string {
  return existsSync(reasonFile(name)) ? readFileSync(reasonFile(name), "utf8").trim() : "npm run peers has not installed it";
}

function reasonFile(name: string): string {
  return join(peersFolder, `${name}.not-installed`);
}
