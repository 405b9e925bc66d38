import assert from "node:assert/strict";
import { mkdtempDisposable, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite, test } from "node:test";
import { inspect } from "node:util";
import { fakeToken, pin, type FakeToken, type TokenObject } from "../../../test/fakes/token.ts";
import { encodeUtf8 } from "../../core/bytes.ts";
import { TouchmarkError } from "../../core/errors.ts";
import { encodePem } from "../../core/asn1/pem.ts";
import { signingSchemes } from "../../core/keys/signature-schemes.ts";
import type { SignRequest } from "../../core/signer.ts";
import { extensions, makeDer, makeKey } from "../../core/x509/fixture.test.ts";
import { ck } from "./cryptoki.ts";
import { openPkcs11Key, type Pkcs11Key } from "./pkcs11-signer.ts";

const { signal } = new AbortController();
const key = makeKey();
const authority = makeKey();
const id = Buffer.of(1);
const root = makeDer({ subject: "root", key: authority, extensions: [extensions.authority(), extensions.keyCertSign] });
const leaf = makeDer({
  subject: "release",
  issuer: "root",
  signedBy: authority.privateKey,
  key,
  extensions: [extensions.digitalSignature],
});
const privateKey: TokenObject = { class: ck.class.privateKey, label: "release", id, key: key.privateKey };
const publicKey: TokenObject = { class: ck.class.publicKey, label: "release", id, key: key.publicKey };
const certificate = (value: Uint8Array, beside?: Buffer): TokenObject => ({
  class: ck.class.certificate,
  value,
  ...(beside && { id: beside }),
});
const request: SignRequest = {
  bytes: encodeUtf8("message"),
  claim: { kind: "signature", subject: `sha256:${"0".repeat(64)}`, annotations: {} },
};
const uri = "pkcs11:token=team;object=release?module-path=/usr/lib/fake.so";

/** A signer on the token, with the right PIN by default. */
function open(token: FakeToken, change: Partial<Pkcs11Key> = {}) {
  return openPkcs11Key({ uri, pin: async () => pin, env: {}, load: token.load, ...change });
}
/** Checks that nothing is left open after it is disposed of. */
function assertClosed({ open: left }: FakeToken): void {
  assert.deepEqual(left, { modules: 0, sessions: 0 });
}

