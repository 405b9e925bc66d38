/** Reads a vector folder as the formats see it. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parsePem } from "../../src/core/asn1/pem.ts";
import { decodeUtf8 } from "../../src/core/bytes.ts";
import { digestOf, type Digest } from "../../src/core/digest.ts";
import type { Evidence, Found, RepositoryLocation } from "../../src/core/evidence.ts";
import type { Instant } from "../../src/core/instant.ts";
import { mediaTypes, parseManifest } from "../../src/core/oci/manifest.ts";
import type { ImageSubject } from "../../src/core/subject.ts";
import { parseCertificate } from "../../src/core/x509/certificate.ts";
import type { Format } from "../../src/formats/format.ts";
import { parsePublicKey } from "../../src/trust/parse-public-key.ts";
import { makeTrust, type Trust } from "../../src/trust/trust.ts";

const folder = import.meta.dirname;

export interface Vector {
  readonly name: string;
  readonly subject: ImageSubject;
  readonly found: Found;
  readonly layer: Uint8Array;
  readonly blobs: ReadonlyMap<Digest, Uint8Array>;
  readonly trust: Trust;
  /** A time at which it verifies. */
  readonly at: Instant;
}

/** The vectors of a format: its folders under test/vectors. */
export function vectorNames(format: string): readonly string[] {
  return readdirSync(join(folder, format));
}

const layerFiles: ReadonlySet<string> = new Set(["bundle.json", "payload.json", "envelope.json", "envelope.cose"]);

export function loadVector(format: string, name: string): Vector {
  const files = readdirSync(join(folder, format, name));
  const read = (file: string): Uint8Array => readFileSync(join(folder, format, name, file));
  const layerFile = files.find((file) => layerFiles.has(file));
  if (layerFile === undefined) throw new Error(`${format}/${name} has no layer`);
  const layer = read(layerFile);
  const certificates = (file: string) =>
    files.includes(file) ? parsePem(read(file), file).map(({ bytes }) => ({ name: file, certificate: parseCertificate(bytes) })) : [];
  const keys = files.includes("key.pub") ? [{ name: "key.pub", publicKey: parsePublicKey(read("key.pub"), "key.pub") }] : [];
  const manifest = read("manifest.json");
  return {
    name,
    subject: subjectOf(read("image.json")),
    found: foundOf(
      manifest,
      format === "cosign-legacy" ? { kind: "tag", tag: "vector", holds: ["signature"] } : { kind: "referrers" },
    ),
    layer,
    blobs: new Map([[digestOf(layer), layer]]),
    trust: makeTrust({ keys, stores: { ca: certificates("root.pem"), tsa: certificates("tsa.pem") } }),
    at: createdAt(manifest) ?? Date.UTC(2026, 10, 21),
  };
}

/** Notation's vectors verify in the minutes after they were made. */
function createdAt(manifest: Uint8Array): Instant | undefined {
  const annotations: Record<string, string> = JSON.parse(decodeUtf8(manifest)).annotations ?? {};
  return "io.cncf.notary.x509chain.thumbprint#S256" in annotations
    ? Date.parse(annotations["org.opencontainers.image.created"] ?? "") + 60_000
    : undefined;
}

export function subjectOf(manifest: Uint8Array): ImageSubject {
  const digest = digestOf(manifest);
  return {
    kind: "image",
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
export async function evidenceIn(format: Format, { found, blobs }: Pick<Vector, "found" | "blobs">): Promise<readonly Evidence[]> {
  return (await format.recognise(found)?.read(blobs, new AbortController().signal)) ?? [];
}
