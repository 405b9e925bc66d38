/** A short fuzz of every target: its seeds, what earlier runs kept, and some mutations of both, which the seed of the run decides. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { suite, test } from "node:test";
import { seededRandom, testSeed } from "../fakes/random.ts";
import { corpusFolder, keptBytes, nameOf, namesIn, readInputs } from "./corpus.ts";
import { accepts, faultOf } from "./fault.ts";
import { oneOf } from "./mutate/bytes.ts";
import { mutate } from "./mutate/mutate.ts";
import { targets } from "./targets.ts";

const mutations = 150;
/** Milliseconds; long, for other tests run at the same time. */
const limit = 2000;

suite("fuzz", () => {
  for (const [i, target] of targets.entries()) {
    test(target.name, async () => {
      const seeds = target.seeds();
      const inputs = [...seeds, ...readInputs(join(corpusFolder, target.name))];
      const random = seededRandom(testSeed + i);
      const holds = async (input: Uint8Array): Promise<void> => {
        const fault = await faultOf(target, input, limit);
        assert.equal(fault, undefined, `${fault?.kind}: ${fault?.detail}\nof ${Buffer.from(input).toString("base64")}`);
      };
      const accepted = await Promise.all(seeds.map((seed) => accepts(target, seed)));
      assert.ok(accepted.includes(true), "it reads none of its seeds");
      for (const input of inputs) await holds(input);
      const material = { random, words: target.words ?? [] };
      for (let n = 0; n < mutations; n++)
        await holds(mutate(oneOf(random, inputs), target.shape, { ...material, other: oneOf(random, inputs) }));
    });
  }

  test("what is kept is small and named by its digest", () => {
    for (const { name } of targets) {
      const inputs = readInputs(join(corpusFolder, name));
      const bytes = inputs.reduce((sum, { length }) => sum + length, 0);
      assert.ok(bytes <= keptBytes.target, `${name} keeps ${bytes} bytes`);
      assert.deepEqual(namesIn(join(corpusFolder, name)), inputs.map(nameOf).toSorted());
    }
  });
});
