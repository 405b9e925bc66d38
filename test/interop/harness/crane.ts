/** crane as the suite calls it: small images, and a registry in memory that has no referrers API. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { peerPath } from "../peers/peer.ts";
import { runWell } from "./run.ts";
import { startServer, type Running } from "./server.ts";

const crane = peerPath("crane");

/** Serves a registry on loopback; `said` is its port. */
export async function serveRegistry(): Promise<Running> {
  return startServer(crane, ["registry", "serve", "--address", "127.0.0.1:0"], /serving on port (\d+)/);
}

/** Pushes an image of one empty layer; other `blocks`, other content. Returns NAME@DIGEST. */
export async function pushImage(reference: string, blocks = 2): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "touchmark-image-"));
  try {
    const layer = join(folder, "layer.tar");
    await writeFile(layer, Buffer.alloc(512 * blocks));
    return (await runWell(crane, ["append", "--oci-empty-base", "-f", layer, "-t", reference])).trim();
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** The digest of the image's manifest, as the registry says it. */
export async function digest(image: string): Promise<string> {
  return (await runWell(crane, ["digest", image])).trim();
}

/** The digest of the image's configuration. */
export async function configuration(image: string): Promise<string> {
  return JSON.parse(await runWell(crane, ["manifest", image])).config.digest;
}
