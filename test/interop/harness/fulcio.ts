/** Fulcio, which issues certificates to whoever a provider of identities vouches for; no certificate log sees them. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { peerPath } from "../peers/peer.ts";
import { freePorts } from "./listen.ts";
import { startServer, type Running } from "./server.ts";

/** What it says is its port. */
export async function startFulcio(folder: string, issuer: string): Promise<Running> {
  const config = join(folder, "fulcio.json");
  await writeFile(config, JSON.stringify({ OIDCIssuers: { [issuer]: { IssuerURL: issuer, ClientID: "sigstore", Type: "email" } } }));
  const [http, grpc, metrics] = await freePorts(3);
  const options = ["--ca", "ephemeralca", "--ct-log-url=", "--config-path", config, "--host", "127.0.0.1", "--port", `${http}`];
  options.push("--grpc-host", "127.0.0.1", "--grpc-port", `${grpc}`, "--metrics-port", `${metrics}`);
  options.push("--legacy-unix-domain-socket", `@touchmark-fulcio-${http}`);
  return startServer(peerPath("fulcio"), ["serve", ...options], /listening on http at 127\.0\.0\.1:(\d+)/);
}
