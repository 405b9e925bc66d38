import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { encodeUtf8 } from "../core/bytes.ts";
import { Tagged } from "../core/envelopes/cbor.ts";
import { factKey, type FactAnswer } from "../core/facts/facts.ts";
import type { PluginQuestion } from "../core/facts/plugin.ts";
import { outcomeOf } from "../core/finding.ts";
import { makeKey } from "../core/x509/fixture.test.ts";
import { parseTrustedNames } from "../trust/notation/trusted-names.ts";
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
} from "../formats/notation/fixture.test.ts";

const scheme = "io.cncf.notary.signingScheme";
const name = "io.cncf.notary.verificationPlugin";
const minVersion = "io.cncf.notary.verificationPluginMinVersion";
const headers = { crit: [scheme, name, minVersion, "com.example.level"], [name]: "example", [minVersion]: "1.2.0", "com.example.level": 3 };
const plain = ["format", "signature", "certificate", "identity", "validity"];
const malformed = ["format MALFORMED_EVIDENCE"];
const identity = "SIGNATURE_VERIFIER.TRUSTED_IDENTITY";
const revocation = "SIGNATURE_VERIFIER.REVOCATION_CHECK";

type Answered = Awaited<ReturnType<typeof verifyMade>>;

/** The only question of a finding. */
function questionIn({ match: { ownNeeds } }: Answered): PluginQuestion {
  const [question, ...more] = ownNeeds;
  assert.ok(question?.kind === "plugin" && more.length === 0);
  return question;
}
/** Verifies the signature with the plugin's answer. */
async function answered(answer: FactAnswer | object, made: Made = looseJws({ headers }), options: VerifyOptions = {}): Promise<Answered> {
  const question = questionIn(await verifyMade(made, options));
  const bytes = encodeUtf8(JSON.stringify({ name: "example", version: "1.2.3", digest: "ab", results: answer }));
  return verifyMade(made, {
    ...options,
    facts: new Map([[factKey(question), "code" in answer ? (answer satisfies object as FactAnswer) : { bytes }]]),
  });
}
const yes = { success: true, reason: "" };
const no = { success: false, reason: "" };
const profile = "arn:aws:signer:eu-west-1:111122223333:/signing-profiles/release";
const acme = "x509.subject: C=US, ST=WA, O=acme";
const other = "x509.subject: C=US, ST=WA, O=other";

