/** Mutations of DER as a tree, so that the lengths around what is changed stay right. */
import { encodeDer } from "../../../src/core/asn1/der.ts";
import { mutateBytes, oneOf, type Material } from "./bytes.ts";

interface Node {
  tag: number;
  /** The values inside, or bytes. */
  content: Node[] | Uint8Array;
}

const tagsOfInterest = [
  0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x0a, 0x0c, 0x13, 0x16, 0x17, 0x18, 0x1e, 0x30, 0x31, 0x80, 0x81, 0x82, 0x86, 0xa0, 0xa1, 0xa2, 0xa3,
  0xa4,
];
const contentsOfInterest = [
  "",
  "00",
  "01",
  "7f",
  "80",
  "ff",
  "0080",
  "00ff",
  "8000",
  "ffff",
  "0101ff",
  "300101",
  "ff".repeat(9),
  "80".repeat(130),
].map((hex) => Buffer.from(hex, "hex"));

type Mutation = (nodes: Node[], at: number, material: Material) => void;

const mutations: readonly Mutation[] = [
  (nodes, at) => nodes.splice(at, 1),
  (nodes, at) => nodes.splice(at, 0, structuredClone(nodes[at] ?? { tag: 5, content: Buffer.of() })),
  (nodes, at, { random }) => nodes.splice(at, 1, ...nodes.splice(random.below(nodes.length), 1), ...nodes.slice(at, at + 1)),
  (nodes, at, { random }) => change(nodes, at, (node) => ({ ...node, tag: oneOf(random, tagsOfInterest) })),
  (nodes, at, { random }) => change(nodes, at, (node) => ({ ...node, content: oneOf(random, contentsOfInterest) })),
  (nodes, at, { random }) => change(nodes, at, (node) => ({ tag: oneOf(random, [0x30, 0x31, 0xa0, 0x04]), content: [node] })),
  (nodes, at, material) =>
    change(nodes, at, ({ tag, content }) => ({ tag, content: mutateBytes(Array.isArray(content) ? encode(content) : content, material) })),
  (nodes, at, material) => change(nodes, at, (node) => foreign(material) ?? node),
  (nodes, at, { random }) =>
    change(nodes, at, ({ tag, content }) => ({
      tag,
      content: Array.isArray(content)
        ? Array.from({ length: 1 << random.below(8) }, () => content)
            .flat()
            .slice(0, 4096)
        : content,
    })),
];

/** What is no DER is mutated as bytes. */
export function mutateDer(input: Uint8Array, material: Material): Uint8Array {
  const root = parse(Buffer.from(input));
  if (!root || root.length === 0) return mutateBytes(input, material);
  const { random } = material;
  const list = oneOf(random, listsIn(root));
  const at = random.below(list.length);
  oneOf(random, mutations)(list, at, material);
  return encode(root);
}

/** A value of the other input. */
function foreign({ other, random }: Material): Node | undefined {
  const root = parse(Buffer.from(other));
  return root && root.length > 0 ? structuredClone(oneOf(random, oneOf(random, listsIn(root)))) : undefined;
}

function change(nodes: Node[], at: number, by: (node: Node) => Node): void {
  const node = nodes[at];
  if (node) nodes[at] = by(node);
}

/** The lists of values, at all levels, that are not empty. */
function listsIn(nodes: Node[]): Node[][] {
  return nodes.length === 0 ? [] : [nodes, ...nodes.flatMap(({ content }) => (Array.isArray(content) ? listsIn(content) : []))];
}

function encode(nodes: readonly Node[]): Uint8Array {
  return Buffer.concat(nodes.map(({ tag, content }) => encodeDer(tag, Array.isArray(content) ? encode(content) : content)));
}

/** Values in a row; an OCTET STRING that holds values is opened too. Undefined for what is none. */
function parse(bytes: Buffer, depth = 0): Node[] | undefined {
  const nodes: Node[] = [];
  for (let at = 0; at < bytes.length;) {
    const [tag = 0, first = 0] = bytes.subarray(at);
    const extra = first < 0x80 ? 0 : first - 0x80;
    const start = at + 2 + extra;
    if (extra > 4 || first === 0x80 || start > bytes.length || depth > 40) return undefined;
    const length = extra === 0 ? first : bytes.readUIntBE(at + 2, extra);
    if (start + length > bytes.length) return undefined;
    const content = bytes.subarray(start, start + length);
    const mayHold = (tag & 0x20) !== 0 || (tag === 0x04 && length > 2);
    nodes.push({ tag, content: (mayHold ? parse(content, depth + 1) : undefined) ?? content });
    at = start + length;
  }
  return nodes;
}
