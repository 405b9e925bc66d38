/** Signatures of the library's keyless signer, verified by the command line. */
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { it, type TestContext } from "node:test";
import { createSigner, file, image, type CreateSignerSettings } from "../../src/index.ts";
import { alice, issuer, location, tokenOf, type Place } from "./keyless-setup.ts";

async function keyless(t: TestContext): Promise<{ readonly at: Place; readonly settings: CreateSignerSettings }> {
  const at = await location(t);
  const instance = { trustedRoot: at.path("trusted_root.json"), signingConfig: at.path("signing_config.json") };
  const by = { kind: "keyless", token: { value: tokenOf(alice) } } as const;
  return { at, settings: { by, instance, env: {}, home: at.folder, clock: at.clock } };
}

it("images, by the identity of a token, one certificate for each", async (t) => {
  const { at, settings } = await keyless(t);
  const signer = createSigner(settings);
  for (const build of ["1", "2"]) {
    const { signatures } = await signer.sign(image(at.image), { annotations: { build }, force: true });
    assert.deepEqual(
      signatures.map(({ by }) => by),
      [{ identity: alice, issuer }],
    );
  }
  const { status, stdout } = await at.verify(alice, "-a", "build=2", at.image);
  assert.equal(status, 0, stdout);
});

it("files, for the caller to write the evidence", async (t) => {
  const { at, settings } = await keyless(t);
  await writeFile(at.path("app.tar"), "content");
  const { evidence } = await createSigner(settings).sign(file(at.path("app.tar")));
  await writeFile(at.path("app.json"), evidence);
  const expected = ["--certificate-identity", alice, "--certificate-oidc-issuer", issuer, "--trusted-root", at.path("trusted_root.json")];
  const words = ["verify-blob", ...expected, "--bundle", at.path("app.json"), at.path("app.tar")];
  const { status, stdout } = await at.runWith({ now: at.clock }, ...words);
  assert.equal(status, 0, stdout);
});

it("nothing where the token is none, and says so without a flag", async (t) => {
  const { at, settings } = await keyless(t);
  const signer = createSigner({ ...settings, by: { kind: "keyless", token: { value: "/nosuch" } } });
  await assert.rejects(signer.sign(image(at.image)), {
    code: "IDENTITY_TOKEN_MISSING",
    message: /^the value of the identity token is neither/,
  });
});
