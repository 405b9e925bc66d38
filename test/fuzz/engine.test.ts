/** The fuzzer itself: what it takes for a fault, and that a seed repeats its mutations. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { malformed, TouchmarkError } from "../../src/core/errors.ts";
import { seededRandom, testSeed } from "../fakes/random.ts";
import { distill, run } from "./engine.ts";
import { faultOf, maxInputBytes } from "./fault.ts";
import { mutate } from "./mutate/mutate.ts";
import type { FuzzTarget, Shape } from "./target.ts";
import { usualCodes } from "./target.ts";

const seed = Buffer.from("seed");
const targetOf = (read: FuzzTarget["read"]): FuzzTarget => ({
  name: "a test",
  shape: "text",
  codes: usualCodes,
  seeds: () => [seed],
  read,
});
const shapes: Readonly<Record<Shape, string>> = {
  bytes: "abc",
  text: "abc",
  der: "\x30\x06\x02\x01\x05\x04\x01\x07",
  json: '{"a":[1,"MAMCAQU="],"b":null}',
  pem: "-----BEGIN A-----\nMAMCAQU=\n-----END A-----\n",
};
/** As if each input reached something new that has a length nobody had. */
const byLength = (lengths = new Set<number>(), pending: number[] = []) => ({
  read: (input: Uint8Array) => void pending.push(input.length),
  look(keep: boolean): number {
    const found = pending.splice(0).filter((length) => !lengths.has(length));
    if (keep) for (const length of found) lengths.add(length);
    return found.length;
  },
  forget: () => lengths.clear(),
});

describe("the fuzzer", () => {
  it("accepts what is read, and what is refused by a code that the target documents", async () => {
    assert.equal(
      await faultOf(
        targetOf(() => "read"),
        seed,
      ),
      undefined,
    );
    assert.equal(
      await faultOf(
        targetOf(async () => {
          throw malformed("no");
        }),
        seed,
      ),
      undefined,
    );
  });

  for (const [what, error, detail] of [
    ["another error", new TypeError("wrong"), /TypeError: wrong/],
    ["another code", new TouchmarkError("INTERNAL", "wrong"), /INTERNAL is not documented/],
  ] as const) {
    it(`reports ${what}`, async () => {
      const fault = await faultOf(
        targetOf(() => {
          throw error;
        }),
        seed,
      );
      assert.equal(fault?.kind, "error");
      assert.match(fault.detail, detail);
    });
  }

  it("reports what takes too long every time", async () => {
    const busy = targetOf(() => {
      const start = performance.now();
      while (performance.now() - start < 5);
    });
    assert.equal((await faultOf(busy, seed, 2))?.kind, "slow");
    assert.equal(await faultOf(busy, seed, 60_000), undefined);
  });

  for (const [shape, text] of Object.entries(shapes)) {
    it(`repeats mutations of ${shape} by their seed, within bounds`, () => {
      const input = Buffer.from(text, "latin1");
      const made = () => {
        const random = seededRandom(testSeed);
        const material = { random, other: input, words: ["word"] };
        return Array.from({ length: 200 }, () => mutate(input, shapeOf(shape), material));
      };
      const all = made();
      assert.deepEqual(made(), all);
      assert.ok(all.every(({ length }) => length <= maxInputBytes));
      assert.ok(new Set(all.map((bytes) => Buffer.from(bytes).toString("hex"))).size > 20);
    });
  }

  it("keeps what is new, and of that only what the seeds do not have", async () => {
    const coverage = byLength();
    const target = targetOf(coverage.read);
    const watch = { before: () => {}, after: () => {} };
    const goesOn = (executions: number) => executions < 500;
    const { kept, faults } = await run({ target, random: seededRandom(testSeed), coverage, inputs: [], goesOn, watch });
    assert.deepEqual(faults, []);
    assert.ok(kept.length > 3);
    const chosen = await distill(target, coverage, [...kept, ...kept, seed]);
    assert.equal(new Set(chosen.map(({ length }) => length)).size, chosen.length);
    assert.ok(chosen.every(({ length }) => length !== seed.length));
  });
});

function shapeOf(name: string): Shape {
  const found = (["bytes", "text", "der", "json", "pem"] as const).find((shape) => shape === name);
  assert.ok(found);
  return found;
}
