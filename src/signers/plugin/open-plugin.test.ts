import assert from "node:assert/strict";
import { chmod, mkdir, mkdtemp, rename, rm, symlink, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import { inspect } from "node:util";
import { installPlugin, moods, type Moods } from "../../../test/fakes/notation-plugin.ts";
import { encodeUtf8, toBase64 } from "../../core/bytes.ts";
import { TouchmarkError } from "../../core/errors.ts";
import { signingSchemes } from "../../core/signature-schemes.ts";
import type { SignRequest } from "../../core/signer.ts";
import { extensions, makeDer, makeKey } from "../../core/x509/fixture.test.ts";
import { openPluginKey } from "./plugin-signer.ts";

const { signal } = new AbortController();
const key = makeKey();
const authority = makeKey();
const root = makeDer({ subject: "root", key: authority, extensions: [extensions.authority(), extensions.keyCertSign] });
const issued = { subject: "release", issuer: "root", signedBy: authority.privateKey, extensions: [extensions.digitalSignature] };
const leaf = makeDer({ ...issued, key });
const scheme = signingSchemes["ecdsa-sha256-p1363"];
const request: SignRequest = {
  bytes: encodeUtf8("message"),
  scheme,
  claim: { kind: "signature", subject: `sha256:${"0".repeat(64)}`, annotations: {} },
};

// One at a time: a file that is being written while another process is started cannot be run.
suite("a key in a plugin of notation", { skip: process.platform === "win32" && "the fake plugin is a script" }, () => {
  let folder = "";
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "touchmark-plugin-"));
    await installPlugin(folder, { key: key.privateKey, chain: [leaf, root] });
  });
  after(() => rm(folder, { recursive: true }));

  const open = (by: Moods = {}, env: Readonly<Record<string, string>> = {}) =>
    openPluginKey({ folder, plugin: "com.example.fake", id: "release", config: { region: "here" }, env: { ...moods(by), ...env } });

  test("signs, and shows the certificates that the plugin has", async () => {
    const signer = open();
    const [{ publicKey, chain = [] }, signed] = await Promise.all([signer.describe(signal), signer.sign(request, signal)]);
    assert.deepEqual(
      chain.map(({ subject }) => subject.text),
      ["CN=release", "CN=root"],
    );
    assert.equal(await scheme.verify(key.publicKey, request.bytes, signed.signature), true);
    assert.equal(signed.by.publicKey, publicKey);
  });

  test("signs for the Notary Project alone", async () => {
    const { scheme: _, ...asTheKeySigns } = request;
    await assert.rejects(open().sign(asTheKeySigns, signal), { code: "UNSUPPORTED", hint: /notation/ });
  });

  test("need not read what it does not need", async () => {
    const { publicKey } = await open({ "get-plugin-metadata": "deaf" }).describe(signal);
    assert.equal(publicKey.algorithm.name, "ecdsa-p256");
  });

  const anotherKey = toBase64(makeDer({ ...issued, key: makeKey() }));
  const rsaLike = { keySpec: "RSA-2048" };
  const bad: Readonly<Record<string, readonly [Moods, code: string, message: RegExp]>> = {
    "answers with other text": [{ "describe-key": "chatter" }, "MALFORMED", /describe-key is not JSON/],
    "answers with nothing": [{ "get-plugin-metadata": "silence" }, "MALFORMED", /not JSON/],
    "floods its output": [{ "generate-signature": "flood" }, "LIMIT_EXCEEDED", /67108864 bytes/],
    "has another name": [{ "get-plugin-metadata": { name: "other" } }, "PLUGIN_FAILED", /calls itself "other"/],
    "keeps to another contract": [{ "get-plugin-metadata": { supportedContractVersions: ["2.0"] } }, "UNSUPPORTED", /contract 2.0/],
    "cannot sign": [{ "get-plugin-metadata": { capabilities: ["\u001b[2JX"] } }, "UNSUPPORTED", /capable of \[2JX, expected/],
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
    test(`a plugin that ${name}`, () => assert.rejects(open(by).describe(signal), { code, message }));
  }

  test("what a plugin complains of outside of the contract is not repeated", async () => {
    await assert.rejects(open({ "describe-key": "crash" }).describe(signal), (error) => !inspect(error, { depth: 9 }).includes("hunter2"));
  });

  test("a certificate that changes between two signatures is noticed", async () => {
    const signer = open();
    await signer.describe(signal);
    const chain = join(folder, "plugins/com.example.fake/chain.json");
    await rename(chain, `${chain}.before`);
    await writeFile(chain, JSON.stringify([toBase64(makeDer({ ...issued, subject: "renewed", key })), toBase64(root)]));
    await assert.rejects(signer.sign(request, signal), { code: "PLUGIN_FAILED", message: /another certificate/ });
    await rename(`${chain}.before`, chain);
    await signer.sign(request, signal);
  });

  test("passwords and tokens of signing tools stay here", async () => {
    const env = {
      TOUCHMARK_PASSWORD: "a",
      COSIGN_PASSWORD: "b",
      SIGSTORE_ID_TOKEN: "c",
      ACTIONS_ID_TOKEN_REQUEST_TOKEN: "d",
      AWS_REGION: "e",
    };
    await assert.rejects(open({ "describe-key": "tell" }, env).describe(signal), (error) => {
      assert(error instanceof TouchmarkError);
      assert.match(error.message, /AWS_REGION/);
      assert.doesNotMatch(error.message, /TOUCHMARK|COSIGN|SIGSTORE|ACTIONS/);
      return true;
    });
  });

  test("one that hangs is ended with what it has started", async (t) => {
    const server = createServer();
    t.after(() => server.close());
    const bothThere = Promise.withResolvers<void>();
    const bothGone = Promise.withResolvers<void>();
    let there = 0;
    let gone = 0;
    server.on("connection", (socket) => {
      if (++there === 2) bothThere.resolve();
      socket.on("error", () => undefined).on("close", () => ++gone === 2 && bothGone.resolve());
      socket.resume();
    });
    await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    assert.ok(typeof address === "object" && address !== null);
    const reason = new TouchmarkError("INTERRUPTED", "enough");
    const abort = new AbortController();
    const described = assert.rejects(open({ "describe-key": "hang" }, { FAKE_PORT: String(address.port) }).describe(abort.signal), reason);
    await bothThere.promise;
    abort.abort(reason);
    await Promise.all([described, bothGone.promise]);
  });

  test("an interruption runs nothing", async () => {
    const reason = new TouchmarkError("INTERRUPTED", "enough");
    await assert.rejects(open().describe(AbortSignal.abort(reason)), reason);
  });

  const names = ["", "..", "a/b", "../com.example.fake", "com.example.fake\n", "-x", "a".repeat(101)];
  for (const name of names) {
    test(`is not looked for under ${JSON.stringify(name.slice(0, 30))}`, async () => {
      const signer = openPluginKey({ folder, plugin: name, id: "release", config: {}, env: {} });
      await assert.rejects(signer.describe(signal), { code: "USAGE" });
    });
  }

  test("is run only where it was installed as itself", async () => {
    const installed = join(folder, "plugins/com.example.fake/notation-com.example.fake");
    const described = async (name: string) => openPluginKey({ folder, plugin: name, id: "a", config: {}, env: {} }).describe(signal);
    await assert.rejects(described("missing"), { code: "FILE_NOT_FOUND", message: /missing is not installed/ });

    await mkdir(join(folder, "plugins/linked"));
    await symlink(installed, join(folder, "plugins/linked/notation-linked"));
    await assert.rejects(described("linked"), { code: "PLUGIN_FAILED", message: /no plain file/ });

    await symlink(join(folder, "plugins/com.example.fake"), join(folder, "plugins/elsewhere"));
    await assert.rejects(described("elsewhere"), { code: "PLUGIN_FAILED", message: /no plain folder/ });

    await mkdir(join(folder, "plugins/folder/notation-folder"), { recursive: true });
    await assert.rejects(described("folder"), { code: "PLUGIN_FAILED", message: /no plain file/ });

    await mkdir(join(folder, "plugins/text"));
    await writeFile(join(folder, "plugins/text/notation-text"), "text");
    await chmod(join(folder, "plugins/text/notation-text"), 0o644);
    await assert.rejects(described("text"), { code: "PLUGIN_FAILED", message: /may not be executed/ });
    await chmod(join(folder, "plugins/text/notation-text"), 0o755);
    await assert.rejects(described("text"), { code: "PLUGIN_FAILED", message: /text failed/ });
  });
});
