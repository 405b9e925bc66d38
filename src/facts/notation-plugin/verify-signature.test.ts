import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import { installPlugin, moods, type Moods } from "../../../test/fakes/notation-plugin.ts";
import { makeCertificate, makeKey } from "../../core/x509/fixture.test.ts";
import type { PluginQuestion } from "../../core/facts/plugin.ts";
import { verifySignatureByPlugin } from "./verify-signature.ts";

const { signal } = new AbortController();
const key = makeKey();
const certificate = makeCertificate({ key });
const identity = "SIGNATURE_VERIFIER.TRUSTED_IDENTITY";
const revocation = "SIGNATURE_VERIFIER.REVOCATION_CHECK";
const question: PluginQuestion = {
  kind: "plugin",
  plugin: "com.example.fake",
  minVersion: "1.2.0",
  contentType: "application/vnd.cncf.notary.payload.v1+json",
  signingScheme: "notary.x509.signingAuthority",
  authenticSigningTime: Date.UTC(2026, 5, 15),
  expiry: Date.UTC(2026, 6, 15),
  extended: { "com.example.level": 3, "com.example.note": null, "com.example.hint": "x" },
  unprocessed: ["com.example.level", "com.example.note"],
  chain: [certificate],
  trustedIdentities: ["*"],
  wanted: [identity, revocation],
};
const fine = { success: true, reason: "" };

suite("a plugin that a signature names", { skip: process.platform === "win32" && "the fake plugin is a script" }, () => {
  let folder = "";
  let path = "";
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "touchmark-verifier-"));
    path = await installPlugin(folder, { key: key.privateKey, chain: [certificate.raw] });
  });
  after(() => rm(folder, { recursive: true }));

  const config = { region: "here" };
  const ask = (change: Partial<PluginQuestion> = {}, by: Moods = {}) =>
    verifySignatureByPlugin({ ...question, ...change }, { folder, config, env: moods(by), signal });

  test("performs the wanted checks that it supports, and is identified by its digest", async () => {
    const { results, ...plugin } = await ask();
    assert.deepEqual([...results], [[identity, { success: true, reason: `${identity} is fine` }]]);
    const digest = createHash("sha256")
      .update(await readFile(path))
      .digest("hex");
    assert.deepEqual(plugin, { name: "com.example.fake", version: "1.2.3", digest });
  });

  test("receives the values of the signature, the trust policy and the user", async () => {
    // The fake returns its request in the text of a failure.
    await assert.rejects(ask({}, { "verify-signature": "echo" }), (error) => {
      assert.ok(error instanceof Error);
      assert.match(error.message, /"authenticSigningTime":"2026-06-15T00:00:00Z"/);
      assert.match(error.message, /"verificationPluginMinVersion":"1.2.0"/);
      assert.match(error.message, /"unprocessedAttributes":\["com.example.level","com.example.note"\]/);
      return true;
    });
    await assert.rejects(ask({}, { "verify-signature": "echoPolicy" }), (error) => {
      assert.ok(error instanceof Error);
      const trustPolicy = { trustedIdentities: ["*"], signatureVerification: [identity] };
      assert.ok(error.message.endsWith(JSON.stringify({ trustPolicy, pluginConfig: config })), error.message);
      return true;
    });
    await assert.rejects(ask({}, { "get-plugin-metadata": "echo" }), /"pluginConfig":\{"region":"here"\}/);
  });

  test("may process attributes that are not critical", async () => {
    const processedAttributes = ["com.example.note", "com.example.hint", "com.example.level"];
    assert.equal((await ask({}, { "verify-signature": { processedAttributes } })).results.size, 1);
  });

  test("may fail a check, with a sanitised reason", async () => {
    const no = { [identity]: { success: false, reason: "\u001b[2Jnot\nours" } };
    const { results } = await ask({}, { "verify-signature": { verificationResults: no } });
    assert.deepEqual(results.get(identity), { success: false, reason: "[2Jnot ours" });
  });

  const bad: Readonly<Record<string, readonly [Partial<PluginQuestion>, Moods, code: string, message: RegExp]>> = {
    "is not installed": [{ plugin: "missing" }, {}, "FILE_NOT_FOUND", /missing is not installed/],
    "has a path as name": [{ plugin: "../com.example.fake" }, {}, "USAGE", /not the name of a plugin/],
    "is too old": [{ minVersion: "1.10.0" }, {}, "UNSUPPORTED", /version 1.10.0 of the plugin com.example.fake, and 1.2.3/],
    "has no version": [{}, { "get-plugin-metadata": { version: "new" } }, "MALFORMED", /"new" is not a version/],
    "is required in an invalid version": [{ minVersion: "new" }, {}, "MALFORMED", /"new" is not a version/],
    "verifies nothing": [{}, { "get-plugin-metadata": { capabilities: ["SIGNATURE_GENERATOR.RAW"] } }, "UNSUPPORTED", /verifies no/],
    "omits a requested check": [{}, { "verify-signature": { verificationResults: {} } }, "MALFORMED", /has "", expected/],
    "returns a check that was not requested": [
      {},
      { "verify-signature": { verificationResults: { [identity]: fine, [revocation]: fine } } },
      "MALFORMED",
      /REVOCATION_CHECK", expected/,
    ],
    "processes an unknown attribute": [
      {},
      { "verify-signature": { processedAttributes: ["com.example.level", "com.example.note", "com.example.more"] } },
      "MALFORMED",
      /com.example.more/,
    ],
    "omits a critical attribute": [
      {},
      { "verify-signature": { processedAttributes: ["com.example.note"] } },
      "MALFORMED",
      /com.example.level/,
    ],
    "returns a success that is not a boolean": [
      {},
      { "verify-signature": { verificationResults: { [identity]: { success: "yes" } } } },
      "MALFORMED",
      /true or false/,
    ],
    crashes: [{}, { "verify-signature": "crash" }, "PLUGIN_FAILED", /failed at verify-signature \(status 3\)/],
  };
  for (const [name, [change, by, code, message]] of Object.entries(bad)) {
    test(`throws if it ${name}`, () => assert.rejects(ask(change, by), { code, message }));
  }
});
