/** Expected signers as a program names them: nothing that would be ignored is accepted, and names do not collide. */
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { testClock } from "../../test/fakes/clock.ts";
import { writeTrustFolder, makeCompany } from "../../test/fakes/notary.ts";
import { generateKey } from "../signers/file/generate-key.ts";
import { writeKeyPair } from "../signers/file/write-key-pair.ts";
import { createVerifier } from "./create-verifier.ts";
import { image } from "./subjects.ts";
import { checkExpectation, openExpectation } from "./expectation.ts";

const { signal } = new AbortController();
const local = { env: {}, home: "/nowhere", clock: testClock, signal };
const identity = { subject: "x", issuer: "https://issuer.example" };

/** As a program without types gives it. */
// oxlint-disable-next-line typescript/no-explicit-any -- tests give what the types do not allow
const untyped = (given: unknown): any => given;

describe("expected signers", () => {
  const refusals: Readonly<Record<string, readonly [settings: object, message: RegExp]>> = {
    "a misspelt setting": [
      { keys: ["k.pub"], annotation: { stage: "production" } },
      /has no setting "annotation"; did you mean annotations\?/,
    ],
    "a misspelt member of an identity": [{ identities: [{ ...identity, claim: {} }] }, /has no setting "claim"; did you mean claims\?/],
    "a misspelt member of trusted roots": [{ identities: [identity], trustedRoots: { file: ["r"] } }, /has no setting "file"/],
    "a claim without a value": [{ identities: [{ ...identity, claims: { sourceRepositoryRef: undefined } }] }, /claim .* has no value/],
    "an annotation without a value": [{ identities: [identity], annotations: { stage: undefined } }, /annotation .* has no value/],
    "an empty issuer": [{ identities: [{ ...identity, issuer: "" }] }, /the issuer of identity 1 is empty/],
    "subjects without certificates": [
      { identities: [identity], certificateSubjects: ["C=US,ST=WA,O=x"] },
      /certificateSubjects .* no certificates/,
    ],
    "timestamp roots without certificates": [{ identities: [identity], timestampRoots: ["tsa.pem"] }, /timestampRoots .* no certificates/],
    "a statement without notation's folder": [{ identities: [identity], policyName: "strict" }, /policyName .* no notationFolder/],
  };
  for (const [what, [settings, message]] of Object.entries(refusals)) {
    it(`are refused with ${what}`, async () => {
      const offline = { trustedRoots: { offline: true }, ...settings };
      await assert.rejects(
        openExpectation(untyped(offline), local, () => {}),
        { code: "USAGE", message },
      );
    });
  }

  it("of a verifier are checked before anything is read, as all its settings are", () => {
    for (const [settings, message] of [
      [{ expect: { keys: ["k.pub"], annotation: {} } }, /"annotation"/],
      [{ expect: { keys: ["k.pub"] }, facts: { ofline: true } }, /"ofline"/],
      [{ expect: { keys: ["k.pub"] }, registries: { allowHttps: true } }, /"allowHttps"/],
      [{ expect: { keys: ["k.pub"] }, limits: { listingTimes: 1 } }, /"listingTimes"/],
    ] as const) {
      assert.throws(() => createVerifier(untyped(settings)), { code: "USAGE", message });
    }
  });

  it("are asked about every image of an index, or not at all", async () => {
    const verifier = createVerifier({ expect: { keys: ["k.pub"] } });
    await assert.rejects(verifier.verify(image("registry.example/app:1"), untyped({ recursiv: true })), {
      code: "USAGE",
      message: /"recursiv"/,
    });
    await assert.rejects(verifier.verify(image("registry.example/app:1"), untyped({ signature: "s" })), {
      code: "USAGE",
      message: /"signature"/,
    });
  });

  it("of several kinds are refused without anyOf: one more never loosens the check", () => {
    const ada = { subject: "ada@example.com", issuer: "https://issuer.example" };
    const pairs = [{ identities: [ada] }, { certificates: ["ca.pem"] }, { notationFolder: "conf" }];
    for (const more of pairs) {
      assert.throws(() => checkExpectation({ keys: ["k.pub"], ...more }), { code: "USAGE", hint: /anyOf/ });
      assert.doesNotThrow(() => checkExpectation({ keys: ["k.pub"], ...more, anyOf: true }));
    }
    assert.doesNotThrow(() => checkExpectation({ keys: ["k.pub", "l.pub"], certificates: [] }));
  });

  it("named by key count beside a trust policy's, whatever name that has", async (t) => {
    const folder = await mkdtemp(join(tmpdir(), "touchmark-expect-"));
    t.after(() => rm(folder, { recursive: true, force: true }));
    const path = (name: string): string => join(folder, name);
    await writeKeyPair({ prefix: path("k"), privateKey: await generateKey(), password: "secret", signal });
    const acme = await makeCompany(folder, "acme");
    for (const name of ["signer", "other"]) {
      await writeTrustFolder(path(name), { statements: [{ name }], stores: { "ca/acme": [acme.root] } });
      const basisFor = await openExpectation({ keys: [path("k.pub")], notationFolder: path(name), anyOf: true }, local, () => {});
      const { policy } = await basisFor("registry.example/app");
      const [authorities = []] = policy.rules.flatMap(({ signatures }) => signatures.map(({ from }) => from));
      assert.deepEqual(
        authorities.map(({ keys, certificates }) => [keys.length, certificates.length]),
        [
          [1, 0],
          [0, 1],
        ],
        name,
      );
    }
  });
});
