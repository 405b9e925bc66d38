/**
 * Makes the signatures in bundle/ and cosign/ anew: real ones, by the pinned cosign against crane's registry.
 * `npm run peers && node test/vectors/make.ts`
 */
import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { copyFile, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { attest, importKey, sign, type Format } from "../interop/harness/cosign.ts";
import { pushImage, serveRegistry } from "../interop/harness/crane.ts";

const keys: Readonly<Record<string, KeyObject>> = {
  "ecdsa-p256": generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey,
  "ecdsa-p384": generateKeyPairSync("ec", { namedCurve: "P-384" }).privateKey,
  "ecdsa-p521": generateKeyPairSync("ec", { namedCurve: "P-521" }).privateKey,
  "rsa-2048": generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey,
  "rsa-4096": generateKeyPairSync("rsa", { modulusLength: 4096 }).privateKey,
  ed25519ph: generateKeyPairSync("ed25519").privateKey,
  "other-key": generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey,
};
const annotations = ["-a", "stage=production", "-a", "build=42"];

const work = await mkdtemp(join(tmpdir(), "touchmark-vectors-"));
const registry = await serveRegistry();
const host = `127.0.0.1:${registry.said}`;
try {
  const predicate = join(work, "predicate.json");
  await writeFile(predicate, '{"buildType":"https://example.com/build/v1","verified":true}');
  await Promise.all(Object.entries(keys).map(([name, key]) => importKey(join(work, name), key.export({ type: "pkcs8", format: "pem" }))));
  const p256 = join(work, "ecdsa-p256");
  const both = (["bundle", "cosign-legacy"] as const).flatMap((format) => [
    ...Object.keys(keys).map((name) => make(format, name, name, (image) => sign(image, join(work, name), format))),
    make(format, "annotated", "ecdsa-p256", (image) => sign(image, p256, format, annotations)),
    make(format, "attestation", "ecdsa-p256", (image) =>
      attest(image, p256, format, ["--type", "https://example.com/build/v1", "--predicate", predicate]),
    ),
  ]);
  const twoSigners = make("cosign-legacy", "two-signers", "ecdsa-p256", async (image) => {
    await sign(image, join(work, "other-key"), "cosign-legacy");
    await sign(image, p256, "cosign-legacy");
  });
  await Promise.all([...both, twoSigners]);
} finally {
  await registry.stop();
  await rm(work, { recursive: true });
}

/** Has one image signed in a repository of its own, and keeps what then lies in the registry. */
async function make(format: Format, name: string, key: string, signImage: (image: string) => Promise<void>): Promise<void> {
  const repository = `vectors/${format}/${name}`;
  const image = await pushImage(`${host}/${repository}:1`);
  await signImage(image);

  const digest = image.slice(image.indexOf("@") + 1);
  const tag = digest.replace(":", "-");
  const evidence =
    format === "bundle"
      ? firstDigest(await fetchBytes(`${repository}/manifests/${tag}`), "manifests")
      : `${tag}.${name === "attestation" ? "att" : "sig"}`;
  const manifest = await fetchBytes(`${repository}/manifests/${evidence}`);
  const files = {
    "image.json": await fetchBytes(`${repository}/manifests/${digest}`),
    "manifest.json": manifest,
    [layerFile(format, name)]: await fetchBytes(`${repository}/blobs/${firstDigest(manifest, "layers")}`),
  };
  const folder = join(import.meta.dirname, format, name);
  await mkdir(folder, { recursive: true });
  await Promise.all(Object.entries(files).map(([file, bytes]) => writeFile(join(folder, file), bytes)));
  await copyFile(join(work, `${key}.pub`), join(folder, "key.pub"));
}

function layerFile(format: Format, name: string): string {
  if (format === "bundle") return "bundle.json";
  return name === "attestation" ? "envelope.json" : "payload.json";
}

async function fetchBytes(path: string): Promise<Uint8Array> {
  const response = await fetch(`http://${host}/v2/${path}`, { signal: AbortSignal.timeout(10_000) });
  if (!response.ok) throw new Error(`GET ${path} answered ${response.status}`);
  return response.bytes();
}

function firstDigest(document: Uint8Array, list: "manifests" | "layers"): string {
  const [first] = JSON.parse(new TextDecoder().decode(document))[list];
  return first.digest;
}
