/**
 * Randomly altered evidence, reproducible by seed: evidence that still passes must claim what the original claimed, by checks that the
 * original passed. Unsigned parts, such as a hint, may change.
 */
import assert from "node:assert/strict";
import { isUtf8 } from "node:buffer";
import { describe, it } from "node:test";
import * as fc from "fast-check";
import * as conformance from "../../test/conformance/sigstore/suite.ts";
import { loadVector } from "../../test/vectors/load.ts";
import { decodeUtf8, encodeUtf8, toBase64 } from "../core/bytes.ts";
import type { Check, Signatory } from "../core/finding.ts";
import { bundle } from "./bundle/bundle.ts";
import { cosignLegacy } from "./cosign-legacy/cosign-legacy.ts";
import type { Format } from "./format.ts";
import {
  bundleLayer,
  find,
  later,
  makeBundle,
  makeLayer,
  makeMessageBundle,
  signedAt,
  trustOf,
  type Layer,
} from "./keyless-fixture.test.ts";

interface Result {
  readonly checks: readonly Check[];
  readonly signer?: Signatory | undefined;
  readonly claim?: unknown;
}
interface Evidence {
  readonly layer: Layer;
  readonly verified: (layer: Layer) => Promise<Result>;
}

const runs = 160;

const found = (format: Format, layer: Layer, trust = trustOf()): Evidence => ({
  layer,
  verified: (other) => find(format, other, { trust, at: later }),
});

const evidence: Readonly<Record<string, () => Evidence>> = {
  "a bundle by certificate, of Rekor 2 and a timestamp": () => found(bundle, bundleLayer(makeBundle())),
  "a bundle by certificate, of Rekor 1": () => found(bundle, bundleLayer(makeBundle({ stampedAt: undefined, loggedAt: signedAt }))),
  "a bundle over the manifest": () => found(bundle, bundleLayer(makeMessageBundle())),
  "a layer of cosign by certificate": () => found(cosignLegacy, makeLayer({ stampedAt: signedAt })),
  "a bundle by key": () => vectorOf("bundle"),
  "a layer of cosign by key": () => vectorOf("cosign-legacy"),
};

function vectorOf(name: "bundle" | "cosign-legacy"): Evidence {
  const { layer, found: location, subject, trust } = loadVector(name, "ecdsa-p256");
  const [descriptor] = location.manifest.layers;
  if (!descriptor) throw new Error("the vector has no layer");
  return {
    layer: { mediaType: descriptor.mediaType, bytes: layer, annotations: descriptor.annotations ?? {} },
    verified: (other) => find(name === "bundle" ? bundle : cosignLegacy, other, { of: subject, trust, at: later }),
  };
}

/** Every alteration is a number of steps through the document and what to do there. */
const alteration = fc.record({
  where: fc.array(fc.nat(1000), { minLength: 12, maxLength: 12 }),
  how: fc.nat(5),
  location: fc.nat(1_000_000),
  by: fc.integer({ min: 1, max: 255 }),
});
type Alteration = typeof alteration extends fc.Arbitrary<infer T> ? T : never;

function altered(layer: Layer, change: Alteration): Layer {
  const names = Object.keys(layer.annotations);
  const name = names[change.location % (names.length * 2)];
  if (name !== undefined) {
    const text = layer.annotations[name] ?? "";
    return { ...layer, annotations: { ...layer.annotations, [name]: alteredText(text, change) } };
  }
  return { ...layer, bytes: change.how === 0 ? flipped(layer.bytes, change) : encodeUtf8(alteredText(decodeUtf8(layer.bytes), change)) };
}

