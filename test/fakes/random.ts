/** Numbers that look random and are the same for the same seed (mulberry32). */
import { randomInt } from "node:crypto";

export interface Random {
  /** A whole number from 0 up to, but not including, `bound`. */
  readonly below: (bound: number) => number;
  readonly bytes: (length: number) => Buffer;
}

export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
  return {
    below: (bound) => next() % bound,
    bytes(length) {
      const words = Uint32Array.from({ length: Math.ceil(length / 4) }, next);
      return Buffer.from(words.buffer, 0, length);
    },
  };
}

/** The seed of this run. `scripts/test.ts` sets and prints `TOUCHMARK_SEED`; a file run without it uses a random one. */
export const testSeed: number = Number(process.env["TOUCHMARK_SEED"] ?? randomInt(2 ** 32));

/** For bytes that must only differ between tests. */
export const testRandom: Random = seededRandom(testSeed);
