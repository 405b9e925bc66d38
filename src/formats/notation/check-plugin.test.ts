import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { encodeUtf8 } from "../../core/bytes.ts";
import { Tagged } from "../../core/cbor.ts";
import { keyOf, type Answer, type PluginQuestion } from "../../core/facts.ts";
import { outcomeOf, type Finding } from "../../core/finding.ts";
import { makeKey } from "../../core/x509/fixture.test.ts";
import { parseDistinguishedName } from "../../trust/notation/distinguished-name.ts";
import { levels, validationOf } from "../../trust/notation/level.ts";
import {
  certificate,
  leafShape,
  looseCose,
  looseJws,
  now,
  root,
  summary,
  trust,
  verifyMade,
  type Made,
  type VerifyOptions,
} from "./fixture.test.ts";

const scheme = "io.cncf.notary.signingScheme";
const name = "io.cncf.notary.verificationPlugin";
const minVersion = "io.cncf.notary.verificationPluginMinVersion";
const headers = { crit: [scheme, name, minVersion, "com.example.level"], [name]: "example", [minVersion]: "1.2.0", "com.example.level": 3 };
const plain = ["format", "signature", "certificate", "identity", "certificate"];
const malformed = ["format MALFORMED_EVIDENCE"];
const identity = "SIGNATURE_VERIFIER.TRUSTED_IDENTITY";
const revocation = "SIGNATURE_VERIFIER.REVOCATION_CHECK";

/** The one question that a finding leaves. */
function questionIn({ needs = [] }: Finding): PluginQuestion {
  const [question, ...more] = needs;
  assert.ok(question?.kind === "plugin" && more.length === 0);
  return question;
}
/** What the signature is worth once the plugin has answered. */
async function answered(answer: Answer | object, made: Made = looseJws({ headers }), options: VerifyOptions = {}): Promise<Finding> {
  const question = questionIn(await verifyMade(made, options));
  const bytes = encodeUtf8(JSON.stringify({ name: "example", version: "1.2.3", digest: "ab", results: answer }));
  return verifyMade(made, {
    ...options,
    facts: new Map([[keyOf(question), "code" in answer ? (answer satisfies object as Answer) : { bytes }]]),
  });
}
const yes = { success: true, reason: "" };

