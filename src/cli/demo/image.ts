/** Builds a valid image of one small file in memory. */
import { gzipSync } from "node:zlib";
import { concat, encodeUtf8 } from "../../core/bytes.ts";
import { digestOf } from "../../core/digest.ts";
import { mediaTypes, type Descriptor } from "../../core/oci/manifest.ts";
import type { Repository } from "../../core/repository.ts";
import { encodeTar } from "../../registry/layout/tar-writer.ts";

/** Pushes an image with this text under the tag. */
export async function pushImage(repository: Repository, tag: string, text: string, signal: AbortSignal): Promise<Descriptor> {
  const tar = concat([...encodeTar([{ path: "hello.txt", content: encodeUtf8(text) }])]);
  const layer = gzipSync(tar);
  const config = encodeUtf8(
    JSON.stringify({
      architecture: "amd64",
      os: "linux",
      config: {},
      rootfs: { type: "layers", diff_ids: [digestOf(tar)] },
    }),
  );
  const manifest = encodeUtf8(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: mediaTypes.ociManifest,
      config: { mediaType: mediaTypes.ociConfig, digest: digestOf(config), size: config.length },
      layers: [{ mediaType: mediaTypes.ociLayer, digest: digestOf(layer), size: layer.length }],
    }),
  );
  await Promise.all([repository.putBlob(layer, signal), repository.putBlob(config, signal)]);
  return repository.putManifest(manifest, mediaTypes.ociManifest, tag, signal);
}
