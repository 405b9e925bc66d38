/** `touchmark trust add`: certificates into notation's trust stores. */
import assert from "node:assert/strict";
import { mkdir, readdir, readFile, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { extensions, makeCertificate, makeKey } from "../../src/core/x509/fixture.test.ts";
import { makeCompany, pem, writeTrustFolder, type Company } from "../fakes/notary.ts";
import { putImage } from "../fakes/signers.ts";
import { bench, type Bench, type Outcome } from "./harness.ts";

interface Adding extends Bench {
  readonly acme: Company;
  /** notation's folder. */
  readonly config: string;
  add(...words: readonly string[]): Promise<Outcome>;
  /** Files of a store. */
  files(store: string): Promise<readonly string[]>;
}

async function adding(t: TestContext): Promise<Adding> {
  const b = await bench(t);
  const config = b.path("notation");
  return {
    ...b,
    acme: await makeCompany(b.folder, "acme"),
    config,
    add: (...words) => b.run("trust", "add", "--notation-config", config, ...words),
    files: async (store) => (await readdir(join(config, "truststore/x509", store))).toSorted(),
  };
}

describe("touchmark trust add", () => {
  it("makes a store that a trust policy can speak of", async (t) => {
    const { acme, add, address, config, files, path, repository, run } = await adding(t);
    const { status, stdout, stderr } = await add("ca", "acme", path("acme.crt"));
    assert.equal(status, 0, stderr);
    assert.match(
      stdout,
      /^added {2}ca:acme\n {2}file .*\/ca\/acme\/acme\.crt\n {2}authority {2}CN=root,O=acme,ST=WA,C=US, until 2027-01-01T00:00:00Z, sha256:/,
    );
    assert.deepEqual(await files("ca"), ["acme"], "no draft is left");
    const file = join(config, "truststore/x509/ca/acme/acme.crt");
    assert.equal(await readFile(file, "utf8"), pem(acme.root));
    if (process.platform !== "win32") {
      assert.equal((await stat(file)).mode & 0o777, 0o600);
      assert.equal((await stat(join(file, ".."))).mode & 0o777, 0o700);
    }
    await writeTrustFolder(config, { statements: [{}], stores: {} });
    const image = `${address}/app:1`;
    await putImage(repository(image), "x", "1");
    const { flags } = await acme.signer("release");
    await run("sign", "--format", "notation", ...flags, image);
    assert.equal((await run("verify", "--notation-config", config, image)).status, 0);
  });

  it("never overwrites: another of the same name gets another file, the same is there already", async (t) => {
    const { add, config, files, folder, path } = await adding(t);
    await mkdir(path("other"));
    const other = await makeCompany(path("other"), "acme");
    await add("ca", "acme", path("acme.crt"));
    const before = await readFile(join(config, "truststore/x509/ca/acme/acme.crt"));
    assert.match((await add("ca", "acme", join(folder, "other/acme.crt"))).stdout, /acme-2\.crt/);
    const again = await add("ca", "acme", path("acme.crt"));
    assert.equal(again.status, 0);
    assert.match(again.stdout, /^there already {2}ca:acme\n {2}authority/);
    assert.deepEqual(await files("ca/acme"), ["acme-2.crt", "acme.crt"]);
    assert.deepEqual(await readFile(join(config, "truststore/x509/ca/acme/acme.crt")), before);
    assert.equal(await readFile(join(config, "truststore/x509/ca/acme/acme-2.crt"), "utf8"), pem(other.root));
  });

  it("reads DER and variables, and answers in JSON", async (t) => {
    const { acme, config, files, path, runWith } = await adding(t);
    await writeFile(path("root.der"), acme.root.raw);
    const env = { NOTATION_CONFIG: config, ROOT: pem(acme.root) };
    const der = await runWith({ env }, "trust", "add", "-o", "json", "signingAuthority", "acme", path("root.der"));
    assert.equal(der.status, 0, der.stderr);
    const { store, certificates } = JSON.parse(der.stdout);
    assert.equal(store, "signingAuthority:acme");
    assert.equal(certificates[0].expires, "2027-01-01T00:00:00Z");
    assert.equal((await runWith({ env }, "trust", "add", "tsa", "acme", "env://ROOT")).status, 0);
    assert.equal((await files("tsa/acme")).length, 1);
  });

  it("refuses what would make the store unreadable, and a store that is", async (t) => {
    const { acme, add, config, path } = await adding(t);
    const { certificate } = await acme.signer("release");
    const authority = [extensions.authority(), extensions.keyCertSign];
    const middle = makeCertificate({ subject: "middle", issuer: "above", signedBy: makeKey().privateKey, extensions: authority });
    await writeFile(path("leaf.crt"), pem(certificate));
    await writeFile(path("middle.crt"), pem(middle));
    await writeFile(path("both.crt"), pem(acme.root) + pem(certificate));
    await writeFile(path("empty.crt"), "");
    for (const [words, says] of [
      [["ca", "acme", path("leaf.crt")], /neither an authority's nor signed by itself/],
      [["ca", "acme", path("both.crt")], /neither an authority's nor signed by itself/],
      [["tsa", "acme", path("middle.crt")], /which is not a root/],
      [["ca", "acme", path("release.key")], /PRIVATE KEY block/],
      [["ca", "acme", path("empty.crt")], /has no certificate/],
      [["ca", "acme", path("none.crt")], /none\.crt/],
      [["tpm", "acme", path("acme.crt")], /a store is of the type ca, signingAuthority, tsa; found "tpm"/],
      [["ca", "..", path("acme.crt")], /cannot be the name of a store/],
      [["ca", "a/b", path("acme.crt")], /cannot be the name of a store/],
    ] as const) {
      const { status, stderr } = await add(...words);
      assert.notEqual(status, 0);
      assert.match(stderr, says);
    }
    await assert.rejects(readdir(config), /ENOENT/, "nothing was made");
    assert.equal((await add("ca", "acme", path("middle.crt"))).status, 0, "an authority need not be a root");

    const store = join(config, "truststore/x509/ca/acme");
    await writeFile(join(store, "notes.txt"), "hello");
    const unreadable = await add("ca", "acme", path("acme.crt"));
    assert.match(unreadable.stderr, /notes\.txt/);
    await symlink(path(""), join(config, "truststore/x509/ca/linked"));
    const linked = await add("ca", "linked", path("acme.crt"));
    assert.match(linked.stderr, /symbolic links are not followed/);
    assert.deepEqual((await readdir(store)).toSorted(), ["middle.crt", "notes.txt"]);
  });
});
