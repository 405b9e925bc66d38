/**
 * Keys on a token of SoftHSM, by way of the package pkcs11js, where both are. SOFTHSM2_MODULE and SOFTHSM2_UTIL say where SoftHSM is,
 * if not where Debian has it; PKCS11JS where the package is, if it is not installed beside ours.
 */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import { encodeUtf8 } from "../../src/core/bytes.ts";
import { signingSchemes } from "../../src/core/signature-schemes.ts";
import { extensions, makeDer, makeKey } from "../../src/core/x509/fixture.test.ts";
import { CK, type Cryptoki } from "../../src/signers/pkcs11/cryptoki.ts";
import { openPkcs11Key } from "../../src/signers/pkcs11/pkcs11-signer.ts";

const modulePath = process.env["SOFTHSM2_MODULE"] ?? "/usr/lib/softhsm/libsofthsm2.so";
const utility = process.env["SOFTHSM2_UTIL"] ?? "softhsm2-util";
const { signal } = new AbortController();
const claim = { kind: "signature", subject: `sha256:${"0".repeat(64)}`, annotations: {} } as const;
const bytes = encodeUtf8("message");

const Module = packaged();
const missing = existsSync(modulePath) ? (Module ? false : "pkcs11js is not installed or not compiled") : `there is no ${modulePath}`;

/** The class of pkcs11js; undefined where it is not. */
function packaged(): (new () => Cryptoki & { C_CreateObject(session: Buffer, template: object[]): Buffer }) | undefined {
  try {
    return createRequire(import.meta.url)(process.env["PKCS11JS"] ?? "pkcs11js").PKCS11;
  } catch {
    return undefined;
  }
}

const keys: Readonly<Record<string, { readonly privateKey: KeyObject; readonly publicKey: KeyObject }>> = {
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

suite("keys on a token of SoftHSM", { skip: missing }, () => {
  let folder = "";
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "touchmark-softhsm-"));
    await mkdir(join(folder, "tokens"));
    await writeFile(join(folder, "softhsm2.conf"), `directories.tokendir = ${join(folder, "tokens")}\nobjectstore.backend = file\n`);
    process.env["SOFTHSM2_CONF"] = join(folder, "softhsm2.conf"); // this file is a process of its own
    const run = (...words: readonly string[]) => execFileSync(utility, ["--module", modulePath, ...words], { stdio: "pipe" });
    run("--init-token", "--free", "--label", "My token", "--pin", "1234", "--so-pin", "5678");
    for (const [i, [name, { privateKey }]] of Object.entries(keys).entries()) {
      await writeFile(join(folder, `${name}.pem`), privateKey.export({ format: "pem", type: "pkcs8" }));
      run("--import", join(folder, `${name}.pem`), "--token", "My token", "--label", name, "--id", `0${i}`, "--pin", "1234");
    }
  });
  after(() => rm(folder, { recursive: true, force: true }));

  const open = (attributes: string, pin = "1234") =>
    openPkcs11Key({
      uri: `pkcs11:token=My%20token;${attributes};type=private?module-path=${modulePath}`,
      pin: async () => pin,
      env: {},
      load: async () => {
        assert.ok(Module);
        return new Module();
      },
    });

  for (const [name, names] of Object.entries(schemes)) {
    for (const scheme of names) {
      test(`${name} signs ${scheme}`, async () => {
        const { signature, by } = await open(`object=${name}`).sign({ bytes, claim, scheme: signingSchemes[scheme] }, signal);
        assert.deepEqual(by.publicKey.key.export({ format: "jwk" }), keys[name]?.publicKey.export({ format: "jwk" }));
        assert.equal(await signingSchemes[scheme].verify(by.publicKey.key, bytes, signature), true);
      });
    }
  }

  test("the certificates on the token are its chain", async () => {
    assert.ok(Module && keys["p256"]);
    const authority = makeKey();
    const root = makeDer({ subject: "root", key: authority, extensions: [extensions.authority(), extensions.keyCertSign] });
    const leaf = makeDer({ subject: "release", issuer: "root", signedBy: authority.privateKey, key: keys["p256"] });
    const module = new Module();
    module.load(modulePath);
    module.C_Initialize();
    const slot = module.C_GetSlotList(true).find((one) => module.C_GetTokenInfo(one).label.trim() === "My token");
    assert.ok(slot);
    const session = module.C_OpenSession(slot, CK.flag.serialSession | 2);
    module.C_Login(session, CK.user.user, "1234");
    for (const [i, value] of [root, leaf].entries()) {
      module.C_CreateObject(session, [
        { type: CK.attribute.class, value: CK.class.certificate },
        { type: 0x80, value: 0 }, // X.509
        { type: 1, value: true }, // kept on the token
        { type: 0x101, value: Buffer.from("subject") },
        { type: CK.attribute.id, value: Buffer.of(i === 1 ? 0 : 0x99) },
        { type: CK.attribute.value, value: Buffer.from(value) },
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
    const signer = openPkcs11Key({
      uri: `pkcs11:object=p256?module-path=${join(folder, "p256.pem")}`,
      pin: async () => "1234",
      env: {},
      load: async () => {
        assert.ok(Module);
        return new Module();
      },
    });
    await assert.rejects(signer.describe(signal), { code: "PLUGIN_FAILED", message: /the module of/ });
  });
});
