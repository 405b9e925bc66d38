/** sigstore's timestamp authority, with a key and a chain of the moment. */
import { setTimeout } from "node:timers/promises";
import { peerPath } from "../peers/peer.ts";
import { startServer, type Running } from "./server.ts";

const program = peerPath("timestamp-authority");
const ready = /Serving timestamp server at http:\/\/127\.0\.0\.1:(\d+)/;
const [patience, pause] = [600, 500];

/** What it says is its port. It serves metrics too, always at the same port: of several on one machine, the others wait for their turn. */
export async function startTimestampAuthority(...more: readonly string[]): Promise<Running> {
  const options = [...more, "--timestamp-signer", "memory", "--disable-ntp-monitoring", "--host", "127.0.0.1", "--port", "0"];
  for (let tries = 1; ; tries++) {
    try {
      return await startServer(program, ["serve", ...options], ready);
    } catch (error) {
      if (tries === patience || !String(error).includes("metrics: listen")) throw error;
      await setTimeout(pause);
    }
  }
}
