import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { chmod, readFile, stat, writeFile } from "node:fs/promises";
import { describe, it } from "node:test";
import { putImage } from "../fakes/signers.ts";
import { bench } from "./harness.ts";

describe("touchmark copy", () => {
  it("carries an image with its signatures through a folder and a file into another repository", async (t) => {
    const { run, path, address, repository } = await bench(t);
    const { privateKey, publicKey } = generateKeyPairSync("ed25519");
    await writeFile(path("k.key"), privateKey.export({ type: "pkcs8", format: "pem" }));
    await writeFile(path("k.pub"), publicKey.export({ type: "spki", format: "pem" }));
    const { digest } = await putImage(repository(`${address}/app`), "x", "1.0");
    assert.equal((await run("sign", "--key", path("k.key"), "--format", "bundle,cosign-legacy", `${address}/app:1.0`)).status, 0);

    const stops = [
      `${address}/app:1.0`,
      `oci:${path("layout")}:1.0`,
      `oci-archive:${path("archive.tar")}:1.0`,

      `${address}/mirror/app:2.0`,
    ];
    for (const [i, destination] of stops.entries()) {
      if (i === 0) continue;
      const { status, stdout, stderr } = await run("copy", "-o", "json", stops[i - 1] ?? "", destination);
      assert.equal(status, 0, stderr);
      assert.equal(JSON.parse(stdout).digest, digest);
      const verified = await run("verify", "--key", path("k.pub"), destination);
      assert.equal(verified.status, 0, verified.stdout);
      assert.equal(verified.stdout.match(/evidence/g)?.length, 2);
    }
  });

  it("leaves the modes of a folder's files and of an archive as they are when something is signed in them", async (t) => {
    if (process.platform === "win32") return t.skip("Windows has no modes");
    const { run, path, address, repository } = await bench(t);
    const { privateKey } = generateKeyPairSync("ed25519");
    await writeFile(path("k.key"), privateKey.export({ type: "pkcs8", format: "pem" }));
    await putImage(repository(`${address}/app`), "x", "1.0");
    for (const [reference, file] of [
      [`oci:${path("layout")}:1.0`, path("layout/index.json")],
      [`oci-archive:${path("archive.tar")}:1.0`, path("archive.tar")],
    ] as const) {
      assert.equal((await run("copy", `${address}/app:1.0`, reference)).status, 0);
      await chmod(file, 0o600);
      const { size } = await stat(file);
      assert.equal((await run("sign", "--key", path("k.key"), reference)).status, 0);
      const signed = await stat(file);
      assert.ok(signed.size > size);
      assert.equal(signed.mode & 0o777, 0o600, file);
    }
    return undefined;
  });

  it("leaves an archive of something else as it is", async (t) => {
    const { run, path, address, repository } = await bench(t);
    await putImage(repository(`${address}/app:1.0`), "app", "1.0");
    const backup = path("backup.tar");
    await writeFile(path("diary.txt"), "dear diary");
    execFileSync("tar", ["-cf", backup, "-C", path(""), "diary.txt"]);
    const before = await readFile(backup);
    const { status, stderr } = await run("copy", `${address}/app:1.0`, `oci-archive:${backup}`);
    assert.notEqual(status, 0);
    assert.match(stderr, /backup.tar is an archive of something else: it has no oci-layout, and is left as it is/);
    assert.deepEqual(await readFile(backup), before);
  });

  it("counts what it copied", async (t) => {
    const { run, path, address, repository } = await bench(t);
    const { privateKey } = generateKeyPairSync("ed25519");
    await writeFile(path("k.key"), privateKey.export({ type: "pkcs8", format: "pem" }));
    await putImage(repository(`${address}/app`), "x", "1.0");
    const copied = async (): Promise<string> => (await run("copy", `${address}/app:1.0`, `oci:${path("layout")}`)).stdout;
    assert.match(await copied(), /manifests {2}1 image, 0 signatures, attestations or other referrers\n$/);
    assert.equal((await run("sign", "--key", path("k.key"), `${address}/app:1.0`)).status, 0);
    assert.match(await copied(), /manifests {2}1 image, 1 signature, attestation or other referrer\n$/);
  });

  it("keeps the source's tag where the destination has none, and takes no digest for one", async (t) => {
    const { run, address, repository } = await bench(t);
    const { digest } = await putImage(repository(`${address}/app`), "x", "1.0");
    assert.equal((await run("copy", `${address}/app:1.0`, `${address}/b`)).status, 0);
    assert.equal((await run("tree", `${address}/b:1.0`)).status, 0);
    assert.equal((await run("copy", `${address}/app@${digest}`, `${address}/c`)).status, 0);
    assert.equal((await run("tree", `${address}/c@${digest}`)).status, 0);
    assert.equal((await run("copy", `${address}/app:1.0`, `${address}/d@${digest}`)).status, 2);
    assert.equal((await run("copy", `${address}/gone:1.0`, `${address}/d`)).status, 11);
  });
});
