/** Mutations that know nothing of a format: bits, bytes, numbers, ranges, words. */
import type { Random } from "../../fakes/random.ts";

export interface Material {
  readonly random: Random;
  /** Another input, to take pieces from. */
  readonly other: Uint8Array;
  readonly words: readonly string[];
}

type Mutation = (input: Buffer, material: Material) => Uint8Array;

const bytesOfInterest = [0, 1, 0x1f, 0x20, 0x22, 0x2c, 0x30, 0x7f, 0x80, 0x81, 0x82, 0x84, 0xfe, 0xff];
const numbersOfInterest = [0, 1, 0x7f, 0x80, 0xff, 0x100, 0x7fff, 0x8000, 0xffff, 0x1_0000, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff];
const textsOfInterest = [
  "\0",
  "\n",
  "\r\n",
  "\u2028",
  "\ud83d\ude00",
  "é",
  "%00",
  "..",
  "/",
  "\\",
  '"',
  "__proto__",
  "-1",
  "1e999",
  "9".repeat(20),
];

const mutations: readonly Mutation[] = [
  (input, { random }) => changed(input, random, (byte) => byte ^ (1 << random.below(8))),
  (input, { random }) => changed(input, random, () => random.below(256)),
  (input, { random }) => changed(input, random, () => oneOf(random, bytesOfInterest)),
  (input, { random }) => changed(input, random, (byte) => byte + random.below(33) - 16),
  number,
  (input, { random }) => replaced(input, range(input, random), Buffer.of()),
  (input, { random }) => insertedAt(input, random, slice(input, range(input, random))),
  (input, { random }) => insertedAt(input, random, random.bytes(1 + random.below(8))),
  (input, { random }) => insertedAt(input, random, Buffer.alloc(1 + random.below(300), oneOf(random, bytesOfInterest))),
  (input, { random, words }) => insertedAt(input, random, Buffer.from(oneOf(random, [...words, ...textsOfInterest]))),
  (input, { random, words }) => replaced(input, range(input, random), Buffer.from(oneOf(random, [...words, ...textsOfInterest]))),
  (input, { random, other }) => insertedAt(input, random, slice(other, range(other, random))),
  (input, { random, other }) =>
    Buffer.concat([input.subarray(0, random.below(input.length + 1)), other.subarray(random.below(other.length + 1))]),
  (input, { random }) => input.subarray(0, random.below(input.length + 1)),
  (input, { random }) => (random.below(8) === 0 ? insertedAt(input, random, repeated(input, random)) : input),
];

export function mutateBytes(input: Uint8Array, material: Material): Uint8Array {
  return oneOf(material.random, mutations)(Buffer.from(input), material);
}

export function oneOf<T>(random: Random, list: readonly T[]): T {
  const chosen = list[random.below(list.length)];
  if (chosen === undefined) throw new Error("nothing to choose from");
  return chosen;
}

/** A length field, perhaps: one, two or four bytes, big-endian. */
function number(input: Buffer, { random }: Material): Uint8Array {
  const size = oneOf(random, [1, 2, 4]);
  if (input.length < size) return input;
  const value = oneOf(random, [...numbersOfInterest, input.length, input.length - 1]) % 256 ** size;
  input.writeUIntBE(value, random.below(input.length - size + 1), size);
  return input;
}

function changed(input: Buffer, random: Random, change: (byte: number) => number): Uint8Array {
  if (input.length === 0) return input;
  const at = random.below(input.length);
  input[at] = change(input[at] ?? 0);
  return input;
}

type Range = readonly [start: number, end: number];

/** Mostly short. */
function range(input: Uint8Array, random: Random): Range {
  const start = random.below(input.length + 1);
  const longest = random.below(2) === 0 ? 8 : input.length;
  return [start, Math.min(input.length, start + random.below(longest + 1))];
}

/** A piece many times over, up to some 60 KiB: what takes more than linear time shows. */
function repeated(input: Buffer, random: Random): Uint8Array {
  const piece = random.below(2) === 0 ? Buffer.of(oneOf(random, bytesOfInterest)) : slice(input, range(input, random)).subarray(0, 64);
  const size = 1 << (8 + random.below(8));
  return piece.length === 0 ? piece : Buffer.alloc(Math.min(size, 60_000), piece);
}

function slice(input: Uint8Array, [start, end]: Range): Uint8Array {
  return input.subarray(start, end);
}

function replaced(input: Buffer, [start, end]: Range, by: Uint8Array): Uint8Array {
  return Buffer.concat([input.subarray(0, start), by, input.subarray(end)]);
}

function insertedAt(input: Buffer, random: Random, bytes: Uint8Array): Uint8Array {
  const at = random.below(input.length + 1);
  return replaced(input, [at, at], bytes);
}