suite("a signature that names a plugin", () => {
  test("is undecided until the plugin was asked, and says what to ask", async () => {
    for (const made of [
      looseJws({ headers }),
      looseCose([
        [2, headers.crit],
        [name, "example"],
        [minVersion, "1.2.0"],
        ["com.example.level", 3],
      ]),
    ]) {
      const finding = await verifyMade(made);
      assert.deepEqual(summary(finding), [...plain, "plugin UNDECIDED?", "subject"]);
      const { chain, ...question } = questionIn(finding);
      assert.equal(chain.length, 2);
      assert.deepEqual(question, {
        kind: "plugin",
        plugin: "example",
        minVersion: "1.2.0",
        contentType: "application/vnd.cncf.notary.payload.v1+json",
        signingScheme: "notary.x509",
        extended: { "com.example.level": 3 },
        trustedIdentities: ["*"],
        wanted: [identity],
      });
    }
  });

  test("says when it was made where an authority vouches for that, when it ends, and who is trusted", async () => {
    const time = "io.cncf.notary.authenticSigningTime";
    const made = looseCose([
      [2, [scheme, time, "io.cncf.notary.expiry", name]],
      [scheme, "notary.x509.signingAuthority"],
      ["io.cncf.notary.signingTime", undefined],
      [time, new Tagged(1, now / 1000)],
      ["io.cncf.notary.expiry", new Tagged(1, now / 1000 + 60)],
      [name, "example"],
    ]);
    const identities = [parseDistinguishedName("C=US,ST=WA,O=acme", "name")];
    const stores = { ca: [], signingAuthority: [root], tsa: [] };
    const question = questionIn(await verifyMade(made, { trusted: { ...trust, stores, identities } }));
    assert.deepEqual([question.authenticSigningTime, question.expiry], [now, now + 60_000]);
    assert.deepEqual(question.trustedIdentities, ["x509.subject: C=US,ST=WA,O=acme"]);
  });

  test("holds if the plugin accepts it, and the report names the plugin's digest", async () => {
    const finding = await answered({ [identity]: { success: true, reason: "known" } });
    assert.deepEqual(summary(finding), [...plain, "plugin", "subject"]);
    const check = finding.checks.find((one) => one.name === "plugin");
    assert.equal(check?.detail, "example 1.2.3 (sha256:ab) accepts who signed: known");
  });

  test("holds too if all that the plugin does is to know its attributes", async () => {
    assert.equal(outcomeOf(await answered({})), "passed");
  });

  test("does not if the plugin refuses, each thing by the code and the validation that it is", async () => {
    const asked: VerifyOptions = { trusted: { ...trust, revocation: "ask" } };
    const finding = await answered(
      { [identity]: { success: false, reason: "no" }, [revocation]: { success: false, reason: "" } },
      looseJws({ headers }),
      asked,
    );
    const refused = finding.checks.filter((one) => one.name === "plugin");
    assert.deepEqual(
      refused.map((check) => [check.outcome !== "passed" && check.code, validationOf(check)]),
      [
        ["IDENTITY_MISMATCH", "authenticity"],
        ["REVOKED", "revocation"],
      ],
    );
  });

  test("that the plugin accepts is not accepted for somebody else than the one expected", async () => {
    const identities = [parseDistinguishedName("C=US,ST=WA,O=other", "name")];
    const finding = await answered({ [identity]: yes }, looseJws({ headers }), { trusted: { ...trust, identities } });
    assert.ok(summary(finding).includes("identity IDENTITY_MISMATCH"));
    assert.equal(outcomeOf(finding), "failed");
  });

  test("stays undecided if the plugin has no answer, with its reason, at no level lost", async () => {
    const finding = await answered({ code: "FILE_NOT_FOUND", message: "the plugin is not installed" });
    const check = finding.checks.find((one) => one.name === "plugin");
    assert.ok(check);
    assert.deepEqual(check, {
      name: "plugin",
      outcome: "undecided",
      code: "UNDECIDED",
      detail: 'needs the plugin "example": the plugin is not installed',
    });
    assert.equal(levels.audit[validationOf(check)], "enforce");
    assert.equal(finding.needs, undefined);
  });

  test("of a stranger has no plugin run, and is not decided by that either", async () => {
    const finding = await verifyMade(looseJws({ headers }), {
      trusted: { ...trust, stores: { ca: [], signingAuthority: [root], tsa: [] } },
    });
    assert.equal(finding.needs, undefined);
    assert.ok(summary(finding).includes("plugin UNDECIDED?"));
    const forged = await verifyMade(looseJws({ headers, certificates: [certificate({ ...leafShape, key: makeKey() }), root] }));
    assert.deepEqual([forged.needs, summary(forged)], [undefined, ["format", "signature SIGNATURE_INVALID", "subject"]]);
  });

  const refused: Readonly<Record<string, readonly [Readonly<Record<string, unknown>>, readonly string[]]>> = {
    "without being critical": [{ [name]: "example" }, malformed],
    "in a number": [{ crit: [scheme, name], [name]: 1 }, malformed],
    "by its least version alone": [{ crit: [scheme, minVersion], [minVersion]: "1.0.0" }, malformed],
    "with an attribute that is not there": [{ crit: [scheme, name, "a"], [name]: "example" }, malformed],
    "with an attribute that is a list": [{ crit: [scheme, name, "a"], [name]: "example", a: [1] }, ["format UNSUPPORTED?"]],
  };
  for (const [how, [change, expected]] of Object.entries(refused)) {
    test(`is refused where it names it ${how}`, async () => {
      assert.deepEqual(summary(await verifyMade(looseJws({ headers: change }))), expected);
    });
  }

  test("is refused where a number of COSE is for the plugin", async () => {
    const made = looseCose([
      [2, [scheme, name, 99]],
      [name, "example"],
      [99, "x"],
    ]);
    assert.deepEqual(summary(await verifyMade(made)), ["format UNSUPPORTED?"]);
  });
});