suite("a key on a token", () => {
  test("returns signatures that the key verifies, in the format's form", async () => {
    const token = fakeToken([privateKey, publicKey]);
    const signer = open(token);
    const { signature, by } = await signer.sign(request, signal);
    assert.equal(signingSchemes["ecdsa-sha256"].verify(key.publicKey, request.bytes, signature), true);
    assert.equal(by.publicKey.algorithm.name, "ecdsa-p256");
    assert.equal(by.chain, undefined);
    const scheme = signingSchemes["ecdsa-sha256-p1363"];
    const other = await signer.sign({ ...request, scheme }, signal);
    assert.equal(scheme.verify(key.publicKey, request.bytes, other.signature), true);
    await signer[Symbol.asyncDispose]();
    assertClosed(token);
  });

  test("signs concurrent requests one after the other", async () => {
    const token = fakeToken([privateKey, publicKey]);
    const signer = open(token);
    const all = await Promise.all(Array.from({ length: 5 }, () => signer.sign(request, signal)));
    for (const { signature } of all) assert.equal(signingSchemes["ecdsa-sha256"].verify(key.publicKey, request.bytes, signature), true);
    await signer[Symbol.asyncDispose]();
    assertClosed(token);
  });

  test("opens one session for all signatures", async () => {
    const token = fakeToken([privateKey, publicKey]);
    await using signer = open(token);
    for (let i = 0; i < 3; i++) await signer.sign(request, signal);
    for (const call of ["load", "C_Initialize", "C_OpenSession", "C_Login"]) {
      assert.equal(token.calls.filter((name) => name === call).length, 1, call);
    }
    assert.deepEqual(token.open, { modules: 1, sessions: 1 });
  });

  test("shares the module with other signers of this process, and does not finalise it for them", async () => {
    const token = fakeToken([privateKey, publicKey]);
    const [one, other] = [open(token), open(token)];
    await Promise.all([one.sign(request, signal), other.sign(request, signal)]);
    assert.deepEqual(token.open, { modules: 1, sessions: 2 });
    await one[Symbol.asyncDispose]();
    await other.sign(request, signal);
    assert.deepEqual(token.open, { modules: 1, sessions: 1 });
    await other[Symbol.asyncDispose]();
    assertClosed(token);
  });

  test("refuses to sign once it is disposed of, and may be disposed of twice", async () => {
    const token = fakeToken([privateKey, publicKey]);
    const signer = open(token);
    await signer.sign(request, signal);
    await signer[Symbol.asyncDispose]();
    await signer[Symbol.asyncDispose]();
    await assert.rejects(signer.sign(request, signal), { code: "USAGE", message: /is closed/ });
    assertClosed(token);
  });

  test("works again after the token was removed and inserted, without a new PIN prompt", async () => {
    const token = fakeToken([privateKey, publicKey]);
    let asked = 0;
    await using signer = open(token, { pin: async () => (asked++, pin) });
    await signer.sign(request, signal);
    token.pull();
    const { signature } = await signer.sign(request, signal);
    assert.equal(signingSchemes["ecdsa-sha256"].verify(key.publicKey, request.bytes, signature), true);
    assert.equal(asked, 1);
    assert.deepEqual(token.open, { modules: 1, sessions: 1 });
  });

  test("opens an ended session again once, and no more", async () => {
    const token = fakeToken([privateKey, publicKey]);
    await using signer = open(token);
    await signer.sign(request, signal);
    const before = token.calls.filter((name) => name === "C_OpenSession").length;
    token.failures.set("C_SignInit", new Error("CKR_SESSION_HANDLE_INVALID"));
    await assert.rejects(signer.sign(request, signal), { code: "PLUGIN_FAILED" });
    assert.equal(token.calls.filter((name) => name === "C_OpenSession").length, before + 1);
    assertClosed(token);
    token.failures.clear();
    await signer.sign(request, signal);
  });

  test("does not repeat a request that the token refuses for another reason", async () => {
    const token = fakeToken([privateKey, publicKey]);
    await using signer = open(token);
    await signer.sign(request, signal);
    token.failures.set("C_SignAsync", new Error("CKR_FUNCTION_CANCELED"));
    const before = token.calls.filter((name) => name === "C_SignAsync").length;
    await assert.rejects(signer.sign(request, signal), { code: "PLUGIN_FAILED", message: /CKR_FUNCTION_CANCELED/ });
    assert.equal(token.calls.filter((name) => name === "C_SignAsync").length, before + 1);
    assertClosed(token);
  });

  test("has the token's certificate chain, in order", async () => {
    const token = fakeToken([certificate(root), certificate(encodeUtf8("of no use")), privateKey, publicKey, certificate(leaf, id)]);
    const { chain = [] } = await open(token).describe(signal);
    assert.deepEqual(
      chain.map(({ subject }) => subject.text),
      ["CN=release", "CN=root"],
    );
  });

  test("has the public key of its certificate if the token has no public key object", async () => {
    const { publicKey: found } = await open(fakeToken([privateKey, certificate(leaf, id)])).describe(signal);
    assert.deepEqual(found.key.export({ format: "jwk" }), key.publicKey.export({ format: "jwk" }));
  });

  test("uses the chain of a file instead of the token's", async () => {
    await using folder = await mkdtempDisposable(join(tmpdir(), "touchmark-token-"));
    const certificateChain = join(folder.path, "chain.pem");
    await writeFile(certificateChain, encodePem("CERTIFICATE", leaf));
    const { chain = [] } = await open(fakeToken([privateKey, publicKey, certificate(leaf, id), certificate(root)]), {
      certificateChain,
    }).describe(signal);
    assert.equal(chain.length, 1);
    await writeFile(certificateChain, encodePem("CERTIFICATE", root));
    await assert.rejects(open(fakeToken([privateKey, publicKey]), { certificateChain }).describe(signal), { code: "CERTIFICATE_INVALID" });
  });

  const pins: Readonly<Record<string, Partial<Pkcs11Key>>> = {
    "the URI": { uri: `${uri}&pin-value=${pin}`, pin: () => Promise.reject(new Error("asked")) },
    "a variable": { uri: `${uri}&pin-source=env://PIN`, env: { PIN: `${pin}\n` }, pin: () => Promise.reject(new Error("asked")) },
  };
  for (const [from, change] of Object.entries(pins)) {
    test(`takes the PIN from ${from}`, async () => {
      await open(fakeToken([privateKey, publicKey]), change).sign(request, signal);
    });
  }

  test("prompts for its PIN once, and again if the key requires it for each signature", async () => {
    const token = fakeToken([{ ...privateKey, alwaysAuthenticate: true }, publicKey]);
    let asked = 0;
    const signer = open(token, { pin: async () => (asked++, pin) });
    await signer.sign(request, signal);
    assert.equal(asked, 1);
    await signer.sign(request, signal);
    assert.deepEqual(token.logins, [pin, pin, pin], "one for the session, and one for each signature");
  });

  test("on a token with a PIN pad, or without a PIN, there is no PIN prompt", async () => {
    for (const flags of [0, ck.flag.loginRequired | ck.flag.protectedAuthenticationPath]) {
      await open(fakeToken([privateKey, publicKey], flags), { pin: () => Promise.reject(new Error("asked")) }).sign(request, signal);
    }
  });

  test("a wrong PIN is tried once, however many signatures wait for it, and is never shown", async () => {
    const token = fakeToken([privateKey, publicKey]);
    const signer = open(token, { pin: async () => "hunter2" });
    const outcomes = await Promise.allSettled(Array.from({ length: 5 }, () => signer.sign(request, signal)));
    for (const outcome of outcomes) {
      assert.ok(outcome.status === "rejected" && outcome.reason instanceof TouchmarkError && outcome.reason.code === "WRONG_PASSWORD");
      assert.doesNotMatch(inspect(outcome.reason, { depth: 9 }), /hunter2/);
    }
    await assert.rejects(signer.describe(signal), { code: "WRONG_PASSWORD" });
    assert.deepEqual(token.logins, ["hunter2"]);
    assertClosed(token);
  });

  test("a locked token is reported, and gets no more requests", async () => {
    const token = fakeToken([privateKey, publicKey]);
    for (let i = 0; i < 3; i++) await assert.rejects(open(token, { pin: async () => "0" }).describe(signal));
    await assert.rejects(open(token).describe(signal), { code: "PLUGIN_FAILED", message: /locked/ });
    assert.equal(token.logins.length, 3);
  });

  test("a token can be used again after one failure", async () => {
    const token = fakeToken([privateKey, publicKey]);
    const signer = open(token);
    token.failures.set("C_OpenSession", new Error("CKR_TOKEN_NOT_PRESENT"));
    await assert.rejects(signer.sign(request, signal), {
      code: "PLUGIN_FAILED",
      message: /team;object=release failed \(CKR_TOKEN_NOT_PRESENT\)$/,
    });
    token.failures.clear();
    await signer.sign(request, signal);
  });

  for (const call of [
    "load",
    "C_Initialize",
    "C_GetSlotList",
    "C_GetTokenInfo",
    "C_OpenSession",
    "C_Login",
    "C_FindObjectsInit",
    "C_FindObjects",
    "C_GetAttributeValue",
    "C_SignInit",
    "C_SignAsync",
  ]) {
    test(`leaves nothing open if ${call} fails`, async () => {
      const token = fakeToken([privateKey, publicKey]);
      token.failures.set(call, new Error("CKR_DEVICE_ERROR"));
      await assert.rejects(open(token).sign(request, signal), { code: "PLUGIN_FAILED", message: /\(CKR_DEVICE_ERROR\)$/ });
      assertClosed(token);
    });
  }

  const wrong: readonly (readonly [string, readonly TokenObject[], string, code: string, message: RegExp])[] = [
    ["there is no such token", [privateKey], "pkcs11:token=other", "INVALID_KEY", /no token is pkcs11:token=other/],
    ["the slot differs", [privateKey], "pkcs11:slot-id=8", "INVALID_KEY", /no token is/],
    ["the serial number differs", [privateKey], "pkcs11:serial=5b", "INVALID_KEY", /no token is/],
    ["there is no such key", [privateKey], "pkcs11:object=other", "INVALID_KEY", /no private key/],
    ["there is no key with this id", [privateKey], "pkcs11:id=%02", "INVALID_KEY", /no private key/],
    ["there are two such keys", [privateKey, privateKey], "pkcs11:slot-id=7", "INVALID_KEY", /more than one private key/],
    ["its public key is missing", [privateKey], "pkcs11:", "INVALID_KEY", /public half/],
    [
      "the certificate with its id is of an unknown kind",
      [privateKey, certificate(Buffer.of(1), id)],
      "pkcs11:",
      "INVALID_KEY",
      /public half/,
    ],
  ];
  for (const [name, objects, start, code, message] of wrong) {
    test(`is not found if ${name}`, async () => {
      const token = fakeToken(objects);
      await assert.rejects(open(token, { uri: `${start}?module-path=/m` }).describe(signal), { code, message });
      assertClosed(token);
    });
  }

  test("requires a module, from the URI or from the options", async () => {
    const token = fakeToken([privateKey, publicKey]);
    assert.throws(() => open(token, { uri: "pkcs11:token=team" }), { code: "USAGE", message: /which module/ });
    await open(token, { uri: "pkcs11:token=team", modulePath: "/usr/lib/fake.so" }).describe(signal);
  });

  /** An open token that waits for touch until `touched` is resolved. */
  async function waitingForTouch(): Promise<{
    readonly token: FakeToken;
    readonly signer: ReturnType<typeof open>;
    readonly touched: PromiseWithResolvers<void>;
    readonly abort: AbortController;
  }> {
    const token = fakeToken([privateKey, publicKey]);
    const signer = open(token);
    await signer.describe(signal);
    const touched = Promise.withResolvers<void>();
    token.turn = touched.promise;
    return { token, signer, touched, abort: new AbortController() };
  }

  test("an abort takes effect while the token waits for touch, and what is open is closed after it", async () => {
    const { token, signer, touched, abort } = await waitingForTouch();
    const reason = new TouchmarkError("INTERRUPTED", "enough");
    const signing = assert.rejects(signer.sign(request, abort.signal), reason);
    abort.abort(reason);
    await signing;
    touched.resolve();
    await signer.sign(request, signal); // waits for its turn
    await assert.rejects(signer.sign(request, abort.signal), reason);
    await signer[Symbol.asyncDispose]();
    assertClosed(token);
  });

  test("disposing does not wait for an aborted signature", async () => {
    const { token, signer, touched, abort } = await waitingForTouch();
    const signing = assert.rejects(signer.sign(request, abort.signal), { code: "INTERRUPTED" });
    while (!token.calls.includes("C_SignAsync")) await new Promise((resolve) => setImmediate(resolve));
    abort.abort();
    await signing;
    await signer[Symbol.asyncDispose]();
    assert.equal(token.open.sessions, 1);
    touched.resolve();
    while (token.open.modules > 0) await new Promise((resolve) => setImmediate(resolve));
    assertClosed(token);
  });
});
