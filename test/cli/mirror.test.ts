/** Verdicts distinguish a mirror that lost the signatures from tampering. */
import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { describe, it, type TestContext } from "node:test";
import { blobsOf, mediaTypes, parseManifest } from "../../src/core/oci/manifest.ts";
import type { Repository } from "../../src/core/repository.ts";
import { putImage, putReferrer } from "../fakes/signers.ts";
import { bench, type Bench } from "./harness.ts";

const { signal } = new AbortController();
const bundleType = "application/vnd.dev.sigstore.bundle.v0.3+json";

/** Copies like a client that ignores signatures: the manifest, its blobs, the tag. */
async function copyImageAlone(from: Repository, to: Repository): Promise<void> {
  const stored = await from.manifest("1", signal);
  const image = stored && parseManifest(stored.bytes, stored.descriptor.mediaType);
  assert.ok(image?.kind === "image");
  for (const descriptor of blobsOf(image)) {
    await to.putBlob((await from.blob(descriptor, descriptor.size, signal)) ?? new Uint8Array(), signal);
  }
  await to.putManifest(stored?.bytes ?? new Uint8Array(), mediaTypes.ociManifest, "1", signal);
}

/** The bundle attached to the image, with an altered signature. */
async function alteredBundle(from: Repository): Promise<Uint8Array> {
  const image = await from.manifest("1", signal);
  const [referrer] = image ? await from.referrers(image.descriptor.digest, signal) : [];
  const stored = referrer && (await from.manifest(referrer.digest, signal));
  const manifest = stored && parseManifest(stored.bytes, stored.descriptor.mediaType);
  const [layer] = manifest?.kind === "image" ? manifest.layers : [];
  const bundle = JSON.parse(new TextDecoder().decode((layer && (await from.blob(layer, layer.size, signal))) ?? new Uint8Array()));
  const [signature] = bundle.dsseEnvelope.signatures;
  const bytes = Buffer.from(signature.sig, "base64");
  bytes.writeUInt8(bytes.readUInt8(20) ^ 1, 20);
  signature.sig = bytes.toString("base64");
  return Buffer.from(JSON.stringify(bundle));
}

async function signed(t: TestContext): Promise<Bench> {
  const b = await bench(t);
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  await writeFile(b.path("k.key"), privateKey.export({ type: "pkcs8", format: "pem" }));
  await writeFile(b.path("k.pub"), publicKey.export({ type: "spki", format: "pem" }));
  await putImage(b.repository(`${b.address}/app`), "x", "1");
  assert.equal((await b.run("sign", "--key", b.path("k.key"), `${b.address}/app:1`)).status, 0);
  return b;
}

for (const [where, nameOf] of [
  ["registry", ({ address }: Bench) => `${address}/mirror`],
  ["layout on disk", ({ path }: Bench) => `oci:${path("mirror")}`],
] as const) {
  describe(`a mirror in a ${where}`, () => {
    it("that has the image without its signatures has no signature, and is mended by copying them", async (t) => {
      const b = await signed(t);
      const mirror = nameOf(b);
      await copyImageAlone(b.repository(`${b.address}/app`), b.repository(mirror));
      const { status, stdout } = await b.run("verify", "--key", b.path("k.pub"), `${mirror}:1`);
      assert.equal(status, 10);
      assert.match(stdout, /^refused: NO_SIGNATURE/);
      assert.match(stdout, /found +no signature in referrers or tag sha256-[0-9a-f]{64}\.sig\n/);
      assert.match(stdout, /to do +If it is a copy, its signatures may have stayed behind: copy them too \(touchmark copy\)/);

      assert.equal((await b.run("copy", `${b.address}/app:1`, `${mirror}:1`)).status, 0);
      assert.equal((await b.run("verify", "--key", b.path("k.pub"), `${mirror}:1`)).status, 0);
    });

    it("whose signature was altered is refused for that", async (t) => {
      const b = await signed(t);
      const mirror = b.repository(nameOf(b));
      await copyImageAlone(b.repository(`${b.address}/app`), mirror);
      const image = await mirror.manifest("1", signal);
      assert.ok(image);
      const bytes = await alteredBundle(b.repository(`${b.address}/app`));
      await putReferrer(mirror, { subject: image.descriptor, artifactType: bundleType, layer: { mediaType: bundleType, bytes } });
      const { status, stdout } = await b.run("verify", "--key", b.path("k.pub"), `${nameOf(b)}:1`);
      assert.equal(status, 12);
      assert.match(stdout, /^refused: SIGNATURE_INVALID/);
      assert.doesNotMatch(stdout, /touchmark copy/);
    });
  });
}
