import assert from "node:assert/strict";
import { rm } from "node:fs/promises";
import { after, before, suite, test } from "node:test";
import type { Moods } from "../../../test/fakes/notation-plugin.ts";
import { decodeUtf8, encodeUtf8 } from "../../core/bytes.ts";
import { TouchmarkError } from "../../core/errors.ts";
import { parseFlattenedJws } from "../../core/envelopes/jws.ts";
import type { EnvelopeRequest } from "../../core/signer.ts";
import { install, keyIn, skip, watchHanging } from "../../plugins/notation/fixture.test.ts";
import { openPluginKey } from "./open-plugin.ts";
import type { PluginKey } from "./plugin-key.ts";

const { signal } = new AbortController();
const request: EnvelopeRequest = {
  payload: encodeUtf8('{"targetArtifact":{}}'),
  payloadType: "application/vnd.cncf.notary.payload.v1+json",
  envelopeType: "application/jose+json",
};

suite("a plugin that generates envelopes", { skip }, () => {
  let folder = "";
  before(async () => void (folder = await install(["SIGNATURE_GENERATOR.ENVELOPE"])));
  after(() => rm(folder, { recursive: true }));

  async function envelop(by: Moods = {}, change: Partial<EnvelopeRequest> = {}, env: PluginKey["env"] = {}, until = signal) {
    const signer = await openPluginKey(keyIn(folder, by, env), until);
    assert.ok("envelop" in signer);
    return signer.envelop({ ...request, ...change }, until);
  }

  test("generates an envelope of the payload, with its annotations", async () => {
    const { bytes, annotations } = await envelop();
    assert.equal(decodeUtf8(parseFlattenedJws(bytes, "envelope").payload), '{"targetArtifact":{}}');
    assert.deepEqual({ ...annotations }, { "com.example.job": "42" });
  });

  test("gets the request of the contract", async () => {
    // The fake returns its request, in the text of an error.
    const requestWith = async (change?: Partial<EnvelopeRequest>): Promise<unknown> => {
      const error: unknown = await envelop({ "generate-envelope": "echo" }, change).catch((thrown: unknown) => thrown);
      assert.ok(error instanceof TouchmarkError);
      return JSON.parse(error.message.slice(error.message.indexOf("{")));
    };
    const always = {
      contractVersion: "1.0",
      keyId: "release",
      pluginConfig: { region: "here" },
      payload: "eyJ0YXJnZXRBcnRpZmFjdCI6e319",
      payloadType: "application/vnd.cncf.notary.payload.v1+json",
    };
    assert.deepEqual(await requestWith(), { ...always, signatureEnvelopeType: "application/jose+json" });
    assert.deepEqual(await requestWith({ envelopeType: "application/cose", lifetime: 3600 }), {
      ...always,
      signatureEnvelopeType: "application/cose",
      expiryDurationInSeconds: 3600,
    });
  });

  test("need not return annotations", async () => {
    for (const annotations of [null, {}]) {
      const made = await envelop({ "generate-envelope": { annotations } });
      assert.deepEqual({ ...made.annotations }, {});
    }
  });

  const bad: Readonly<Record<string, readonly [Moods[string], code: string, message: RegExp]>> = {
    "makes another type": [{ signatureEnvelopeType: "application/cose" }, "PLUGIN_FAILED", /of type "application\/cose", asked for/],
    "says no type": [{ signatureEnvelopeType: null }, "MALFORMED", /signatureEnvelopeType is missing/],
    "makes nothing": [{ signatureEnvelope: null }, "MALFORMED", /signatureEnvelope is missing/],
    "writes what is not base64": [{ signatureEnvelope: "%" }, "MALFORMED", /not base64/],
    "annotates with what is no text": [{ annotations: { job: 42 } }, "MALFORMED", /annotations\.job is not a string/],
    "annotates with a list": [{ annotations: ["job"] }, "MALFORMED", /annotations is not an object/],
    "floods its output": ["flood", "LIMIT_EXCEEDED", /generate-envelope with more than 67108864 bytes/],
    "answers with other text": ["chatter", "MALFORMED", /generate-envelope is not JSON/],
    "denies access": ["refuse", "UNAUTHORIZED", /generate-envelope, saying ACCESS_DENIED: log in/],
    "has enough": ["throttle", "RATE_LIMITED", /saying THROTTLED$/],
    "breaks down": ["crash", "PLUGIN_FAILED", /failed at generate-envelope \(status 3\)$/],
  };
  for (const [name, [mood, code, message]] of Object.entries(bad)) {
    test(`that ${name} is refused`, () => assert.rejects(envelop({ "generate-envelope": mood }), { code, message }));
  }

  test("that hangs is ended with its child processes", async (t) => {
    const { env, started, ended } = await watchHanging(t);
    const reason = new TouchmarkError("INTERRUPTED", "enough");
    const abort = new AbortController();
    const made = assert.rejects(envelop({ "generate-envelope": "hang" }, {}, env, abort.signal), reason);
    await started;
    abort.abort(reason);
    await Promise.all([made, ended]);
  });
});
