/** Small images, each another one, in the repository that the benchmarks use. */
import { mapBounded } from "../../src/core/async/map-bounded.ts";
import { digestOf } from "../../src/core/digest.ts";
import { mediaTypes, type Descriptor } from "../../src/core/oci/manifest.ts";
import { benchClient } from "./client.ts";

export const repository = "bench/app";

const config = Buffer.from('{"architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":[]}}');
let made = 0;

/** Pushes so many images, of no layer. */
export async function pushImages(url: string, count: number): Promise<readonly Descriptor[]> {
  const client = benchClient(url, 8);
  const descriptor = { mediaType: mediaTypes.ociConfig, digest: digestOf(config), size: config.length };
  try {
    await client.pushBlob({ parts: [config, Buffer.alloc(0)], ...descriptor });
    return await mapBounded(Array.from({ length: count }), 8, async () => {
      const annotations = { number: String(made++) };
      const content = { schemaVersion: 2, mediaType: mediaTypes.ociManifest, config: descriptor, layers: [], annotations };
      const bytes = Buffer.from(JSON.stringify(content));
      const digest = digestOf(bytes);
      await client.putManifest(digest, mediaTypes.ociManifest, bytes);
      return { mediaType: mediaTypes.ociManifest, digest, size: bytes.length };
    });
  } finally {
    client.close();
  }
}
