/** sigstore's timestamp authority, with a key and a chain of the moment. */
import { peerPath } from "../peers/peer.ts";
import { startServer, type Running } from "./server.ts";

/** What it says is its port. */
export async function startTimestampAuthority(): Promise<Running> {
  const options = ["--timestamp-signer", "memory", "--disable-ntp-monitoring", "--host", "127.0.0.1", "--port", "0"];
  return startServer(peerPath("timestamp-authority"), ["serve", ...options], /Serving timestamp server at http:\/\/127\.0\.0\.1:(\d+)/);
}
