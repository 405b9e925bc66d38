/** Where the peers lie: `.cache/peers/NAME@VERSION/NAME`, so that a file that is there is the pinned one. */
import { join } from "node:path";
import { pins, type PeerName } from "./pins.ts";

/** The folder that holds one peer's binary at its pinned version. */
export function peerFolder(name: PeerName): string {
  return join(import.meta.dirname, "../../../.cache/peers", `${name}@${pins[name].version}`);
}

/** The binary of one peer. */
export function peerPath(name: PeerName): string {
  return join(peerFolder(name), process.platform === "win32" ? `${name}.exe` : name);
}
