import assert from "node:assert/strict";
import { it } from "node:test";
import { sliceBytes } from "../async/in-slices.ts";
import { concat } from "../bytes.ts";
import { hash } from "./hash.ts";
import { hashInSlices } from "./hash-in-slices.ts";

const parts = [Buffer.alloc(5, "a"), Buffer.alloc(0), Buffer.alloc(3 * sliceBytes + 1, "b"), Buffer.alloc(sliceBytes, "c")];

it("the hash of parts equals the hash of the whole", async () => {
  for (const algorithm of ["sha256", "sha384", "sha512"] as const)
    assert.deepEqual(await hashInSlices(algorithm, parts, new AbortController().signal), hash(algorithm, concat(parts)));
});

it("hashing stops when the signal is aborted", async () => {
  const controller = new AbortController();
  setImmediate(() => controller.abort());
  await assert.rejects(hashInSlices("sha256", parts, controller.signal), { code: "INTERRUPTED" });
});
