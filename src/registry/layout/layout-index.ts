/**
 * The index.json of a layout folder (OCI image specification, image-layout.md): an image index whose entries have one tag
 * each, or none, as the annotation `org.opencontainers.image.ref.name`.
 */
import type { Digest } from "../../core/digest.ts";
import { malformed } from "../../core/errors.ts";
import { isJsonObject, type JsonObject } from "../../core/json/json.ts";
import { descriptorToJson, mediaTypes, parseManifest, type Descriptor } from "../../core/oci/manifest.ts";
import { isTag } from "../../core/oci/reference.ts";
import { rewriteIndex } from "../index-document.ts";

const refName = "org.opencontainers.image.ref.name";

export function parseIndex(bytes: Uint8Array): readonly Descriptor[] {
  const manifest = parseManifest(bytes, mediaTypes.ociIndex);
  return manifest.kind === "index" ? manifest.manifests : [];
}

/** Returns the entry with the tag; throws MALFORMED if two entries with different digests have it. */
export function taggedIn(entries: readonly Descriptor[], tag: string): Descriptor | undefined {
  const [first, ...others] = entries.filter(({ annotations }) => annotations?.[refName] === tag);
  if (others.some(({ digest }) => digest !== first?.digest)) throw malformed(`index.json has the tag ${tag} on several manifests`);
  return first;
}

/** Returns the only image of a folder, if it has no tag. Manifests attached to images, by artifact type or tag, do not count. */
export function onlyImageIn(entries: readonly Descriptor[]): Descriptor | undefined {
  const nameOf = ({ annotations }: Descriptor): string => annotations?.[refName] ?? "";
  const [first, ...others] = entries.filter((entry) => isImage(entry) && !/^sha(?:256|512)-/.test(nameOf(entry)));
  return first && others.length === 0 && nameOf(first) === "" ? first : undefined;
}

/** Some tools write the media type of an image's config as its artifact type. */
function isImage({ artifactType }: Descriptor): boolean {
  return artifactType === undefined || artifactType === mediaTypes.ociConfig;
}

/** Returns the index with the manifest, under the tag if one is given; the manifest that had the tag stays, without it. */
export function withManifest(index: Uint8Array | undefined, entry: Descriptor, tag: string | undefined): Uint8Array {
  return rewriteIndex(index, (entries) => {
    if (tag === undefined) return entries.some(({ digest }) => digest === entry.digest) ? entries : [...entries, descriptorToJson(entry)];
    const others = entries
      .map((other) => (tagOf(other) === tag ? withoutTag(other) : other))
      .filter((other) => other["digest"] !== entry.digest || tagOf(other) !== undefined);
    return [...others, descriptorToJson({ ...entry, annotations: { ...entry.annotations, [refName]: tag } })];
  });
}

/** Returns the index without the manifest, under any tag. */
export function withoutManifest(index: Uint8Array, digest: Digest): Uint8Array {
  return rewriteIndex(index, (entries) => entries.filter((entry) => entry["digest"] !== digest));
}

/** Returns the index without the tag; its manifest stays. */
export function untagged(index: Uint8Array, tag: string): Uint8Array {
  return rewriteIndex(index, (entries) => entries.map((entry) => (tagOf(entry) === tag ? withoutTag(entry) : entry)));
}

/** Returns the tags, each once, in the order of the entries. */
export function tagsIn(entries: readonly Descriptor[]): readonly string[] {
  const names = entries.flatMap(({ annotations }) => annotations?.[refName] ?? []);
  return [...new Set(names.filter(isTag))];
}

function tagOf({ annotations }: JsonObject): unknown {
  return isJsonObject(annotations) ? annotations[refName] : undefined;
}

function withoutTag(entry: JsonObject): JsonObject {
  const { [refName]: _, ...annotations } = isJsonObject(entry["annotations"]) ? entry["annotations"] : {};
  return { ...entry, annotations };
}
