import assert from "node:assert/strict";
import { test } from "node:test";
import { subjectOf } from "../../test/vectors/load.ts";
import { encodeUtf8 } from "../core/bytes.ts";
import { digestOf } from "../core/digest.ts";
import { TouchmarkError } from "../core/errors.ts";
import type { Evidence } from "../core/evidence.ts";
import { factKey, type GatherFacts, type FactQuestion } from "../core/facts/facts.ts";
import { bundle } from "../formats/bundle/bundle.ts";
import type { Format } from "../formats/format.ts";
import { makeTrust } from "../trust/trust.ts";
import { verifyAll } from "./verify-all.ts";

const bytes = encodeUtf8("{}");
const evidence: Evidence = {
  format: "slow",
  location: { kind: "referrers" },
  layer: { mediaType: "text/plain", digest: digestOf(bytes), size: bytes.length },
};

test("verifying a thousand pieces of evidence ends at the time limit", async () => {
  const time = new AbortController();
  let begun = 0;
  const slow: Format = {
    ...bundle,
    name: "slow",
    async verify({ format, location, layer }) {
      if (++begun === 20) time.abort(new TouchmarkError("TIMEOUT", "not done within 3m"));
      await new Promise(setImmediate);
      return { format, location, layer: layer.digest, verifiedTimestamps: [], holds: { from: 0, until: 0 }, checks: [] };
    },
  };
  const asked = { formats: [slow], trust: makeTrust(), at: 0 };
  const many = Array.from({ length: 1000 }, () => evidence);
  await assert.rejects(verifyAll(many, subjectOf(bytes), { ...asked, signal: time.signal }), { code: "TIMEOUT" });
  assert.equal(begun, 20);
  assert.equal((await verifyAll(many, subjectOf(bytes), { ...asked, signal: new AbortController().signal })).length, 1000);
});

test("a fact that a thousand copies of a signature need is requested once", async () => {
  const question: FactQuestion = { kind: "ocsp", url: "http://ocsp.example/", request: bytes };
  const needy: Format = {
    ...bundle,
    name: "slow",
    async verify({ format, location, layer }, _subject, _trust, _at, facts = new Map()) {
      const finding = { format, location, layer: layer.digest, verifiedTimestamps: [], holds: { from: 0, until: 0 }, checks: [] };
      const answer = facts.get(factKey(question));
      return answer ? { ...finding, hint: JSON.stringify(answer) } : { ...finding, needs: [{ check: "revocation" as const, question }] };
    },
  };
  let asked = 0;
  const gather: GatherFacts = async (questions) => {
    asked += questions.length;
    await new Promise(setImmediate);
    return new Map(questions.map((one) => [factKey(one), { bytes }]));
  };
  const options = { formats: [needy], trust: makeTrust(), at: 0, gather, signal: new AbortController().signal };
  const many = Array.from({ length: 1000 }, () => evidence);
  const findings = await verifyAll(many, subjectOf(bytes), options);
  assert.ok(findings.every(({ hint }) => hint !== undefined));
  assert.equal(asked, 1);

  const aborted = new TouchmarkError("TIMEOUT", "not done within 3m");
  const failing: GatherFacts = () => Promise.reject(aborted);
  await assert.rejects(verifyAll(many, subjectOf(bytes), { ...options, gather: failing }), aborted);
});

test("verifying evidence without any waiting ends at the time limit too", async () => {
  const busy: Format = {
    ...bundle,
    name: "slow",
    verify: async ({ format, location, layer }) => ({
      format,
      location,
      layer: layer.digest,
      verifiedTimestamps: [],
      holds: { from: 0, until: 0 },
      checks: [],
    }),
  };
  const time = new AbortController();
  setImmediate(() => time.abort(new TouchmarkError("TIMEOUT", "not done within 3m")));
  const many = Array.from({ length: 1000 }, () => evidence);
  const options = { formats: [busy], trust: makeTrust(), at: 0, signal: time.signal };
  await assert.rejects(verifyAll(many, subjectOf(bytes), options), { code: "TIMEOUT" });
});
