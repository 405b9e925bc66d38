/** Where the peers lie: `.cache/peers/NAME@VERSION/COMMAND`, so that a file that is there is the pinned one, and a program of ours as it is now. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join, posix } from "node:path";
import { pins, type PeerName } from "./pins.ts";

/** The folder for what is kept between runs. */
export const peersFolder: string = join(import.meta.dirname, "../../../.cache/peers");

/** The folder that holds one peer's binary at its pinned version. */
export function peerFolder(name: PeerName): string {
  const { version, isLibrary } = pins[name];
  return join(peersFolder, `${name}@${version}${isLibrary ? `-${programDigest(name)}` : ""}`);
}

/** The package that Go builds it from; a program of ours is one of the module that it is built in. */
export function peerPackage(name: PeerName): string {
  const { module, command = "", isLibrary } = pins[name];
  return isLibrary ? posix.join("peer", name) : posix.join(module, command);
}

/** The binary of one peer, which Go names after its package's last folder. */
export function peerPath(name: PeerName): string {
  const command = posix.basename(peerPackage(name));
  return join(peerFolder(name), process.platform === "win32" ? `${command}.exe` : command);
}

function programDigest(name: PeerName): string {
  const program = readFileSync(join(import.meta.dirname, name, "main.go"));
  return createHash("sha256").update(program).digest("hex").slice(0, 8);
}
