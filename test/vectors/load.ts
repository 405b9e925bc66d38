/** Reads a vector folder as the formats see it. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { digestOf, type Digest } from "../../src/core/digest.ts";
import type { Evidence, Found, RepositoryLocation } from "../../src/core/evidence.ts";
import { mediaTypes, parseManifest } from "../../src/core/oci/manifest.ts";
import type { Subject } from "../../src/core/subject.ts";
import type { Format } from "../../src/formats/format.ts";
import { parsePublicKey } from "../../src/trust/parse-public-key.ts";
import { makeTrust, type Trust } from "../../src/trust/trust.ts";

const folder = import.meta.dirname;

export interface Vector {
  readonly name: string;
  readonly subject: Subject;
  readonly found: Found;
  readonly layer: Uint8Array;
  readonly blobs: ReadonlyMap<Digest, Uint8Array>;
  readonly trust: Trust;
}

/** The vectors of a format: its folders under test/vectors. */
export function vectorNames(format: string): readonly string[] {
  return readdirSync(join(folder, format));
}

export function loadVector(format: string, name: string): Vector {
  const read = (file: string): Uint8Array => readFileSync(join(folder, format, name, file));
  const layerFile = readdirSync(join(folder, format, name)).find((file) => ["bundle.json", "payload.json", "envelope.json"].includes(file));
  if (layerFile === undefined) throw new Error(`${format}/${name} has no layer`);
  const layer = read(layerFile);
  return {
    name,
    subject: subjectOf(read("image.json")),
    found: foundOf(read("manifest.json"), format === "bundle" ? { kind: "referrers" } : { kind: "tag", tag: "vector", holds: ["signature"] }),
    layer,
    blobs: new Map([[digestOf(layer), layer]]),
    trust: makeTrust({ keys: [{ name: "key.pub", publicKey: parsePublicKey(read("key.pub"), "key.pub") }] }),
  };
}

export function subjectOf(manifest: Uint8Array): Subject {
  const digest = digestOf(manifest);
  return {
    repository: "registry.example/app",
    reference: `registry.example/app@${digest}`,
    digest,
    descriptor: { mediaType: mediaTypes.ociManifest, digest, size: manifest.length },
    manifest,
  };
}

export function foundOf(bytes: Uint8Array, location: RepositoryLocation): Found {
  const manifest = parseManifest(bytes, mediaTypes.ociManifest);
  if (manifest.kind !== "image") throw new Error("not an image manifest");
  return { location, manifest, descriptor: { mediaType: mediaTypes.ociManifest, digest: digestOf(bytes), size: bytes.length } };
}

/** All the evidence that the format reads in it. */
export function evidenceIn(format: Format, { found, blobs }: Pick<Vector, "found" | "blobs">): readonly Evidence[] {
  return format.recognise(found)?.read(blobs) ?? [];
}
