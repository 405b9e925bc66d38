/** Parses a pushed manifest as far as the registry needs it. */
import { asciiLowerCase } from "../../../core/ascii.ts";
import { TouchmarkError } from "../../../core/errors.ts";
import { Fields, parseJson } from "../../../core/json/json.ts";
import { ociLimits } from "../../../core/oci/limits.ts";
import { manifestMediaTypes, parseManifest, type Manifest } from "../../../core/oci/manifest.ts";
import { RegistryError } from "../registry-error.ts";

/** Returns a manifest of a known type; undefined for other types, of which only `mediaType` is read. Throws MANIFEST_INVALID. */
export function readPushedManifest(bytes: Uint8Array, mediaType: string, maxBytes: number): Manifest | undefined {
  try {
    if (manifestMediaTypes.includes(mediaType)) return parseManifest(bytes, mediaType);
    const stated = new Fields(parseJson(bytes, "manifest", { maxBytes, maxValues: ociLimits.indexValues }), "manifest").optionalString(
      "mediaType",
    );
    if (stated === undefined || asciiLowerCase(stated) === mediaType) return undefined;
    throw new RegistryError("MANIFEST_INVALID", `the manifest says it is ${JSON.stringify(stated.slice(0, 150))} and came as ${mediaType}`);
  } catch (error) {
    if (error instanceof TouchmarkError) throw new RegistryError("MANIFEST_INVALID", error.message, { cause: error });
    throw error;
  }
}
