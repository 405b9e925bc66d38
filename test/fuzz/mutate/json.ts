/** Mutations of JSON as values, and of the bytes that its strings hold in base64. */
import { mutateBytes, oneOf, type Material } from "./bytes.ts";
import { mutateDer } from "./der.ts";

type Value = null | boolean | number | string | Value[] | { [key: string]: Value };
type Holder = Value[] | { [key: string]: Value };
type Slot = readonly [holder: Holder, key: string];

const deep = (): Value => JSON.parse(`${"[".repeat(70)}${"]".repeat(70)}`);
const valuesOfInterest: readonly (() => Value)[] = [
  ...[
    null,
    true,
    false,
    0,
    -1,
    1.5,
    1e300,
    2 ** 53,
    2 ** 53 - 1,
    "",
    " ",
    "a",
    "\0",
    "\ud800",
    "__proto__",
    "x".repeat(5000),
    "9".repeat(30),
  ].map((value) => () => value),
  () => [],
  () => ({}),
  deep,
  () => JSON.parse('{"__proto__":{"a":"b"},"constructor":"c"}'),
];

type Mutation = (slot: Slot, slots: readonly Slot[], material: Material) => void;

const mutations: readonly Mutation[] = [
  ([holder, key]) => (Array.isArray(holder) ? void holder.splice(Number(key), 1) : void delete holder[key]),
  (slot, _slots, { random }) => set(slot, oneOf(random, valuesOfInterest)()),
  (slot, slots, { random }) => set(slot, structuredClone(get(oneOf(random, slots)))),
  (slot, _slots, material) => set(slot, mutateValue(get(slot), material)),
  (slot, _slots, material) => set(slot, mutateValue(get(slot), material)),
  (slot, _slots, material) => set(slot, mutateValue(get(slot), material)),
  (slot, _slots, { random, words }) => set(slot, oneOf(random, words.length > 0 ? words : [""])),
  ([holder, key], _slots, { random }) => {
    const value = get([holder, key]) ?? null;
    const count = 1 << random.below(8);
    if (Array.isArray(holder)) holder.push(...Array.from({ length: count }, () => value));
    else for (let i = 0; i < count; i++) set([holder, `${key}${i}`], value);
  },
  ([holder, key], _slots, { random, words }) => {
    if (Array.isArray(holder)) return;
    const value = get([holder, key]);
    delete holder[key];
    set([holder, oneOf(random, [...words, "__proto__", "toString", "", "\u0000"])], value);
  },
];

/** What is no JSON is mutated as bytes; half an object's time is its spelling. */
export function mutateJson(input: Uint8Array, material: Material): Uint8Array {
  const root: Value[] | undefined = parse(input);
  if (root === undefined) return mutateBytes(input, material);
  const slots = slotsIn(root);
  oneOf(material.random, mutations)(oneOf(material.random, slots), slots, material);
  return Buffer.from(JSON.stringify(root[0] ?? null));
}

function parse(input: Uint8Array): Value[] | undefined {
  try {
    return [JSON.parse(Buffer.from(input).toString("utf8"))];
  } catch {
    return undefined;
  }
}

function mutateValue(value: Value | undefined, material: Material): Value {
  const { random } = material;
  if (typeof value === "number") return oneOf(random, [value + 1, value - 1, -value, value * 2 ** 32, String(value)]);
  if (typeof value !== "string") return oneOf(random, valuesOfInterest)();
  const held = Buffer.from(value, "base64");
  const isBase64 = held.length > 8 && held.toString("base64") === value;
  if (!isBase64 || random.below(4) === 0) return Buffer.from(mutateBytes(Buffer.from(value), material)).toString();
  const mutated =
    held[0] === 0x7b ? mutateJson(held, material) : random.below(2) === 0 ? mutateDer(held, material) : mutateBytes(held, material);
  return Buffer.from(mutated).toString("base64");
}

function slotsIn(holder: Holder): readonly Slot[] {
  return Object.entries(holder).flatMap(([key, value]): readonly Slot[] => [
    [holder, key],
    ...(typeof value === "object" && value !== null ? slotsIn(value) : []),
  ]);
}

function get([holder, key]: Slot): Value | undefined {
  return Array.isArray(holder) ? holder[Number(key)] : Object.hasOwn(holder, key) ? holder[key] : undefined;
}

/** Also of `__proto__`, which plain assignment takes for the prototype. */
function set([holder, key]: Slot, value: Value | undefined): void {
  Object.defineProperty(holder, key, { value: value ?? null, writable: true, enumerable: true, configurable: true });
}
