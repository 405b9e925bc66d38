/** Small texts in evidence are bounded in JSON values too: each may come a thousand times with one image. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { encodeUtf8 } from "../core/bytes.ts";
import { parseLogBody } from "../verification/log-body.ts";
import { parseLogBundle } from "./cosign-legacy/log-bundle.ts";
import { parseSimpleSigning } from "./cosign-legacy/simple-signing.ts";

const many = `{"x":[${"0,".repeat(100_000)}0]}`;
const tooMany = { code: "LIMIT_EXCEEDED", message: /more than 10000 values/ };

test("a log entry's body, cosign's log annotation and a simple signing payload of 100,000 values are refused before a value is created", () => {
  assert.throws(() => parseLogBody(encodeUtf8(many), "the body"), tooMany);
  assert.throws(() => parseLogBundle(many), tooMany);
  assert.throws(() => parseSimpleSigning(encodeUtf8(many)), tooMany);
});
