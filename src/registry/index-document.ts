/** Changes to an index with other writers: unknown members stay as they are. */
import { encodeUtf8 } from "../core/bytes.ts";
import { Fields, parseJson, type JsonObject } from "../core/json/json.ts";
import { ociLimits } from "../core/oci/limits.ts";
import { mediaTypes, parseManifest } from "../core/oci/manifest.ts";

/** Returns the entries of the index; undefined means an empty index. */
export function entriesIn(index: Uint8Array | undefined): readonly JsonObject[] {
  return index === undefined
    ? []
    : fieldsOf(index)
        .objects("manifests", ociLimits.entries)
        .map(({ object }) => object);
}

/** Returns the index with other entries; undefined means an empty index. Throws LIMIT_EXCEEDED if it would be too long to read. */
export function rewriteIndex(index: Uint8Array | undefined, change: (entries: readonly JsonObject[]) => readonly object[]): Uint8Array {
  const manifests = change(entriesIn(index));
  const rewritten = { ...(index && fieldsOf(index).object), schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests };
  const bytes = encodeUtf8(JSON.stringify(rewritten));
  parseManifest(bytes, mediaTypes.ociIndex);
  return bytes;
}

function fieldsOf(index: Uint8Array): Fields {
  return new Fields(parseJson(index, "index", { maxBytes: ociLimits.manifestBytes }), "index");
}
