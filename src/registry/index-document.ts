/** Changes to an index that others write too: what we do not know in it stays as it is. */
import { encodeUtf8 } from "../core/bytes.ts";
import { Fields, parseJson, type JsonObject } from "../core/json/json.ts";
import { maxEntries, maxManifestBytes, mediaTypes, parseManifest } from "../core/oci/manifest.ts";

/** The entries as they stand there; undefined stands for an empty index. */
export function entriesIn(index: Uint8Array | undefined): readonly JsonObject[] {
  return index === undefined
    ? []
    : fieldsOf(index)
        .objects("manifests", maxEntries)
        .map(({ object }) => object);
}

/** The index with other entries; undefined stands for an empty one. Throws LIMIT_EXCEEDED if it would get too long to be read. */
export function rewriteIndex(index: Uint8Array | undefined, change: (entries: readonly JsonObject[]) => readonly object[]): Uint8Array {
  const manifests = change(entriesIn(index));
  const rewritten = { ...(index && fieldsOf(index).object), schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests };
  const bytes = encodeUtf8(JSON.stringify(rewritten));
  parseManifest(bytes, mediaTypes.ociIndex);
  return bytes;
}

function fieldsOf(index: Uint8Array): Fields {
  return new Fields(parseJson(index, "index", { maxBytes: maxManifestBytes }), "index");
}
