import assert from "node:assert/strict";
import { test } from "node:test";
import { encodeUtf8 } from "../../core/bytes.ts";
import { digestOf } from "../../core/digest.ts";
import { attestation } from "./attestation.ts";

test("an attestation with too many JSON values in its envelope is not read", () => {
  const bytes = encodeUtf8(JSON.stringify({ payload: "", payloadType: "", signatures: Array.from({ length: 1000 }, () => ({})) }));
  const layer = { mediaType: attestation.mediaType, digest: digestOf(bytes), size: bytes.length };
  assert.throws(() => attestation.read(layer, bytes), { code: "LIMIT_EXCEEDED", message: /more than 1000 values/ });
});
