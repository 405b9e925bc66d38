import assert from "node:assert/strict";
import { rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import { inspect } from "node:util";
import type { Moods } from "../../../test/fakes/notation-plugin.ts";
import { encodeUtf8, toBase64 } from "../../core/bytes.ts";
import { TouchmarkError } from "../../core/errors.ts";
import { signingSchemes } from "../../core/keys/signature-schemes.ts";
import type { Signer, SignRequest } from "../../core/signer.ts";
import { makeDer, makeKey } from "../../core/x509/fixture.test.ts";
import { install, issued, key, keyIn, root, skip, watchHanging } from "../../plugins/notation/fixture.test.ts";
import { openPluginKey } from "./open-plugin.ts";
import type { PluginKey } from "./plugin-key.ts";

const { signal } = new AbortController();
const scheme = signingSchemes["ecdsa-sha256-p1363"];
const request: SignRequest = {
  bytes: encodeUtf8("message"),
  scheme,
  claim: { kind: "signature", subject: `sha256:${"0".repeat(64)}`, annotations: {} },
};

// One at a time: a file that is open for writing while another process starts cannot be executed.
suite("a plugin that generates raw signatures", { skip }, () => {
  let folder = "";
  before(async () => void (folder = await install()));
  after(() => rm(folder, { recursive: true }));

  async function open(by: Moods = {}, env: PluginKey["env"] = {}, until = signal): Promise<Signer> {
    const signer = await openPluginKey(keyIn(folder, by, env), until);
    assert.ok("sign" in signer);
    return signer;
  }
  const describe = async (by?: Moods, env?: PluginKey["env"], until = signal) => (await open(by, env, until)).describe(until);

  test("signs, and returns the plugin's certificates", async () => {
    const signer = await open();
    const [{ publicKey, chain = [] }, signed] = await Promise.all([signer.describe(signal), signer.sign(request, signal)]);
    assert.deepEqual(
      chain.map(({ subject }) => subject.text),
      ["CN=release", "CN=root"],
    );
    assert.equal(scheme.verify(key.publicKey, request.bytes, signed.signature), true);
    assert.equal(signed.by.publicKey, publicKey);
  });

  test("signs only for the Notary Project", async () => {
    const { scheme: _, ...asTheKeySigns } = request;
    await assert.rejects((await open()).sign(asTheKeySigns, signal), { code: "UNSUPPORTED", hint: /notation/ });
  });

  const anotherKey = toBase64(makeDer({ ...issued, key: makeKey() }));
  const rsaLike = { keySpec: "RSA-2048" };
  const bad: Readonly<Record<string, readonly [Moods, code: string, message: RegExp]>> = {
    "answers with other text": [{ "describe-key": "chatter" }, "MALFORMED", /describe-key is not JSON/],
    "floods its output": [{ "generate-signature": "flood" }, "LIMIT_EXCEEDED", /67108864 bytes/],
    "has a key of no accepted kind": [{ "describe-key": { keySpec: "EC-512" } }, "PLUGIN_FAILED", /kind "EC-512"/],
    "describes another key": [{ "describe-key": { keyId: "other" } }, "PLUGIN_FAILED", /key "other", asked for "release"/],
    "signs with another key": [{ "generate-signature": { keyId: "other" } }, "PLUGIN_FAILED", /key "other"/],
    "has a key of another kind than it says": [
      { "describe-key": rsaLike, "generate-signature": { signingAlgorithm: "RSASSA-PSS-SHA-256" } },
      "PLUGIN_FAILED",
      /key of RSA-2048 and a certificate of EC-256/,
    ],
    "signs by another algorithm": [{ "generate-signature": { signingAlgorithm: "ECDSA-SHA-1" } }, "PLUGIN_FAILED", /by "ECDSA-SHA-1"/],
    "signs something else": [{ "generate-signature": { signature: toBase64(new Uint8Array(64)) } }, "PLUGIN_FAILED", /does not verify/],
    "has the certificate of another key": [
      { "generate-signature": { certificateChain: [anotherKey] } },
      "PLUGIN_FAILED",
      /does not verify/,
    ],
    "has no certificate": [{ "generate-signature": { certificateChain: [] } }, "MALFORMED", /no certificate/],
    "has no end of certificates": [
      { "generate-signature": { certificateChain: Array.from({ length: 17 }, () => anotherKey) } },
      "LIMIT_EXCEEDED",
      /17 certificates/,
    ],
    "has a certificate that is none": [{ "generate-signature": { certificateChain: ["AAAA"] } }, "MALFORMED", /certificateChain\[0\]/],
    "writes what is not base64": [{ "generate-signature": { signature: "%" } }, "MALFORMED", /not base64/],
    "denies access": [{ "describe-key": "refuse" }, "UNAUTHORIZED", /describe-key, saying ACCESS_DENIED: log in \[31m first$/],
    "has enough": [{ "describe-key": "throttle" }, "RATE_LIMITED", /saying THROTTLED$/],
    "says at length what nobody knows": [{ "describe-key": "invent" }, "PLUGIN_FAILED", /saying MADE_UP: x{499}…$/],
    "breaks down": [{ "describe-key": "crash" }, "PLUGIN_FAILED", /failed at describe-key \(status 3\)$/],
  };
  for (const [name, [by, code, message]] of Object.entries(bad)) {
    test(`a plugin that ${name}`, () => assert.rejects(describe(by), { code, message }));
  }

  test("error text outside the contract is not quoted", async () => {
    await assert.rejects(describe({ "describe-key": "crash" }), (error) => !inspect(error, { depth: 9 }).includes("hunter2"));
  });

  test("a certificate that changes between two signatures is an error", async () => {
    const signer = await open();
    await signer.describe(signal);
    const chain = join(folder, "plugins/com.example.fake/chain.json");
    await rename(chain, `${chain}.before`);
    await writeFile(chain, JSON.stringify([toBase64(makeDer({ ...issued, subject: "renewed", key })), toBase64(root)]));
    await assert.rejects(signer.sign(request, signal), { code: "PLUGIN_FAILED", message: /another certificate/ });
    await rename(`${chain}.before`, chain);
    await signer.sign(request, signal);
  });

  test("environment variables with passwords and tokens are not passed on", async () => {
    const env = {
      TOUCHMARK_PASSWORD: "a",
      COSIGN_PASSWORD: "b",
      SIGSTORE_ID_TOKEN: "c",
      ACTIONS_ID_TOKEN_REQUEST_TOKEN: "d",
      AWS_REGION: "e",
    };
    await assert.rejects(describe({ "describe-key": "tell" }, env), (error) => {
      assert(error instanceof TouchmarkError);
      assert.match(error.message, /AWS_REGION/);
      assert.doesNotMatch(error.message, /TOUCHMARK|COSIGN|SIGSTORE|ACTIONS/);
      return true;
    });
  });

  test("one that hangs is ended with its child processes", async (t) => {
    const { env, started, ended } = await watchHanging(t);
    const reason = new TouchmarkError("INTERRUPTED", "enough");
    const abort = new AbortController();
    const described = assert.rejects(describe({ "describe-key": "hang" }, env, abort.signal), reason);
    await started;
    abort.abort(reason);
    await Promise.all([described, ended]);
  });
});
