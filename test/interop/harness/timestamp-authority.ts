/** sigstore's timestamp authority, with a key and a chain of the moment. */
import { setTimeout } from "node:timers/promises";
import { peerPath } from "../peers/peer.ts";
import { startServer, type Running } from "./server.ts";

const options = ["--timestamp-signer", "memory", "--disable-ntp-monitoring", "--host", "127.0.0.1", "--port", "0"];
/** Seconds. */
const patience = 180;

/** What it says is its port. It shows its metrics on a port that nobody can choose, so that a second one waits for the first to end. */
export async function startTimestampAuthority(...more: readonly string[]): Promise<Running> {
  for (let waited = 0; ; waited++) {
    try {
      return await startServer(
        peerPath("timestamp-authority"),
        ["serve", ...options, ...more],
        /Serving timestamp server at http:\/\/127\.0\.0\.1:(\d+)/,
      );
    } catch (error) {
      if (waited === patience || !(error instanceof Error && error.message.includes("address already in use"))) throw error;
      await setTimeout(1000);
    }
  }
}
