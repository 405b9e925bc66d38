/** Signing with keys that notation's plugins keep, and what the signatures are worth. */
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { describe, it, type TestContext } from "node:test";
import { encodePem } from "../../src/core/pem.ts";
import { extensions, makeDer, makeKey } from "../../src/core/x509/fixture.test.ts";
import { installPlugin, moods } from "../fakes/notation-plugin.ts";
import { putImage } from "../fakes/people.ts";
import { bench, type Bench } from "./harness.ts";

const authority = makeKey();
const key = makeKey();
const root = makeDer({ subject: "root", key: authority, extensions: [extensions.authority(), extensions.keyCertSign] });
const leaf = makeDer({
  subject: "C=US,ST=WA,O=acme,CN=release",
  issuer: "root",
  signedBy: authority.privateKey,
  key,
  extensions: [extensions.digitalSignature],
});
const plugin = ["--plugin", "com.example.fake", "--id", "release", "--plugin-config", "region=here"];

/** With the plugin installed in notation's folder, and an image. */
async function withPlugin(t: TestContext): Promise<Bench & { readonly image: string; readonly config: string }> {
  const b = await bench(t);
  const config = b.path("notation");
  await installPlugin(config, { key: key.privateKey, chain: [leaf, root] });
  await writeFile(b.path("root.pem"), encodePem("CERTIFICATE", root));
  const image = `${b.address}/app:1`;
  await putImage(b.repository(image), "x", "1");
  return { ...b, image, config };
}

describe("touchmark sign --plugin", { skip: process.platform === "win32" && "the fake plugin is a script" }, () => {
  for (const envelope of ["jws", "cose"]) {
    it(`makes a signature in ${envelope} that verifies by the plugin's certificates, once`, async (t) => {
      const { run, path, image, config } = await withPlugin(t);
      const sign = () => run("sign", "--format", "notation", "--notation-config", config, ...plugin, "--envelope", envelope, image);
      const signed = await sign();
      assert.equal(signed.status, 0, signed.stderr);
      assert.match(signed.stdout, /^signed /);
      assert.match((await sign()).stdout, /^already signed /);
      const verified = await run("verify", "--certificate", path("root.pem"), "--certificate-subject", "C=US,ST=WA,O=acme", image);
      assert.equal(verified.status, 0, verified.stdout + verified.stderr);
    });
  }

  it("says what the plugin says, and writes nothing", async (t) => {
    const { runWith, run, path, image, config } = await withPlugin(t);
    const env = { NOTATION_CONFIG: config, ...moods({ "generate-signature": "refuse" }) };
    const { status, stderr } = await runWith({ env }, "sign", "--format", "notation", ...plugin, image);
    assert.equal(status, 31, stderr);
    assert.match(stderr, /the plugin com.example.fake failed at generate-signature, saying ACCESS_DENIED: log in \[31m first\n/);
    assert.equal((await run("verify", "--certificate", path("root.pem"), image)).status, 10);
  });

  const misused: readonly (readonly [string, RegExp])[] = [
    ["--plugin p --id i", /not in the format bundle/],
    ["--plugin p --id i --format notation,cosign", /not in the format cosign/],
    ["--plugin p --format notation", /--plugin needs --id/],
    ["--plugin p --id i --format notation --key k", /--plugin and --key/],
    ["--plugin p --id i --format notation --certificate-chain c", /--plugin and --certificate-chain/],
    ["--plugin p --id i --format notation --identity-token t", /--plugin and --identity-token/],
    ["--plugin p --id i --format notation --plugin-config x", /a plugin's setting is KEY=VALUE; found "x"/],
    ["--plugin ../p --id i --format notation", /is not the name of a plugin/],
    ["--key k --id i", /--id is for plugins/],
  ];
  for (const [flags, message] of misused) {
    it(`refuses ${flags}`, async (t) => {
      const { run, address } = await bench(t);
      const { status, stderr } = await run("sign", ...flags.split(" "), `${address}/app:1`);
      assert.equal(status, 2, stderr);
      assert.match(stderr, message);
    });
  }
});
