import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate } from "node:timers/promises";
import * as fc from "fast-check";
import { piecesOf, type Piece } from "./pieces.ts";

const KiB = 1024;

/** Chunks of these sizes in order, and then the failure, if there is one. */
async function* bodyOf(chunks: readonly Uint8Array[], failure?: Error): AsyncGenerator<Uint8Array> {
  yield* chunks;
  if (failure) throw failure;
}

function fullChunks(count: number): readonly Uint8Array[] {
  return Array.from({ length: count }, () => new Uint8Array(64 * KiB));
}

/** The pieces, also if the body then fails. */
async function gather(body: AsyncIterable<Uint8Array>, pieces: Piece[] = []): Promise<readonly Piece[]> {
  const memory = { bytes: 1024 * KiB, held: 0 };
  try {
    for await (const piece of piecesOf(body, 512 * KiB, memory)) pieces.push(piece);
  } finally {
    assert.equal(memory.held, 0);
  }
  return pieces;
}

async function sizesOf(chunks: readonly Uint8Array[]): Promise<readonly number[]> {
  return (await gather(bodyOf(chunks))).map(({ size }) => size / KiB);
}

test("full chunks are written eight at a time, the rest at the end", async () => {
  assert.deepEqual(await sizesOf([]), []);
  assert.deepEqual(await sizesOf(fullChunks(1)), [64]);
  assert.deepEqual(await sizesOf(fullChunks(8)), [512]);
  assert.deepEqual(await sizesOf(fullChunks(17)), [512, 512, 64]);
});

test("no chunk waits behind a smaller one", async () => {
  const small = new Uint8Array(KiB);
  assert.deepEqual(await sizesOf([small, small, ...fullChunks(2), small, small, ...fullChunks(9)]), [1, 1, 129, 1, 512, 64]);
});

test("chunks of many bodies that stall are not gathered past the memory for all of them, and each is written as it comes", async () => {
  const memory = { bytes: 1024 * KiB, held: 0 };
  const release = Promise.withResolvers<void>();
  async function* stalled(): AsyncGenerator<Uint8Array> {
    yield* fullChunks(7);
    await release.promise;
  }
  const stalledBodies = Array.from({ length: 20 }, async () => {
    for await (const { size } of piecesOf(stalled(), 512 * KiB, memory)) assert.ok(size > 0);
  });
  await setImmediate();
  assert.ok(memory.held <= memory.bytes, `${memory.held / KiB} KiB are held`);
  release.resolve();
  await Promise.all(stalledBodies);
  assert.equal(memory.held, 0);
});

test("a body that fails throws after the complete pieces", async () => {
  const pieces: Piece[] = [];
  const body = bodyOf([...fullChunks(9), new Uint8Array(3), ...fullChunks(1)], new Error("aborted"));
  await assert.rejects(gather(body, pieces), { message: "aborted" });
  assert.deepEqual(
    pieces.map(({ size }) => size),
    [512 * KiB, 64 * KiB + 3],
  );
});

test("pieces have all bytes in order, and never more chunks than full ones", async () => {
  const chunk = fc.tuple(fc.constantFrom(1, 5, 64 * KiB - 1, 64 * KiB, 64 * KiB, 64 * KiB, 64 * KiB + 1, 700 * KiB), fc.nat(255));
  const chunks = fc.array(chunk, { maxLength: 24 }).map((list) => list.map(([length, value]) => Buffer.alloc(length, value)));
  await fc.assert(
    fc.asyncProperty(chunks, async (body) => {
      const pieces = await gather(bodyOf(body));
      assert.ok(Buffer.concat(pieces.flatMap((piece) => piece.chunks)).equals(Buffer.concat(body)));
      for (const piece of pieces) {
        assert.equal(
          piece.size,
          piece.chunks.reduce((sum, { length }) => sum + length, 0),
        );
        assert.ok(piece.chunks.length <= 8);
      }
    }),
    { numRuns: 50 },
  );
});
