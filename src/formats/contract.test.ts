/** What every format must do, run over all of them: with the signatures that real tools made, and with our own. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import * as fc from "fast-check";
import { isGood, storedAgain, testWriters } from "../../test/contract/format-writers.ts";
import { evidenceIn, loadVector, subjectOf, vectorNames, type Vector } from "../../test/vectors/load.ts";
import { encodeUtf8 } from "../core/bytes.ts";
import { digestOf } from "../core/digest.ts";
import { outcomeOf, type Finding } from "../core/finding.ts";
import { makeTrust, type Trust } from "../trust/trust.ts";
import { formats } from "./all.ts";
import type { Format } from "./format.ts";
import { root } from "./notation/fixture.test.ts";

async function findingsOf(format: Format, vector: Vector, trust: Trust = vector.trust): Promise<readonly Finding[]> {
  const evidence = await evidenceIn(format, vector);
  return Promise.all(evidence.map((one) => format.verify(one, vector.subject, trust, vector.at)));
}

function failedCodes({ checks }: Finding): readonly string[] {
  return checks.flatMap((check) => (check.outcome === "failed" ? [check.code] : []));
}

for (const format of formats) {
  const names = vectorNames(format.name);
  const vectors = names.map((name) => loadVector(format.name, name));
  const signatures = vectors.filter(({ name }) => !name.includes("attestation"));
  const plain = signatures.find(({ name }) => name.includes("256"));
  const annotated = signatures.find(({ name }) => name.includes("annotated"));
  assert.ok(plain && annotated);

  describe(`format ${format.name}: signatures that real tools made`, () => {
    for (const vector of signatures) {
      it(`accepts ${vector.name} under its trust`, async () => {
        const good = (await findingsOf(format, vector)).filter(isGood);
        assert.equal(good.length, 1);
        assert.equal(good[0]?.claim?.kind, "signature");
        assert.equal(good[0]?.claim?.subject, vector.subject.digest);
        const passed = good[0]?.checks.flatMap(({ name, outcome }) => (outcome === "passed" ? [name] : [])) ?? [];
        for (const name of ["format", "signature", "subject"] as const) assert.ok(passed.includes(name), name);
      });

      it(`gives back the parts of ${vector.name}, from which the same signature is stored again`, async () => {
        for (const evidence of await evidenceIn(format, vector)) {
          const before = await format.verify(evidence, vector.subject, vector.trust, vector.at);
          const again = await storedAgain(format, evidence, vector);
          const after = await format.verify(again, vector.subject, vector.trust, vector.at);
          assert.deepEqual(after.checks, before.checks);
          assert.deepEqual([after.claim, after.signer, again.signature], [before.claim, before.signer, evidence.signature]);
        }
      });
    }

    it("reads the annotations", async () => {
      const [finding] = await findingsOf(format, annotated);
      assert.deepEqual(finding?.claim?.kind === "signature" && { ...finding.claim.annotations }, { stage: "production", build: "42" });
    });

    it("states the claims without any trust", async () => {
      const [evidence] = await evidenceIn(format, annotated);
      assert.ok(evidence);
      const { claims } = format.claims(evidence, { digest: annotated.subject.digest, bytes: annotated.subject.manifest });
      assert.equal(claims.length, 1);
      assert.equal(claims[0]?.subject, annotated.subject.digest);
    });

    it("refuses under another trust, and under none", async () => {
      const other = signatures.find(({ name }) => name === "other-key");
      const trust = other?.trust ?? makeTrust({ stores: { ca: [{ name: "other", certificate: root }] } });
      for (const [given, codes] of [
        [trust, ["KEY_MISMATCH", "CERTIFICATE_UNTRUSTED"]],
        [makeTrust(), ["CERTIFICATE_REQUIRED", "CERTIFICATE_UNTRUSTED"]],
      ] as const) {
        const [finding] = await findingsOf(format, plain, given);
        assert.ok(finding && failedCodes(finding).some((code) => codes.some((one) => one === code)), JSON.stringify(finding?.checks));
      }
    });

    it("refuses a signature that was copied to another image", async () => {
      const [finding] = await findingsOf(format, { ...plain, subject: subjectOf(encodeUtf8(`${plain.subject.digest} `)) });
      assert.deepEqual(finding && failedCodes(finding), ["SUBJECT_MISMATCH"]);
      assert.equal(finding?.claim?.subject, plain.subject.digest);
    });

    it("never takes an attestation for a signature", async () => {
      for (const vector of vectors.filter(({ name }) => name.includes("attestation"))) {
        const findings = await findingsOf(format, vector);
        assert.deepEqual(
          findings.map((finding) => [finding.claim?.kind, outcomeOf(finding)]),
          [["attestation", "passed"]],
        );
      }
    });

    it("survives any change of a byte, and accepts none that changes what is claimed", async () => {
      const [original] = await findingsOf(format, plain);
      await fc.assert(
        fc.asyncProperty(fc.nat(plain.layer.length - 1), fc.integer({ min: 1, max: 255 }), async (index, flip) => {
          const layer = Uint8Array.from(plain.layer, (byte, i) => (i === index ? byte ^ flip : byte));
          // The registry client would refuse these bytes; the format must stand alone.
          const blobs = new Map([[digestOf(plain.layer), layer]]);
          const [finding] = await findingsOf(format, { ...plain, blobs });
          assert.ok(finding);
          if (isGood(finding)) {
            assert.deepEqual(finding.claim, original?.claim);
            assert.deepEqual(finding.signer, original?.signer);
          }
        }),
        { numRuns: 300 },
      );
    });

    it("survives any bytes in place of its own", async () => {
      await fc.assert(
        fc.asyncProperty(fc.oneof(fc.uint8Array({ maxLength: 2000 }), fc.json().map(encodeUtf8)), async (layer) => {
          const [evidence] = await evidenceIn(format, { ...plain, blobs: new Map([[digestOf(plain.layer), layer]]) });
          assert.ok(evidence);
          const finding = await format.verify(evidence, plain.subject, plain.trust, plain.at);
          assert.notEqual(outcomeOf(finding), "passed");
          assert.ok(!isGood(finding));
          const parts = await format.material(evidence);
          assert.ok("problem" in parts || parts.value.signed.signature);
        }),
      );
    });
  });

  testWriters(format);
}
