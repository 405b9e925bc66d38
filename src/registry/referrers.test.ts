/** Listings of which a part cannot be read: what can be read counts, and what cannot is reported. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { encodeUtf8 } from "../core/bytes.ts";
import { digestOf } from "../core/digest.ts";
import { TouchmarkError } from "../core/errors.ts";
import { ociLimits } from "../core/oci/limits.ts";
import { mediaTypes, parseListing, type Descriptor } from "../core/oci/manifest.ts";
import { PartialListing } from "../core/partial-listing.ts";
import { united } from "./referrers.ts";

const { signal } = new AbortController();
const entry = (name: string): Descriptor => ({ mediaType: mediaTypes.ociManifest, digest: digestOf(encodeUtf8(name)), size: 1 });
const [a, b] = [entry("a"), entry("b")];
const fault = new TouchmarkError("UNREACHABLE", "no route");
const good = async (...entries: readonly Descriptor[]) => ({ entries, faults: [] });

async function thrown(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => assert.fail("nothing was thrown"),
    (error: unknown) => error,
  );
}

describe("a listing in parts", () => {
  it("has each entry once", async () => {
    assert.deepEqual(await united([good(a, b), good(b)], signal), [a, b]);
  });

  it("of which one cannot be read holds the other", async () => {
    for (const parts of [
      [good(a), Promise.reject(fault)],
      [Promise.reject(fault), good(a)],
    ]) {
      const error = await thrown(united(parts, signal));
      assert.ok(error instanceof PartialListing);
      assert.deepEqual([error.code, error.entries, error.faults], ["UNREACHABLE", [a], [fault]]);
    }
  });

  it("none of which can be read is an error like any", async () => {
    assert.equal(await thrown(united([Promise.reject(fault), Promise.reject(new Error("x"))], signal)), fault);
    assert.equal(await thrown(united([Promise.reject(fault), good()], signal)), fault);
  });

  it("is interrupted as a whole", async () => {
    const controller = new AbortController();
    controller.abort(new TouchmarkError("TIMEOUT", "not done"));
    const error = await thrown(united([good(a), Promise.reject(controller.signal.reason)], controller.signal));
    assert.ok(error instanceof TouchmarkError && !(error instanceof PartialListing));
    assert.equal(error.code, "TIMEOUT");
  });

  it("over the limit holds as many as the limit", async () => {
    const many = Array.from({ length: ociLimits.entries }, (_, i) => entry(`${i}`));
    const error = await thrown(united([good(a, ...many)], signal));
    assert.ok(error instanceof PartialListing);
    assert.deepEqual([error.code, error.entries.length, error.entries[0]], ["LIMIT_EXCEEDED", ociLimits.entries, a]);
  });

  it("holds its other entries beside one that cannot be read", () => {
    const manifests = [{ ...a, annotations: { x: 1 } }, "x", { ...b, digest: "md5:0" }, b];
    const index = { schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests };
    const { entries, faults } = parseListing(encodeUtf8(JSON.stringify(index)), mediaTypes.ociIndex);
    assert.deepEqual(entries, [b]);
    assert.deepEqual(
      faults.map(({ code }) => code),
      ["MALFORMED", "MALFORMED", "MALFORMED"],
    );
  });
});
