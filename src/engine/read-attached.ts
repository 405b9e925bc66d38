/** Reads a signature attached to an image as a file of its own. */
import type { Digest } from "../core/digest.ts";
import { TouchmarkError } from "../core/errors.ts";
import { parseManifest } from "../core/oci/manifest.ts";
import type { Repository } from "../core/repository.ts";
import type { DetachedSignatures } from "../formats/format.ts";

/** The signature's bytes. The manifest must hold exactly one signature. Throws UNSUPPORTED, REGISTRY_ERROR, and what the repository throws. */
export async function readAttached(
  repository: Repository,
  manifest: Digest,
  { maxBytes }: DetachedSignatures,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const stored = await repository.manifest(manifest, signal);
  const parsed = stored && parseManifest(stored.bytes, stored.descriptor.mediaType);
  const [layer, ...more] = parsed?.kind === "image" ? parsed.layers : [];
  if (more.length > 0) throw new TouchmarkError("UNSUPPORTED", `the manifest ${manifest} holds more than one signature`);
  const bytes = layer && (await repository.blob(layer, maxBytes, signal));
  if (!bytes) throw new TouchmarkError("REGISTRY_ERROR", `${repository.name} does not have the signature in ${manifest}`);
  return bytes;
}
