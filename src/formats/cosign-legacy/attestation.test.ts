import assert from "node:assert/strict";
import { test } from "node:test";
import { encodeUtf8 } from "../../core/bytes.ts";
import { digestOf } from "../../core/digest.ts";
import { formatLimits } from "../limits.ts";
import { attestationLayer } from "./attestation.ts";

const attestation = attestationLayer(formatLimits);
const { signal } = new AbortController();

test("an attestation with too many JSON values in its envelope is not read", async () => {
  const bytes = encodeUtf8(JSON.stringify({ payload: "", payloadType: "", signatures: Array.from({ length: 1000 }, () => ({})) }));
  const layer = { mediaType: attestation.mediaType, digest: digestOf(bytes), size: bytes.length };
  await assert.rejects(attestation.read(layer, bytes, signal), { code: "LIMIT_EXCEEDED", message: /more than 1000 values/ });
});
