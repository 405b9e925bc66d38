/** Gives property tests the seed of the run, so that a failure repeats with `TOUCHMARK_SEED`. Loaded before the tests by `scripts/test.ts`. */
import { configureGlobal } from "fast-check";
import { testSeed } from "../fakes/random.ts";

configureGlobal({ seed: testSeed | 0 });