/** JSON in one of its members, PEM and base64 in one of their bytes. */
function alteredText(text: string, change: Alteration): string {
  if (text.startsWith("{")) return JSON.stringify(alteredJson(JSON.parse(text), change, 0));
  const pem = /^(-----BEGIN [^\n]+\n)([^-]+)(-----END[^]*)$/.exec(text);
  if (pem) return `${pem[1]}${alteredText((pem[2] ?? "").replaceAll("\n", ""), change)}\n${pem[3]}`;
  const bytes = Buffer.from(text, "base64");
  if (bytes.length > 0 && toBase64(bytes) === text && change.how > 1) {
    const inner = bytes[0] === 0x7b && isUtf8(bytes) ? encodeUtf8(alteredText(decodeUtf8(bytes), change)) : flipped(bytes, change);
    return toBase64(inner);
  }
  return text === "" ? "A" : Buffer.from(flipped(Buffer.from(text), change)).toString("latin1");
}

function alteredJson(value: unknown, change: Alteration, depth: number): unknown {
  const { how, by } = change;
  if (Array.isArray(value)) {
    const at = (change.where[depth] ?? 0) % Math.max(value.length, 1);
    if (how === 1) return by % 2 === 0 ? value.toSpliced(at, 1) : [...value, value[at]];
    return value.map((one, i) => (i === at ? alteredJson(one, change, depth + 1) : one));
  }
  if (typeof value === "object" && value !== null) {
    const entries = Object.entries(value);
    const at = (change.where[depth] ?? 0) % Math.max(entries.length, 1);
    if (how === 1 && by % 3 === 0) return Object.fromEntries(entries.toSpliced(at, 1));
    return Object.fromEntries(entries.map(([key, one], i) => [key, i === at ? alteredJson(one, change, depth + 1) : one]));
  }
  if (typeof value === "number") return value + by;
  if (typeof value !== "string") return by;
  return /^\d+$/.test(value) ? String(Number(value) + by) : alteredText(value, change);
}

function flipped(bytes: Uint8Array, { location, by }: Alteration): Uint8Array {
  return Uint8Array.from(bytes, (byte, i) => (i === location % bytes.length ? byte ^ by : byte));
}

/** As far as it is proven: the version that a bundle says it has is not. */
function provenBy({ checks }: Result): readonly Check[] {
  return checks.filter(({ name }) => name !== "format");
}

async function hold({ layer, verified }: Evidence, numRuns: number): Promise<void> {
  const original = await verified(layer);
  assert.ok(
    original.checks.every(({ outcome }) => outcome === "passed"),
    JSON.stringify(original.checks, null, 1),
  );
  const known = new Set(provenBy(original).map((check) => JSON.stringify(check)));
  let refused = 0;
  await fc.assert(
    fc.asyncProperty(alteration, async (change) => {
      const other = altered(layer, change);
      const result = await verified(other);
      if (!result.checks.every(({ outcome }) => outcome === "passed")) {
        refused++;
        return;
      }
      assert.deepEqual(result.signer, original.signer);
      assert.deepEqual(result.claim, original.claim);
      for (const check of provenBy(result)) assert.ok(known.has(JSON.stringify(check)), JSON.stringify(check));
    }),
    { numRuns, seed: 20261121, endOnFailure: true },
  );
  assert.ok(refused > numRuns / 3, `${refused} of ${numRuns} were refused: the alterations miss what counts`);
}

describe("altered evidence", () => {
  for (const [what, make] of Object.entries(evidence)) {
    it(`says nothing new: ${what}`, () => hold(make(), runs));
  }

  for (const name of [
    "happy-path-v0.1",
    "happy-path-v0.3",
    "happy-path-intoto-in-dsse-v3",
    "rekor2-happy-path",
    "managed-key-happy-path",
  ]) {
    it(`says nothing new: ${name} of the conformance suite`, { skip: conformance.skip }, async () => {
      const [trust, file] = [conformance.trustOf(name), conformance.fileOf(name, "file")];
      const verified = ({ bytes }: Layer) => conformance.verifyBundle(bytes, file, trust);
      await hold({ layer: { mediaType: "", bytes: conformance.bundleOf(name), annotations: {} }, verified }, runs / 2);
    });
  }
});
