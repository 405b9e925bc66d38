/**
 * The OCI model: descriptors, image manifests, indexes (OCI image specification 1.1, and Docker schema 2,
 * which has the same structure under other media types). Artifact manifests, from release candidates of 1.1 and still used by
 * early signatures, are read as image manifests without a config: their blobs are the layers.
 */
import { ociLimits } from "./limits.ts";
import { fromBase64 } from "../bytes.ts";
import { matchesDigest, parseDigest, type Digest } from "../digest.ts";
import { malformed, TouchmarkError } from "../errors.ts";
import { Fields, parseJson } from "../json/json.ts";

export const mediaTypes = {
  ociManifest: "application/vnd.oci.image.manifest.v1+json",
  ociArtifact: "application/vnd.oci.artifact.manifest.v1+json",
  ociIndex: "application/vnd.oci.image.index.v1+json",
  ociConfig: "application/vnd.oci.image.config.v1+json",
  ociLayer: "application/vnd.oci.image.layer.v1.tar+gzip",
  ociEmpty: "application/vnd.oci.empty.v1+json",
  dockerManifest: "application/vnd.docker.distribution.manifest.v2+json",
  dockerIndex: "application/vnd.docker.distribution.manifest.list.v2+json",
} as const;

/** The supported media types of manifests, in the order of the Accept header. */
export const manifestMediaTypes: readonly string[] = [
  mediaTypes.ociIndex,
  mediaTypes.ociManifest,
  mediaTypes.dockerIndex,
  mediaTypes.dockerManifest,
  mediaTypes.ociArtifact,
];

const indexTypes: ReadonlySet<string> = new Set([mediaTypes.ociIndex, mediaTypes.dockerIndex]);
const imageTypes: ReadonlySet<string> = new Set([mediaTypes.ociManifest, mediaTypes.dockerManifest, mediaTypes.ociArtifact]);

/** The empty JSON object, used as the config where there is none (OCI image specification, manifest.md). */
export const emptyConfig: { readonly bytes: Uint8Array; readonly descriptor: Descriptor } = {
  bytes: Buffer.from("{}"),
  descriptor: {
    mediaType: mediaTypes.ociEmpty,
    size: 2,
    digest: "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a",
  },
};

export interface Platform {
  readonly os: string;
  readonly architecture: string;
  readonly variant?: string;
}

export interface Descriptor {
  readonly mediaType: string;
  readonly digest: Digest;
  /** Size in bytes. */
  readonly size: number;
  readonly artifactType?: string;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly platform?: Platform;
  /** The embedded content, already verified against digest and size. */
  readonly data?: Uint8Array;
}

export interface ImageManifest {
  readonly kind: "image";
  readonly mediaType: string;
  readonly artifactType?: string;
  /** Absent only in an artifact manifest. */
  readonly config?: Descriptor;
  readonly layers: readonly Descriptor[];
  readonly subject?: Descriptor;
  readonly annotations: Readonly<Record<string, string>>;
}

export interface ImageIndex {
  readonly kind: "index";
  readonly mediaType: string;
  readonly artifactType?: string;
  readonly manifests: readonly Descriptor[];
  readonly subject?: Descriptor;
  readonly annotations: Readonly<Record<string, string>>;
}

export type Manifest = ImageManifest | ImageIndex;

/**
 * Parses a manifest of this media type. Throws MALFORMED for an ambiguous document (a body of another type than
 * its media type, a manifest that is an index as well), UNSUPPORTED for other types.
 */
export function parseManifest(bytes: Uint8Array, mediaType: string): Manifest {
  const isIndex = indexTypes.has(mediaType);
  const isArtifact = mediaType === mediaTypes.ociArtifact;
  const fields = fieldsOf(bytes, mediaType);
  const subject = fields.optionalFields("subject");
  const artifactType = fields.optionalString("artifactType");
  const common = {
    mediaType,
    annotations: fields.strings("annotations"),
    ...(subject && { subject: parseDescriptor(subject) }),
    ...(artifactType !== undefined && { artifactType }),
  };
  if (isIndex) {
    return { kind: "index", ...common, manifests: fields.objects("manifests", ociLimits.entries).map(parseDescriptor) };
  }
  if (isArtifact)
    return { kind: "image", ...common, layers: fields.has("blobs") ? fields.objects("blobs", ociLimits.layers).map(parseDescriptor) : [] };
  return {
    kind: "image",
    ...common,
    config: parseDescriptor(fields.fields("config")),
    layers: fields.objects("layers", ociLimits.layers).map(parseDescriptor),
  };
}

