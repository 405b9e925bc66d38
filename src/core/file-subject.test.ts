import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { describe, it } from "node:test";
import * as fc from "fast-check";
import { concat } from "./bytes.ts";
import { readFileSubject } from "./file-subject.ts";

async function* chunksOf(chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* chunks;
}

describe("a file that is read", () => {
  it("has the digest of the whole file, and its bytes up to the limit", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 50 }), { maxLength: 10 }), fc.nat(300), async (chunks, maxBytes) => {
        const whole = concat(chunks);
        for (const algorithm of ["sha256", "sha384", "sha512"] as const) {
          const { reference, digest, size, bytes } = await readFileSubject("name", chunksOf(chunks), { algorithm, maxBytes });
          assert.equal(reference, "name");
          assert.equal(digest, `${algorithm}:${createHash(algorithm).update(whole).digest("hex")}`);
          assert.equal(size, whole.length);
          assert.deepEqual(bytes, whole.length <= maxBytes ? whole : undefined);
        }
      }),
    );
  });

  it("is refused if reading breaks off", async () => {
    const broken = async function* (): AsyncGenerator<Uint8Array> {
      yield Uint8Array.of(1);
      throw new Error("gone");
    };
    await assert.rejects(readFileSubject("name", broken()), { message: "gone" });
  });
});
