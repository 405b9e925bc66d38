/** The command with keys on a token of SoftHSM: what it signs is verified by cosign, by notation and by itself. */
import assert from "node:assert/strict";
import { createPublicKey } from "node:crypto";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import type { KeyPair } from "../../src/core/x509/fixture.test.ts";
import { day, makeCompany, writeTrustFolder } from "../fakes/notary.ts";
import * as cosign from "./harness/cosign.ts";
import { pushImage, serveRegistry } from "./harness/crane.ts";
import { keyKinds } from "./harness/keys.ts";
import * as notation from "./harness/notation.ts";
import type { Ran } from "./harness/run.ts";
import type { Environment, Running } from "./harness/server.ts";
import { makeToken, missingTokens, pin, uriOf } from "./harness/softhsm.ts";
import * as touchmark from "./harness/touchmark.ts";
import { pkcs11jsPath } from "./peers/pkcs11js.ts";

/** Those of every format. */
const kinds = keyKinds.filter(({ name }) => name !== "ed25519");

/** One after the other: SoftHSM writes the token's file at every login, and another process that reads it meanwhile fails. */
suite("the command with a key on a token", { skip: missingTokens }, () => {
  let folder: string;
  let registry: Running;
  let env: Environment;
  const path = (name: string): string => join(folder, name);
  const push = (repository: string) => pushImage(`127.0.0.1:${registry.said}/${repository}:1`);
  const key = (name: string) => ["--key", uriOf(`object=${name}`)];
  const chain = (name: string) => ["--certificate-chain", path(`${name}.pem`)];

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "touchmark-tokens-"));
    registry = await serveRegistry();
    const acme = await makeCompany(folder, "acme", { notBefore: Date.now() - day, notAfter: Date.now() + day });
    const keys: Record<string, KeyPair> = {};
    for (const { name, generate } of kinds) {
      const privateKey = generate();
      keys[name] = { privateKey, publicKey: createPublicKey(privateKey) };
      await writeFile(path(`${name}.pub`), keys[name].publicKey.export({ type: "spki", format: "pem" }));
      await acme.signer(name, { key: keys[name] });
    }
    const stores = { "ca/acme": [acme.root] };
    const ofFiles = { registryScopes: undefined, globalPolicy: true };
    await writeTrustFolder(path("notation"), { statements: [{}], stores });
    await writeTrustFolder(path("notation"), { statements: [ofFiles], stores }, "trustpolicy.blob.json");
    env = { ...(await makeToken(folder, keys)), TOUCHMARK_PKCS11_PIN: pin, NODE_PATH: pkcs11jsPath };
  });
  after(async () => {
    await registry.stop();
    await rm(folder, { recursive: true });
  });

  for (const { name, hash } of kinds) {
    const toldHash = ["--signature-digest-algorithm", hash];

    test(`${name} signs an image in all formats`, async () => {
      const image = await push(name);
      await touchmark.signAs(image, ["--format", "bundle,cosign-legacy,notation", ...key(name), ...chain(name)], env);
      const bundle = await cosign.verify(image, path(name), toldHash);
      assert.match(accepted(bundle), /"type":"https:\/\/sigstore\.dev\/cosign\/sign\/v1"/);
      const signature = await cosign.verify(image, path(name), [...toldHash, "--new-bundle-format=false"]);
      assert.match(accepted(signature), /"type":"cosign container image signature"/);
      accepted(await notation.verify(image, path("notation")));
      const ours = accepted(await touchmark.verify(image, path(name)));
      for (const format of ["bundle", "cosign-legacy"])
        assert.match(ours, new RegExp(`evidence +${format} .*signature passed, subject passed`));
      accepted(await touchmark.verifyBy(image, ["--notation-config", path("notation")]));
    });

    test(`${name} signs a file in all formats`, async () => {
      const [file, bundle] = [path(`${name}.file`), path(`${name}.bundle`)];
      await writeFile(file, "what is signed");
      await touchmark.signFileAs(file, ["--bundle", bundle, ...key(name)], env);
      accepted(await cosign.verifyFile(file, bundle, path(name), toldHash));
      accepted(await touchmark.verifyFile(file, bundle, path(name)));
      for (const envelope of ["jws", "cose"]) {
        const flags = ["--format", "notation", "--envelope", envelope, ...key(name), ...chain(name)];
        await touchmark.signFileAs(file, flags, env);
        const signature = `${file}.${envelope}.sig`;
        accepted(await notation.verifyFile(file, signature, path("notation")));
        accepted(await touchmark.verifyFileBy(file, ["--notation-config", path("notation"), "--signature", signature]));
      }
    });
  }

  test("signs nothing without the right PIN, or with the certificates of another key", async () => {
    const image = await push("refused");
    const file = path("refused");
    await writeFile(file, "what is signed");
    const notary = ["--format", "notation", ...key("ecdsa-p256")];
    for (const [flags, more, message] of [
      [chain("ecdsa-p256"), { TOUCHMARK_PKCS11_PIN: "4321" }, /CKR_PIN_INCORRECT/],
      [chain("rsa-2048"), {}, /is for another key/],
    ] as const) {
      await assert.rejects(touchmark.signAs(image, [...notary, ...flags], { ...env, ...more }), message);
      await assert.rejects(touchmark.signFileAs(file, [...notary, ...flags], { ...env, ...more }), message);
    }
    assert.equal((await touchmark.verifyBy(image, ["--notation-config", path("notation")])).status, 10);
    assert.deepEqual(
      (await readdir(folder)).filter((name) => name.startsWith("refused.")),
      [],
    );
  });
});

/** What was printed by a command that must succeed. */
function accepted({ status, stdout, stderr }: Ran): string {
  assert.equal(status, 0, stdout + stderr);
  return stdout;
}
