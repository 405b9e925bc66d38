/** What every format must do, run over all of them: with the signatures that real tools made, and with our own. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import * as fc from "fast-check";
import { digestOf } from "../core/digest.ts";
import { outcomeOf, type Finding } from "../core/finding.ts";
import type { SignatureClaim } from "../core/evidence.ts";
import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { encodeUtf8 } from "../core/bytes.ts";
import { publicKeyOf } from "../core/keys/public-key.ts";
import type { MadeSignature } from "../core/signer.ts";
import { makeTrust, type Trust } from "../trust/trust.ts";
import { evidenceIn, foundOf, loadVector, subjectOf, vectorNames, type Vector } from "../../test/vectors/load.ts";
import { keyFormats } from "../../test/fakes/people.ts";
import type { Format, ToSign } from "./format.ts";

const at = Date.UTC(2026, 10, 21);

async function findingsOf(format: Format, vector: Vector, trust: Trust = vector.trust): Promise<readonly Finding[]> {
  return Promise.all(evidenceIn(format, vector).map((evidence) => format.verify(evidence, vector.subject, trust, at)));
}

function failedCode(finding: Finding | undefined): string | undefined {
  const failed = finding?.checks.find((check) => check.outcome !== "passed");
  return failed && "code" in failed ? failed.code : undefined;
}

for (const format of keyFormats) {
  describe(`format ${format.name}: signatures that cosign made`, () => {
    const vectors = vectorNames(format.name).map((name) => loadVector(format.name, name));
    const signatures = vectors.filter(({ name }) => !name.includes("attestation"));

    for (const vector of signatures) {
      it(`accepts ${vector.name} with its key`, async () => {
        const findings = await findingsOf(format, vector);
        const passed = findings.filter((finding) => outcomeOf(finding) === "passed");
        assert.equal(passed.length, 1);
        assert.equal(passed[0]?.claim?.kind, "signature");
        assert.equal(passed[0]?.claim?.subject, vector.subject.digest);
        assert.deepEqual(passed[0]?.checks.map((check) => check.name).toSorted(), ["format", "signature", "subject"]);
      });
    }

    it("reads the annotations", async () => {
      const [finding] = await findingsOf(format, loadVector(format.name, "annotated"));
      assert.deepEqual(finding?.claim?.kind === "signature" && { ...finding.claim.annotations }, { stage: "production", build: "42" });
    });

    it("refuses with another key, and with none", async () => {
      const vector = loadVector(format.name, "ecdsa-p256");
      const other = loadVector(format.name, "other-key").trust;
      for (const [trust, code] of [
        [other, "KEY_MISMATCH"],
        [makeTrust(), "CERTIFICATE_REQUIRED"],
      ] as const) {
        const [finding] = await findingsOf(format, vector, trust);
        assert.equal(failedCode(finding), code);
        assert.equal(finding?.signer, undefined);
      }
    });

    it("refuses a signature that was copied to another image", async () => {
      const vector = loadVector(format.name, "ecdsa-p256");
      const [finding] = await findingsOf(format, { ...vector, subject: subjectOf(encodeUtf8(`${vector.subject.digest} `)) });
      assert.equal(failedCode(finding), "SUBJECT_MISMATCH");
      assert.equal(finding?.claim?.subject, vector.subject.digest);
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
      const vector = loadVector(format.name, "ecdsa-p256");
      const [original] = await findingsOf(format, vector);
      await fc.assert(
        fc.asyncProperty(fc.nat(vector.layer.length - 1), fc.integer({ min: 1, max: 255 }), async (index, flip) => {
          const layer = Uint8Array.from(vector.layer, (byte, i) => (i === index ? byte ^ flip : byte));
          // The registry client would refuse these bytes; the format must stand alone.
          const blobs = new Map([[digestOf(vector.layer), layer]]);
          const [finding] = await findingsOf(format, { ...vector, blobs });
          assert.ok(finding);
          if (outcomeOf(finding) === "passed") {
            assert.deepEqual(finding.claim, original?.claim);
            assert.deepEqual(finding.signer, original?.signer);
          }
        }),
        { numRuns: 300 },
      );
    });

    it("survives any bytes in place of its own", async () => {
      const vector = loadVector(format.name, "ecdsa-p256");
      await fc.assert(
        fc.asyncProperty(fc.oneof(fc.uint8Array({ maxLength: 2000 }), fc.json().map(encodeUtf8)), async (layer) => {
          const [finding] = await findingsOf(format, { ...vector, blobs: new Map([[digestOf(vector.layer), layer]]) });
          assert.ok(finding);
          assert.notEqual(outcomeOf(finding), "passed");
        }),
      );
    });
  });

  describe(`format ${format.name}: signatures of our own`, () => {
    for (const [name, privateKey] of Object.entries(privateKeys())) {
      it(`verifies what it makes with ${name}`, async () => {
        const subject = subjectOf(encodeUtf8('{"an":"image"}'));
        const claim: SignatureClaim = {
          kind: "signature",
          subject: subject.digest,
          annotations: { b: "2", a: "1" },
          identity: subject.repository,
        };
        const by = { publicKey: publicKeyOf(privateKey, name) };
        const toSign = await format.prepare({ claim, subject, by, options: { at } });
        const signature = by.publicKey.algorithm.signs.sign(privateKey, toSign.bytes);
        const vector = await assembled(format, toSign, { signature, by }, subject);
        const [finding] = await findingsOf(format, vector, makeTrust({ keys: [{ name, publicKey: by.publicKey }] }));
        assert.equal(finding && outcomeOf(finding), "passed", JSON.stringify(finding));
        assert.equal(finding?.signer?.kind === "key" && finding.signer.fingerprint, by.publicKey.fingerprint);
        assert.deepEqual(finding?.claim?.kind === "signature" && { ...finding.claim.annotations }, { a: "1", b: "2" });
      });
    }
  });
}

async function assembled(
  format: Format,
  toSign: ToSign,
  signed: MadeSignature,
  subject: Vector["subject"],
): Promise<Omit<Vector, "trust"> & { trust: Trust }> {
  const artifact = await format.assemble(toSign, subject, signed, at);
  const { blobs, manifest } = artifact.kind === "tag" ? artifact.extend(undefined) : artifact;
  const location =
    artifact.kind === "tag" ? ({ kind: "tag", tag: artifact.tag, holds: ["signature"] } as const) : ({ kind: "referrers" } as const);
  const [layer = new Uint8Array()] = blobs;
  return {
    name: "ours",
    subject,
    found: foundOf(manifest, location),
    layer,
    blobs: new Map(blobs.map((blob) => [digestOf(blob), blob])),
    trust: makeTrust(),
  };
}

function privateKeys(): Readonly<Record<string, KeyObject>> {
  const ec = (namedCurve: string): KeyObject => generateKeyPairSync("ec", { namedCurve }).privateKey;
  return {
    "ECDSA P-256": ec("P-256"),
    "ECDSA P-384": ec("P-384"),
    "ECDSA P-521": ec("P-521"),
    "RSA 2048": generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey,
    "RSA-PSS 2048": generateKeyPairSync("rsa-pss", { modulusLength: 2048 }).privateKey,
    Ed25519: generateKeyPairSync("ed25519").privateKey,
  };
}
