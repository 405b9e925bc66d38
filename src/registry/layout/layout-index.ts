/**
 * The index.json of a layout folder (OCI image specification, image-layout.md): an image index whose entries bear one tag
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

/** The entry that bears the tag; throws MALFORMED if two of different digests do. */
export function taggedIn(entries: readonly Descriptor[], tag: string): Descriptor | undefined {
  const [first, ...others] = entries.filter(({ annotations }) => annotations?.[refName] === tag);
  if (others.some(({ digest }) => digest !== first?.digest)) throw malformed(`index.json has the tag ${tag} on several manifests`);
  return first;
}

/** The image of a folder that has no other and gives it no name. What hangs on images, by artifact type or tag, does not count. */
export function onlyImageIn(entries: readonly Descriptor[]): Descriptor | undefined {
  const nameOf = ({ annotations }: Descriptor): string => annotations?.[refName] ?? "";
  const [first, ...others] = entries.filter((entry) => isImage(entry) && !/^sha(?:256|512)-/.test(nameOf(entry)));
  return first && others.length === 0 && nameOf(first) === "" ? first : undefined;
}

/** Some tools write an image's config's media type as its artifact type. */
function isImage({ artifactType }: Descriptor): boolean {
  return artifactType === undefined || artifactType === mediaTypes.ociConfig;
}

/** The index with the manifest listed, under the tag where one is given; the manifest that bore the tag stays, without it. */
export function withManifest(index: Uint8Array | undefined, entry: Descriptor, tag: string | undefined): Uint8Array {
  return rewriteIndex(index, (entries) => {
    if (tag === undefined) return entries.some(({ digest }) => digest === entry.digest) ? entries : [...entries, descriptorToJson(entry)];
    const others = entries
      .map((other) => (tagOf(other) === tag ? withoutTag(other) : other))
      .filter((other) => other["digest"] !== entry.digest || tagOf(other) !== undefined);
    return [...others, descriptorToJson({ ...entry, annotations: { ...entry.annotations, [refName]: tag } })];
  });
}

/** The index without the manifest, under whatever tags it was. */
export function withoutManifest(index: Uint8Array, digest: Digest): Uint8Array {
  return rewriteIndex(index, (entries) => entries.filter((entry) => entry["digest"] !== digest));
}

/** The index without the tag; the manifest that bore it stays. */
export function untagged(index: Uint8Array, tag: string): Uint8Array {
  return rewriteIndex(index, (entries) => entries.map((entry) => (tagOf(entry) === tag ? withoutTag(entry) : entry)));
}

/** The tags, each once, in the order of the entries. */
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
