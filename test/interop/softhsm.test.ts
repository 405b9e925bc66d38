/** Keys on a token of SoftHSM, by way of the package pkcs11js. */
import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, before, suite, test } from "node:test";
import { encodeUtf8 } from "../../src/core/bytes.ts";
import { signingSchemes } from "../../src/core/keys/signature-schemes.ts";
import { extensions, makeDer, makeKey, type KeyPair } from "../../src/core/x509/fixture.test.ts";
import { ck, type Cryptoki } from "../../src/signers/pkcs11/cryptoki.ts";
import { openPkcs11Key, type Pkcs11Signer } from "../../src/signers/pkcs11/pkcs11-signer.ts";
import { label, makeToken, missingTokens, modulePath, pin, uriOf } from "./harness/softhsm.ts";
import { pkcs11jsPath } from "./peers/pkcs11js.ts";

const { signal } = new AbortController();
const claim = { kind: "signature", subject: `sha256:${"0".repeat(64)}`, annotations: {} } as const;
const bytes = encodeUtf8("message");

/** As the package has it. */
interface Module extends Cryptoki {
  C_CreateObject(session: Buffer, template: object[]): Buffer;
}

function load(): Module {
  const { PKCS11 } = createRequire(import.meta.url)(join(pkcs11jsPath, "pkcs11js"));
  return new PKCS11();
}

const keys: Readonly<Record<string, KeyPair>> = {
  p256: makeKey(),
  p384: generateKeyPairSync("ec", { namedCurve: "P-384" }),
  p521: generateKeyPairSync("ec", { namedCurve: "P-521" }),
  rsa: generateKeyPairSync("rsa", { modulusLength: 2048 }),
};
const schemes = {
  p256: ["ecdsa-sha256", "ecdsa-sha256-p1363"],
  p384: ["ecdsa-sha384", "ecdsa-sha384-p1363"],
  p521: ["ecdsa-sha512", "ecdsa-sha512-p1363"],
  rsa: ["rsa-pkcs1-sha256", "rsa-pkcs1-sha512", "rsa-pss-sha256", "rsa-pss-sha384", "rsa-pss-sha512"],
} as const;

suite("keys on a token of SoftHSM", { skip: missingTokens }, () => {
  let folder = "";
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "touchmark-softhsm-"));
    Object.assign(process.env, await makeToken(folder, keys)); // this file is a process of its own
  });
  after(() => rm(folder, { recursive: true, force: true }));

  const loadShared = async () => load(); // as in a program, all signers have their modules by one function
  const opened: Pkcs11Signer[] = [];
  afterEach(async () => {
    for (const signer of opened.splice(0)) await signer[Symbol.asyncDispose]();
  });
  const openUri = (uri: string, given = pin): Pkcs11Signer => {
    const signer = openPkcs11Key({ uri, pin: async () => given, env: {}, load: loadShared });
    opened.push(signer);
    return signer;
  };
  const open = (attributes: string, given = pin) => openUri(uriOf(attributes), given);

  for (const [name, names] of Object.entries(schemes)) {
    for (const scheme of names) {
      test(`${name} signs ${scheme}`, async () => {
        const { signature, by } = await open(`object=${name}`).sign({ bytes, claim, scheme: signingSchemes[scheme] }, signal);
        assert.deepEqual(by.publicKey.key.export({ format: "jwk" }), keys[name]?.publicKey.export({ format: "jwk" }));
        assert.equal(signingSchemes[scheme].verify(by.publicKey.key, bytes, signature), true);
      });
    }
  }

  test("signers of one process share the module and the login, and sign again and again", async () => {
    const signers = [open("object=p256"), open("object=rsa")];
    const made = await Promise.all([...signers, ...signers, ...signers].map((signer) => signer.sign({ bytes, claim }, signal)));
    for (const { signature, by } of made) assert.equal(by.publicKey.algorithm.signs.verify(by.publicKey.key, bytes, signature), true);
    await signers[0]?.[Symbol.asyncDispose]();
    await signers[1]?.sign({ bytes, claim }, signal);
  });

  test("a session that others ended is opened anew", async () => {
    const signer = open("object=p256");
    await signer.sign({ bytes, claim }, signal);
    const module = load();
    module.load(modulePath);
    module.C_Finalize(); // for the whole process
    module.C_Initialize();
    module.C_Finalize();
    const { signature, by } = await signer.sign({ bytes, claim }, signal);
    assert.equal(by.publicKey.algorithm.signs.verify(by.publicKey.key, bytes, signature), true);
  });

  test("the certificates on the token are its chain", async () => {
    assert.ok(keys["p256"]);
    const authority = makeKey();
    const root = makeDer({ subject: "root", key: authority, extensions: [extensions.authority(), extensions.keyCertSign] });
    const leaf = makeDer({ subject: "release", issuer: "root", signedBy: authority.privateKey, key: keys["p256"] });
    const module = load();
    module.load(modulePath);
    module.C_Initialize();
    const slot = module.C_GetSlotList(true).find((one) => module.C_GetTokenInfo(one).label.trim() === label);
    assert.ok(slot);
    const session = module.C_OpenSession(slot, ck.flag.serialSession | 2);
    module.C_Login(session, ck.user.user, pin);
    for (const [i, value] of [root, leaf].entries()) {
      module.C_CreateObject(session, [
        { type: ck.attribute.class, value: ck.class.certificate },
        { type: 0x80, value: 0 }, // X.509
        { type: 1, value: true }, // kept on the token
        { type: 0x101, value: Buffer.from("subject") },
        { type: ck.attribute.id, value: Buffer.of(i === 1 ? 0 : 0x99) },
        { type: ck.attribute.value, value: Buffer.from(value) },
      ]);
    }
    module.C_CloseSession(session);
    module.C_Finalize();
    module.close();
    const { chain = [] } = await open("id=%00").describe(signal);
    assert.deepEqual(
      chain.map(({ subject }) => subject.text),
      ["CN=release", "CN=root"],
    );
  });

  test("a wrong PIN, another key and another token are told apart", async () => {
    await assert.rejects(open("object=p256", "9999").describe(signal), { code: "WRONG_PASSWORD", message: /CKR_PIN_INCORRECT/ });
    await assert.rejects(open("object=other").describe(signal), { code: "INVALID_KEY", message: /no private key/ });
    await assert.rejects(open("serial=1").describe(signal), { code: "INVALID_KEY", message: /no token is/ });
  });

  test("what is no module is told", async () => {
    const text = join(folder, "text");
    await writeFile(text, "no module");
    const signer = openUri(`pkcs11:object=p256?module-path=${text}`);
    await assert.rejects(signer.describe(signal), { code: "PLUGIN_FAILED", message: /the module of/ });
  });
});
