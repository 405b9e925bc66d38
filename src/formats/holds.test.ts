/** What a finding says of the time in which it holds: verified at any time in it, the same evidence gives the same result. */
import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { authority, type Expecting } from "../../test/fakes/expectation.ts";
import { fromBase64 } from "../core/bytes.ts";
import { parseCertificate } from "../core/x509/certificate.ts";
import { makeTrust } from "../trust/trust.ts";
import type { Finding } from "../core/finding.ts";
import type { Instant } from "../core/instant.ts";
import { bundle } from "./bundle/bundle.ts";
import { cosignLegacy } from "./cosign-legacy/cosign-legacy.ts";
import {
  bundleLayer,
  changedRoot,
  find,
  later,
  makeBundle,
  makeLayer,
  signedAt,
  trustOf,
  type Layer,
  type Making,
} from "./keyless-fixture.test.ts";
import type { Format } from "./format.ts";

const hour = 60 * 60_000;
const around = fc.integer({ min: -3 * hour, max: 3 * hour }).map((by) => signedAt + by);
const near = fc.integer({ min: -15 * 60_000, max: 15 * 60_000 }).map((by) => signedAt + by);
const time = fc.oneof(near, around, fc.constant(signedAt), fc.constant(undefined));
const making = fc.record({ stampedAt: time, loggedAt: time }).map((made): Making => made);

const resultOf = ({ checks, signer, verifiedTimestamps, claim }: Finding): unknown => [
  checks.map((check) => [check.name, check.outcome, check.outcome === "passed" ? "" : check.code]),
  signer,
  verifiedTimestamps,
  claim,
];

/** Times at which a result may change: about the given ones, and about the ends of the interval. */
function probes({ from, until }: Finding["holds"], given: readonly Instant[]): readonly Instant[] {
  const near5 = given.flatMap((at) =>
    [-5 * 60_000 - 1, -5 * 60_000, -1, 0, 1, 5 * 60_000, 10 * 60_000, 10 * 60_000 + 1].map((by) => at + by),
  );
  return [...near5, from, until, later].filter((at) => from <= at && at <= until && Math.abs(at) < 8e15);
}

const iso = (at: Instant): string => new Date(at).toISOString();
const period = fc
  .record({ start: around, length: fc.option(fc.integer({ min: 1000, max: 3 * hour }), { nil: undefined }) })
  .map(({ start, length }) => ({ start, end: length === undefined ? undefined : start + length }));
/** The logs' periods in the first root; a second root has them unchanged. */
const roots = fc.record({ logs: fc.option(period, { nil: undefined }), isTwo: fc.boolean() });

const unlike = { logs: { start: signedAt + 1, end: undefined }, isTwo: true };

function trusted({ logs, isTwo }: { logs: { start: Instant; end: Instant | undefined } | undefined; isTwo: boolean }): Expecting {
  if (!logs) return trustOf();
  const { start, end } = logs;
  const first = changedRoot((root) => {
    for (const log of root.tlogs) log.publicKey.validFor = { start: iso(start), ...(end !== undefined && { end: iso(end) }) };
  });
  return trustOf({ roots: isTwo ? [first, changedRoot(() => {})] : [first] });
}

/** Of the signer's certificate, as if the key were trusted itself. */
function withKey(trust: Expecting, certificate: Uint8Array): Expecting {
  const keys = [{ name: "signer.pub", publicKey: parseCertificate(certificate).publicKey }];
  return { ...makeTrust({ keys, roots: trust.roots }), expected: authority({ keys }) };
}

interface Case {
  readonly what: string;
  readonly format: Format;
  readonly make: (made: Making, trust: Expecting) => { readonly layer: Layer; readonly trust: Expecting };
}

const cases: readonly Case[] = [
  { what: "a bundle by certificate", format: bundle, make: (made, trust) => ({ layer: bundleLayer(makeBundle(made)), trust }) },
  { what: "cosign's layer by certificate", format: cosignLegacy, make: (made, trust) => ({ layer: makeLayer(made), trust }) },
  {
    what: "a bundle by a key",
    format: bundle,
    make(made, trust) {
      const content = makeBundle(made);
      return {
        layer: bundleLayer(content),
        trust: withKey(trust, fromBase64(content.verificationMaterial.certificate.rawBytes)),
      };
    },
  },
];

for (const { what, format, make } of cases) {
  test(`a finding of ${what} stays the same as long as it holds`, async () => {
    await fc.assert(
      fc.asyncProperty(making, roots, around, fc.array(around, { maxLength: 4 }), async (made, rooted, at, others) => {
        const { layer, trust } = make(made, trusted(rooted));
        const first = await find(format, layer, { at, trust });
        assert.ok(first.holds.from <= at && at <= first.holds.until);
        const given = [...others, signedAt, made.stampedAt ?? at, made.loggedAt ?? at];
        for (const then of probes(first.holds, given)) {
          assert.deepEqual(resultOf(await find(format, layer, { at: then, trust })), resultOf(first), `${iso(at)}, and at ${iso(then)}`);
        }
      }),
      // Of two roots, the first fails for a reason of its own for good, the second only as long as the log's time is yet to come.
      { numRuns: 30, examples: [[{ stampedAt: signedAt - 1, loggedAt: signedAt }, unlike, signedAt - 5 * 60_000 - 1, []]] },
    );
  });
}
