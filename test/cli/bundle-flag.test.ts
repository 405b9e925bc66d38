/** `--bundle` of sign and verify: the signature of an image in a file, in registries and in layouts. */
import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { describe, it, type TestContext } from "node:test";
import { digestOf } from "../../src/core/digest.ts";
import { putImage, putIndex } from "../fakes/signers.ts";
import { bench, type Bench } from "./harness.ts";
import { isVerdict } from "./is-verdict.ts";

interface Signing extends Bench {
  /** The image, in a registry or in a layout. */
  readonly image: string;
}

async function signing(t: TestContext, where: "registry" | "layout"): Promise<Signing> {
  const b = await bench(t);
  for (const name of ["alice", "mallory"]) {
    const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    await writeFile(b.path(`${name}.key`), privateKey.export({ type: "pkcs8", format: "pem" }));
    await writeFile(b.path(`${name}.pub`), publicKey.export({ type: "spki", format: "pem" }));
  }
  const name = where === "registry" ? `${b.address}/app` : `oci:${b.path("layout")}`;
  await putImage(b.repository(name), "x", "1");
  return { ...b, image: `${name}:1` };
}

for (const where of ["registry", "layout"] as const) {
  describe(`--bundle, for an image in a ${where}`, () => {
    it("writes the image's signature to a file, new or existing", async (t) => {
      const { run, image, path } = await signing(t, where);
      for (const [file, word] of [
        ["first.json", "signed"],
        ["again.json", "already signed"],
      ] as const) {
        const { status, stdout, stderr } = await run("sign", "--key", path("alice.key"), "--bundle", path(file), image);
        assert.equal(status, 0, stderr);
        assert.ok(stdout.startsWith(word), stdout);
      }
      const written = await readFile(path("first.json"));
      assert.deepEqual(await readFile(path("again.json")), written);
      const tree = JSON.parse((await run("tree", "-o", "json", image)).stdout);
      assert.equal(tree.attached[0].evidence[0].layer, digestOf(written));
    });

    it("decides by the file alone, whatever is attached to the image", async (t) => {
      const { run, image, path, repository } = await signing(t, where);
      assert.equal((await run("sign", "--key", path("alice.key"), "--bundle", path("alice.json"), image)).status, 0);
      await run("sign", "--key", path("mallory.key"), "--bundle", path("mallory.json"), image);
      const verify = (bundle: string, reference = image) =>
        run("verify", "--key", path("alice.pub"), "--bundle", path(bundle), "-o", "json", reference);

      const allowed = await verify("alice.json");
      assert.equal(allowed.status, 0, allowed.stdout);
      const verdict = JSON.parse(allowed.stdout);
      assert.equal(isVerdict(verdict), true, JSON.stringify(isVerdict.errors));
      assert.deepEqual(
        verdict.findings.map(({ location }: { location: unknown }) => location),
        [{ kind: "file", path: path("alice.json") }],
      );

      const stranger = await verify("mallory.json");
      assert.deepEqual([stranger.status, JSON.parse(stranger.stdout).reason.code], [12, "KEY_MISMATCH"]);
      const other = image.replace(/:1$/, ":2");
      await putImage(repository(other), "other", "2");
      const moved = await verify("alice.json", other);
      assert.deepEqual([moved.status, JSON.parse(moved.stdout).reason.code], [12, "SUBJECT_MISMATCH"]);
      assert.equal((await verify("alice.json", image.replace(/:1$/, ":3"))).status, 11);
    });
  });
}

describe("--bundle", () => {
  it("decides about an image without attachments", async (t) => {
    const { run, image, path, repository, address } = await signing(t, "registry");
    await run("sign", "--key", path("alice.key"), "--bundle", path("alice.json"), image);
    await putImage(repository(`${address}/mirror`), "x", "1");
    const verify = (...flags: readonly string[]) => run("verify", "--key", path("alice.pub"), ...flags, `${address}/mirror:1`);
    assert.equal((await verify()).status, 10);
    assert.equal((await verify("--bundle", path("alice.json"))).status, 0);
  });

  it("takes the signature of one image, as a bundle, and writes over no other file", async (t) => {
    const { run, image, path, repository, address } = await signing(t, "registry");
    const one = await putImage(repository(`${address}/many`), "y", "1");
    await putIndex(repository(`${address}/many`), [one], "index");
    const sign = (...words: readonly string[]) => run("sign", "--key", path("alice.key"), "--bundle", ...words);
    for (const [words, says] of [
      [[path("b.json"), image, `${address}/many:1`], /takes the signature of one image/],
      [[path("b.json"), "-r", `${address}/many:index`], /takes the signature of one image/],
      [[path("b.json"), "--format", "bundle,cosign-legacy", image], /takes a signature of format bundle, not of cosign-legacy/],
      [["-", image], /--bundle names a file; found "-"/],
      [[path("alice.pub"), image], /alice\.pub exists already/],
    ] as const) {
      const { status, stderr } = await sign(...words);
      assert.equal(status, 2);
      assert.match(stderr, says);
    }
    assert.equal((await run("verify", "--key", path("alice.pub"), image)).status, 10, "nothing was signed");
  });

  it("reports a file that it cannot read", async (t) => {
    const { run, image, path } = await signing(t, "registry");
    await writeFile(path("junk"), "{}");
    const verify = (name: string) => run("verify", "--key", path("alice.pub"), "--bundle", path(name), image);
    assert.equal((await verify("gone")).status, 2);
    const junk = await verify("junk");
    assert.equal(junk.status, 12);
    assert.match(junk.stdout, /^refused: MALFORMED_EVIDENCE/);
  });
});