/** The members of a manifest that is of one kind only. */
function fieldsOf(bytes: Uint8Array, mediaType: string, maxBytes: number = ociLimits.manifestBytes): Fields {
  const isIndex = indexTypes.has(mediaType);
  if (!isIndex && !imageTypes.has(mediaType)) {
    throw new TouchmarkError("UNSUPPORTED", `a manifest of type ${JSON.stringify(mediaType.slice(0, 150))} is not understood`);
  }
  const isArtifact = mediaType === mediaTypes.ociArtifact;
  const fields = new Fields(
    parseJson(bytes, "manifest", { maxBytes, maxValues: isIndex ? ociLimits.indexValues : ociLimits.manifestValues }),
    "manifest",
  );
  if (!isArtifact && fields.size("schemaVersion") !== 2) throw malformed("manifest.schemaVersion is not 2");
  const stated = isArtifact ? fields.string("mediaType") : fields.optionalString("mediaType");
  if (stated !== undefined && stated !== mediaType) {
    throw malformed(`the manifest says it is ${JSON.stringify(stated.slice(0, 150))} and came as ${JSON.stringify(mediaType)}`);
  }
  const foreign = (isIndex ? ["layers", "config"] : isArtifact ? ["layers", "config", "manifests"] : ["manifests"]).find((name) =>
    fields.has(name),
  );
  if (foreign !== undefined) throw malformed(`the manifest is of two kinds: it is ${JSON.stringify(mediaType)} and has "${foreign}"`);
  return fields;
}

export interface IndexEntries {
  readonly entries: readonly Descriptor[];
  /** The errors of the entries that cannot be read. */
  readonly faults: readonly TouchmarkError[];
}

/** Reads an index as a listing, where an entry that cannot be read hides no other. Throws as `parseManifest` does, for the index itself. */
export function parseListing(bytes: Uint8Array, mediaType: string): IndexEntries {
  const fields = fieldsOf(bytes, mediaType, ociLimits.listingBytes);
  if (!indexTypes.has(mediaType)) throw malformed("the listing is an image, not an index");
  const entries: Descriptor[] = [];
  const faults: TouchmarkError[] = [];
  for (const [i, value] of fields.list("manifests", ociLimits.entries).entries()) {
    try {
      entries.push(withListedAnnotations(parseDescriptor(new Fields(value, `${fields.at}.manifests[${i}]`))));
    } catch (error) {
      if (!(error instanceof TouchmarkError)) throw error;
      faults.push(error);
    }
  }
  return { entries, faults };
}

/**
 * The entry with no more annotations than a listing carries. Those of a manifest may take megabytes, and listings repeat them for each
 * reader; whoever needs more reads the manifest.
 */
export function withListedAnnotations(entry: Descriptor): Descriptor {
  const { annotations, ...rest } = entry;
  if (annotations === undefined) return entry;
  let room = ociLimits.listedAnnotationBytes;
  const kept: Record<string, string> = {};
  for (const [key, value] of Object.entries(annotations)) {
    const bytes = key.length + value.length > room ? Infinity : Buffer.byteLength(key) + Buffer.byteLength(value);
    if (bytes > room) continue;
    room -= bytes;
    kept[key] = value;
  }
  return Object.keys(kept).length > 0 ? { ...rest, annotations: kept } : rest;
}

export function parseDescriptor(fields: Fields): Descriptor {
  const digest = parseDigest(fields.string("digest"), `${fields.at}.digest`);
  const size = fields.size("size");
  const artifactType = fields.optionalString("artifactType");
  const platform = fields.optionalFields("platform");
  const data = fields.optionalString("data");
  return {
    mediaType: fields.string("mediaType"),
    digest,
    size,
    ...(artifactType !== undefined && { artifactType }),
    ...(fields.has("annotations") && { annotations: fields.strings("annotations") }),
    ...(platform && { platform: parsePlatform(platform) }),
    ...(data !== undefined && { data: checkedData(data, digest, size, fields.at) }),
  };
}

function parsePlatform(fields: Fields): Platform {
  const variant = fields.optionalString("variant");
  return {
    os: fields.optionalString("os") ?? "unknown",
    architecture: fields.optionalString("architecture") ?? "unknown",
    ...(variant !== undefined && { variant }),
  };
}

function checkedData(data: string, digest: Digest, size: number, at: string): Uint8Array {
  const bytes = fromBase64(data, `${at}.data`);
  if (bytes.length !== size || !matchesDigest(bytes, digest))
    throw malformed(`${at}.data does not have the digest and size stated beside it`);
  return bytes;
}

/** Encodes a descriptor as JSON. */
export function descriptorToJson(descriptor: Descriptor): Record<string, unknown> {
  const { mediaType, digest, size, artifactType, annotations, platform, data } = descriptor;
  return {
    mediaType,
    digest,
    size,
    ...(artifactType !== undefined && { artifactType }),
    ...(annotations && { annotations }),
    ...(platform && { platform }),
    ...(data && { data: Buffer.from(data).toString("base64") }),
  };
}

/** The descriptors, each once: a manifest of a few bytes can list one of them a thousand times. */
export function distinctDescriptors(descriptors: readonly Descriptor[]): readonly Descriptor[] {
  if (descriptors.length < 2) return descriptors;
  return [...new Map(descriptors.map((one) => [JSON.stringify(descriptorToJson(one)), one])).values()];
}

/** All blobs that the manifest refers to. */
export function blobsOf({ config, layers }: ImageManifest): readonly Descriptor[] {
  return config ? [config, ...layers] : layers;
}

/** The artifact type in a referrers listing: its own unless empty, else its config's media type (distribution specification, listing referrers). */
export function artifactTypeOf(manifest: Manifest): string | undefined {
  return manifest.artifactType || (manifest.kind === "image" ? manifest.config?.mediaType : undefined);
}