suite("a signature that names a plugin", () => {
  test("is undecided until the plugin was asked, and says what to ask", async () => {
    for (const made of [
      looseJws({ headers: { ...headers, "com.example.hint": "x", "com.example.list": [1] } }),
      looseCose([
        [2, headers.crit],
        [name, "example"],
        [minVersion, "1.2.0"],
        ["com.example.level", 3],
        ["com.example.hint", "x"],
        ["com.example.list", [1]],
        [99, "y"],
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
        extended: { "com.example.level": 3, "com.example.hint": "x" },
        unprocessed: ["com.example.level"],
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
    const identities = parseTrustedNames([profile, "x509.subject:C=US,ST=WA,O=acme"], "names");
    const stores = { ca: [], signingAuthority: [root], tsa: [] };
    const question = questionIn(await verifyMade(made, { trusted: { ...trust, stores, identities } }));
    assert.deepEqual([question.authenticSigningTime, question.expiry], [now, now + 60_000]);
    assert.deepEqual(question.trustedIdentities, [profile, "x509.subject:C=US,ST=WA,O=acme"]);
  });

  test("holds if the plugin accepts it, and the report names the plugin's digest", async () => {
    const finding = await answered({ [identity]: { success: true, reason: "known" } });
    assert.deepEqual(summary(finding), ["format", "signature", "certificate", "identity", "identity", "validity", "plugin", "subject"]);
    assert.ok(finding.checks.some(({ detail }) => detail === "example 1.2.3 (sha256:ab) accepts who signed: known"));
    assert.equal(finding.checks.find((one) => one.name === "plugin")?.detail, "example 1.2.3 (sha256:ab) knows its attributes");
  });

  test("holds too if all that the plugin does is to know its attributes", async () => {
    assert.equal(outcomeOf(await answered({})), "passed");
  });

  test("does not if the plugin refuses, each thing by its code", async () => {
    const asked: VerifyOptions = { trusted: { ...trust, revocation: "ask" } };
    const finding = await answered(
      { [identity]: { success: false, reason: "no" }, [revocation]: { success: false, reason: "" } },
      looseJws({ headers }),
      asked,
    );
    const refused = finding.checks.filter(({ outcome }) => outcome === "failed");
    assert.deepEqual(
      refused.map((check) => [check.name, check.outcome !== "passed" && check.code]),
      [
        ["identity", "IDENTITY_MISMATCH"],
        ["revocation", "REVOKED"],
      ],
    );
  });

  const mismatch = "identity IDENTITY_MISMATCH";
  const undecided = "identity UNDECIDED?";
  const notAsked = { code: "FILE_NOT_FOUND", message: "the plugin is not installed" } as const;
  const decided: Readonly<
    Record<string, readonly [trusted: readonly string[], answer: FactAnswer | object, identities: readonly string[]]>
  > = {
    "is not accepted for the one expected if the plugin refuses it": [[acme], { [identity]: no }, ["identity", mismatch]],
    "is accepted by a name that only the plugin can read, if the plugin accepts it": [[profile], { [identity]: yes }, ["identity"]],
    "is not if the plugin refuses it": [[profile], { [identity]: no }, [mismatch]],
    "is not if the plugin looks at revocation alone": [[profile], { [revocation]: yes }, [mismatch]],
    "is not if the plugin looks at nothing": [[profile], {}, [mismatch]],
    "is undecided if the plugin has no answer": [[profile], notAsked, [undecided]],
    "is undecided if its word is cut": [[profile], { code: "MALFORMED", message: "it has no success" }, [undecided]],
    "is accepted by either kind of name, its subject": [[profile, acme], {}, ["identity"]],
    "is accepted by either kind of name, the plugin's": [[other, profile], { [identity]: yes }, ["identity"]],
    "is not by its subject if the plugin refuses it": [[profile, acme], { [identity]: no }, ["identity", mismatch]],
    "is not by neither": [[profile, other], { [identity]: no }, [mismatch]],
    "is not by a subject of somebody else where the plugin does not look": [[profile, other], { [revocation]: yes }, [mismatch]],
    "is undecided by no subject of its own without the plugin": [[profile, other], notAsked, [undecided]],
  };
  for (const [what, [texts, answer, expected]] of Object.entries(decided)) {
    test(what, async () => {
      const trusted = { ...trust, identities: parseTrustedNames(texts, "names"), revocation: "ask" } as const;
      const finding = await answered(answer, looseJws({ headers }), { trusted });
      assert.deepEqual(
        summary(finding).filter((check) => check.startsWith("identity")),
        expected,
      );
      const outcome = expected.includes(mismatch) ? "failed" : "code" in answer ? "undecided" : "passed";
      assert.equal(outcomeOf(finding), outcome);
    });
  }

  test("causes no plugin request for an unexpected signer", async () => {
    const trusted = { ...trust, identities: parseTrustedNames([other], "names") };
    const finding = await verifyMade(looseJws({ headers }), { trusted });
    assert.deepEqual([finding.match.ownNeeds, outcomeOf(finding)], [[], "failed"]);
    assert.ok(summary(finding).includes(mismatch));
  });

  test("is undecided by a name that only the plugin can read, until it answers; an untrusted signature causes no request", async () => {
    const identities = parseTrustedNames([profile], "names");
    const finding = await verifyMade(looseJws({ headers }), { trusted: { ...trust, identities } });
    assert.ok(summary(finding).includes(undecided));
    assert.deepEqual(questionIn(finding).trustedIdentities, [profile]);
    const stores = { ca: [], signingAuthority: [root], tsa: [] };
    const stranger = await verifyMade(looseJws({ headers }), { trusted: { ...trust, identities, stores } });
    assert.deepEqual([stranger.match.ownNeeds, outcomeOf(stranger)], [[], "failed"]);
  });

  test("is not needed where the names of a policy are for plugins, and without a plugin no signer matches them", async () => {
    for (const [texts, expected] of [
      [[profile], "failed"],
      [[profile, other], "failed"],
      [[profile, acme], "passed"],
    ] as const) {
      const finding = await verifyMade(looseJws(), { trusted: { ...trust, identities: parseTrustedNames(texts, "names") } });
      assert.equal(outcomeOf(finding), expected);
      const check = finding.checks.find(({ name: one }) => one === "identity");
      if (expected === "failed")
        assert.match(check?.detail ?? "", /is none of the subjects expected under acme, and no plugin decides about "arn:aws:signer/);
    }
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
    assert.deepEqual(finding.match.ownNeeds, []);
  });

  test("by an untrusted signer runs no plugin, and stays refused", async () => {
    const finding = await verifyMade(looseJws({ headers }), {
      trusted: { ...trust, stores: { ca: [], signingAuthority: [root], tsa: [] } },
    });
    assert.deepEqual(finding.match.ownNeeds, []);
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

  test("is undecided where it has more attributes than a plugin is told", async () => {
    const many = Object.fromEntries(Array.from({ length: 1000 }, (_none, i) => [`com.example.${i}`, i]));
    assert.deepEqual(summary(await verifyMade(looseJws({ headers: { ...headers, ...many } }))), ["format LIMIT_EXCEEDED?"]);
  });

  test("is refused where a number of COSE is for the plugin", async () => {
    const made = looseCose([
      [2, [scheme, name, 99]],
      [name, "example"],
      [99, "x"],
    ]);
    assert.deepEqual(summary(await verifyMade(made)), ["format UNSUPPORTED?"]);
  });
});
