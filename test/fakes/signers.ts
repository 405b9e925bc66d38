/** Signers and images for tests: keys in memory, small images in any repository. */
import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { encodeUtf8 } from "../../src/core/bytes.ts";
import { digestOf } from "../../src/core/digest.ts";
import { mediaTypes, type Descriptor } from "../../src/core/oci/manifest.ts";
import { publicKeyOf, type PublicKey } from "../../src/core/keys/public-key.ts";
import type { Repository } from "../../src/core/repository.ts";
import type { Signer } from "../../src/core/signer.ts";
import { formats } from "../../src/formats/all.ts";
import type { Format } from "../../src/formats/format.ts";
import { makeTrust, type Trust } from "../../src/trust/trust.ts";

/** The formats that sign with a key only, without a certificate. */
export const keyFormats: readonly Format[] = formats.filter(({ writers }) => writers.signature?.abilities.needsChain !== true);

export interface Person {
  readonly publicKey: PublicKey;
  readonly signer: Signer;
  /** Trust in this person only. */
  readonly trust: Trust;
}

export function person(name: string, privateKey: KeyObject = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey): Person {
  const publicKey = publicKeyOf(privateKey, name);
  const description = { publicKey };
  return {
    publicKey,
    trust: makeTrust({ keys: [{ name: `${name}.pub`, publicKey }] }),
    signer: {
      describe: async () => description,
      sign: async ({ bytes }) => ({ signature: publicKey.algorithm.signs.sign(privateKey, bytes), by: description }),
    },
  };
}

const signal = new AbortController().signal;

/** Stores an image whose only layer is this text. */
export async function putImage(repository: Repository, text: string, tag?: string): Promise<Descriptor> {
  const layer = encodeUtf8(text);
  const config = encodeUtf8("{}");
  await repository.putBlob(layer, signal);
  await repository.putBlob(config, signal);
  const manifest = {
    schemaVersion: 2,
    mediaType: mediaTypes.ociManifest,
    config: { mediaType: mediaTypes.ociConfig, digest: digestOf(config), size: config.length },
    layers: [{ mediaType: "text/plain", digest: digestOf(layer), size: layer.length }],
  };
  return repository.putManifest(encodeUtf8(JSON.stringify(manifest)), mediaTypes.ociManifest, tag, signal);
}

/** Stores an index of these images. */
export function putIndex(repository: Repository, manifests: readonly Descriptor[], tag: string): Promise<Descriptor> {
  const index = { schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests };
  return repository.putManifest(encodeUtf8(JSON.stringify(index)), mediaTypes.ociIndex, tag, signal);
}

export interface Referrer {
  readonly subject: Descriptor;
  readonly artifactType: string;
  /** Media type of the layer, and its bytes. */
  readonly layer: { readonly mediaType: string; readonly bytes: Uint8Array; readonly size?: number };
  /** How often the layer is listed; once by default. */
  readonly times?: number;
}

/** Attaches a manifest to an image. */
export async function putReferrer(repository: Repository, { subject, artifactType, layer, times = 1 }: Referrer): Promise<Descriptor> {
  const config = encodeUtf8("{}");
  await repository.putBlob(layer.bytes, signal);
  await repository.putBlob(config, signal);
  const manifest = {
    schemaVersion: 2,
    mediaType: mediaTypes.ociManifest,
    artifactType,
    config: { mediaType: mediaTypes.ociEmpty, digest: digestOf(config), size: config.length },
    layers: Array.from({ length: times }, () => ({
      mediaType: layer.mediaType,
      digest: digestOf(layer.bytes),
      size: layer.size ?? layer.bytes.length,
    })),
    subject: { mediaType: subject.mediaType, digest: subject.digest, size: subject.size },
  };
  return repository.putManifest(encodeUtf8(JSON.stringify(manifest)), mediaTypes.ociManifest, undefined, signal);
}
