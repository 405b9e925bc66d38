import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { decodeUtf8, encodeUtf8 } from "../../core/bytes.ts";
import { loadVector } from "../../../test/vectors/load.ts";
import { encodeSimpleSigning, parseSimpleSigning } from "./simple-signing.ts";
import { extendSignatureImage } from "./signature-image.ts";

describe("simple signing payload", () => {
  for (const name of ["ecdsa-p256", "annotated"]) {
    it(`is written as cosign writes it, byte for byte (${name})`, () => {
      const { layer } = loadVector("cosign-legacy", name);
      assert.equal(decodeUtf8(encodeSimpleSigning(parseSimpleSigning(layer))), decodeUtf8(layer));
    });
  }

  it("refuses another type of simple signing", () => {
    const { layer } = loadVector("cosign-legacy", "ecdsa-p256");
    const other = decodeUtf8(layer).replace("cosign container image signature", "atomic container signature");
    assert.throws(() => parseSimpleSigning(encodeUtf8(other)), { code: "MALFORMED" });
  });

  it("leaves aside what is not text among the optional members", () => {
    const { layer } = loadVector("cosign-legacy", "annotated");
    const document = JSON.parse(decodeUtf8(layer));
    document.optional = { creator: "someone", timestamp: 1_700_000_000, nested: { a: "b" } };
    assert.deepEqual({ ...parseSimpleSigning(encodeUtf8(JSON.stringify(document))).annotations }, { creator: "someone" });
  });
});

describe("image of signatures", () => {
  it("keeps the layers that are there, and lists every layer in its config", () => {
    const { found } = loadVector("cosign-legacy", "two-signers");
    const [layer] = found.manifest.layers;
    assert.ok(layer);
    const { manifest, config } = extendSignatureImage(found.manifest, layer);
    assert.deepEqual(
      JSON.parse(decodeUtf8(manifest)).layers.map((each: { digest: string }) => each.digest),
      [...found.manifest.layers, layer].map(({ digest }) => digest),
    );
    assert.equal(JSON.parse(decodeUtf8(config)).rootfs.diff_ids.length, 3);
  });

  it("writes the first one as cosign does", () => {
    const { found } = loadVector("cosign-legacy", "ecdsa-p256");
    const [layer] = found.manifest.layers;
    assert.ok(layer);
    const { manifest } = extendSignatureImage(undefined, layer);
    const { config, layers } = JSON.parse(decodeUtf8(manifest));
    assert.equal(config.digest, found.manifest.config?.digest);
    assert.deepEqual(layers, [{ ...layer, annotations: { ...layer.annotations } }]);
  });
});
