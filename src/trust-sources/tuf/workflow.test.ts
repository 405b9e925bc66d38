import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import * as fc from "fast-check";
import { readsOrRefuses } from "../../../test/reads-or-refuses.ts";
import { TouchmarkError } from "../../core/errors.ts";
import { checkFileFacts } from "./file-facts.ts";
import { acceptSnapshot, acceptTargets, acceptTimestamp, nextRoot, openRoot, openSnapshot, requireFresh } from "./workflow.ts";

const vector = (name: string): Buffer => readFileSync(new URL(`../../../test/vectors/tuf/${name}`, import.meta.url));
const first = openRoot(vector("14.root.json"));
const root = nextRoot(vector("15.root.json"), first);
const then = Date.parse("2026-08-21T20:00:00Z");

test("the public Sigstore repository is verified from one root to the next and down to a target", () => {
  const timestamp = acceptTimestamp(vector("timestamp.json"), root);
  const snapshot = acceptSnapshot(vector("165.snapshot.json"), root, timestamp);
  const targets = acceptTargets(vector("14.targets.json"), root, snapshot);
  checkFileFacts(vector("trusted_root.json"), targets.files.get("trusted_root.json") ?? assert.fail(), "it");
  assert.deepEqual([root.version, timestamp.version, snapshot.version, targets.version], [15, 762, 165, 14]);
  assert.deepEqual(root.roles.root.threshold, 3);
  for (const document of [root, timestamp, snapshot, targets]) requireFresh(document, then);
  assert.throws(() => requireFresh(timestamp, Date.parse("2026-08-28T19:25:56Z")), { code: "TRUST_ROOT_EXPIRED" });
});

test("a document of the public repository with one character changed is refused", () => {
  const bytes = vector("15.root.json");
  const { signatures } = JSON.parse(bytes.toString());
  assert.ok(signatures.length >= 3);
  // The signatures, of which one more than needed may be lost, come before the signed part.
  const start = bytes.indexOf('"signed"');
  const at = fc.integer({ min: start, max: bytes.length - 1 }).filter((i) => /\w/.test(String.fromCharCode(bytes[i] ?? 0)));
  fc.assert(
    fc.property(at, (i) => {
      const changed = Buffer.from(bytes);
      changed[i] = (changed[i] ?? 0) ^ 1;
      assert.throws(() => nextRoot(changed, first), TouchmarkError);
    }),
    { numRuns: 40 },
  );
});

test("for any bytes, the error is a TouchmarkError", () => {
  const name = fc.constantFrom("15.root.json", "timestamp.json", "165.snapshot.json");
  const piece = fc.tuple(name, fc.nat(3000), fc.nat(3000), fc.uint8Array({ maxLength: 20 }));
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array(), piece), (input) => {
      const bytes =
        input instanceof Uint8Array
          ? input
          : Buffer.concat([vector(input[0]).subarray(0, input[1]), input[3], vector(input[0]).subarray(input[2])]);
      for (const read of [openRoot, (some: Uint8Array) => acceptTimestamp(some, root), (some: Uint8Array) => openSnapshot(some, root)]) {
        readsOrRefuses(() => read(bytes), "TRUST_ROOT_INVALID", "LIMIT_EXCEEDED");
      }
    }),
  );
});
