import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { describe, it } from "node:test";
import { encodeUtf8 } from "../../src/core/bytes.ts";
import { TouchmarkError } from "../../src/core/errors.ts";
import { mediaTypes } from "../../src/core/oci/manifest.ts";
import { putImage, putIndex } from "../fakes/signers.ts";
import { refusedAddress } from "../fakes/refused-port.ts";
import { bench, type Bench } from "./harness.ts";

/** With two people's keys in the folder, unencrypted, which spares the time of opening them. */
async function withKeys(t: Parameters<typeof bench>[0]): Promise<Bench> {
  const b = await bench(t);
  for (const name of ["alice", "mallory"]) {
    const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    await writeFile(b.path(`${name}.key`), privateKey.export({ type: "pkcs8", format: "pem" }));
    await writeFile(b.path(`${name}.pub`), publicKey.export({ type: "spki", format: "pem" }));
  }
  return b;
}

describe("touchmark sign and verify", () => {
  it("signs by tag with a warning, by digest without, and verifies both", async (t) => {
    const { run, path, address, repository } = await withKeys(t);
    const app = `${address}/team/app`;
    const { digest } = await putImage(repository(app), "x", "1.0");
    const byTag = await run("sign", "--key", path("alice.key"), `${app}:1.0`);
    assert.equal(byTag.status, 0, byTag.stderr);
    assert.match(byTag.stderr, new RegExp(`warning: 1.0 is a tag.*${digest}`));
    const byDigest = await run("sign", "--key", path("alice.key"), `${app}@${digest}`);
    assert.equal(byDigest.stderr, "");
    assert.match(byDigest.stdout, /^already signed/);

    for (const reference of [`${app}:1.0`, `${app}@${digest}`]) {
      const verified = await run("verify", "--key", path("alice.pub"), reference);
      assert.equal(verified.status, 0, verified.stdout);
      assert.match(verified.stdout, new RegExp(`^allowed  ${reference}\n  digest     ${digest}\n`));
    }
  });

  it("T61, T62: allows a signed image whatever strangers put under its fallback tag or beside it", async (t) => {
    const { run, path, address, repository } = await withKeys(t);
    for (const image of [`${address}/team/app:1`, `oci:${path("layout")}:1`, `oci-archive:${path("layout.tar")}:1`]) {
      const store = repository(image);
      const { digest } = await putImage(store, "x", "1");
      assert.equal((await run("sign", "--key", path("alice.key"), image)).status, 0);
      await putImage(store, "of a stranger", digest.replace(":", "-"));
      const verified = await run("verify", "--key", path("alice.pub"), image);
      assert.equal(verified.status, 0, verified.stdout);
      assert.match(verified.stdout, /unread +referrers: MALFORMED/);
      assert.equal((await run("verify", "--key", path("mallory.pub"), image)).status, 32);
    }
  });

  it("T61: allows a signed image of a layout whose index lists what cannot be read", async (t) => {
    const { run, path, repository } = await withKeys(t);
    const image = `oci:${path("layout")}:1`;
    await putImage(repository(image), "x", "1");
    await run("sign", "--key", path("alice.key"), image);
    const junk = await repository(image).putManifest(
      encodeUtf8(JSON.stringify({ schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests: [] })),
      mediaTypes.ociIndex,
      undefined,
      AbortSignal.timeout(60_000),
    );
    const index = JSON.parse(await readFile(path("layout/index.json"), "utf8"));
    for (const entry of index.manifests) if (entry.digest === junk.digest) entry.mediaType = mediaTypes.ociManifest;
    await writeFile(path("layout/index.json"), JSON.stringify(index));
    const verified = await run("verify", "--key", path("alice.pub"), image);
    assert.equal(verified.status, 0, verified.stdout);
    assert.match(verified.stdout, /unread +referrers: MALFORMED/);
  });

  it("writes both formats with one command, repeated or with a comma", async (t) => {
    const { run, path, address, repository } = await withKeys(t);
    for (const [i, flags] of [
      ["--format", "bundle", "--format", "cosign-legacy"],
      ["--format", "cosign-legacy,bundle"],
    ].entries()) {
      const image = `${address}/app${i}:1`;
      await putImage(repository(image), "x", "1");
      const { stdout } = await run("sign", "--key", path("alice.key"), "-o", "json", "-a", "a=b", ...flags, image);
      assert.deepEqual(
        stdout
          .trim()
          .split("\n")
          .map((line) => JSON.parse(line).format),
        ["bundle", "cosign-legacy"],
      );
      assert.equal((await run("verify", "--key", path("alice.pub"), "-a", "a=b", image)).status, 0);
      assert.equal((await run("verify", "--key", path("alice.pub"), "-a", "a=c", image)).status, 12);
    }
  });

  it("ends with the status that names the failure", async (t) => {
    const { run, path, address, repository } = await withKeys(t);
    await putImage(repository(`${address}/unsigned`), "x", "1");
    await putImage(repository(`${address}/strange`), "x", "1");
    assert.equal((await run("sign", "--key", path("mallory.key"), `${address}/strange:1`)).status, 0);
    const verify = (...rest: string[]): ReturnType<Bench["run"]> => run("verify", "--key", path("alice.pub"), ...rest);

    assert.equal((await verify(`${address}/unsigned:1`)).status, 10);
    assert.equal((await verify(`${address}/unsigned:2`)).status, 11);
    assert.equal((await verify(`${address}/nowhere:1`)).status, 11);
    assert.equal((await verify(`${address}/strange:1`)).status, 12);
    assert.equal((await verify(`${await refusedAddress(t)}/app:1`, "--timeout", "5s")).status, 30);
    assert.equal((await verify(`${address}/unsigned:1`, `${address}/unsigned:1`)).status, 10);
    assert.equal((await verify(`${address}/unsigned:1`, `${address}/strange:1`)).status, 20);
    assert.equal((await verify("--key", path("mallory.pub"), `${address}/strange:1`)).status, 0);
  });

  it("prints one line of JSON for each reference, also for those that fail", async (t) => {
    const { run, path, address, repository } = await withKeys(t);
    await putImage(repository(`${address}/a`), "x", "1");
    const { stdout } = await run("verify", "--key", path("alice.pub"), "-o", "json", `${address}/a:1`, `${address}/b:1`);
    const verdicts = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    assert.deepEqual(
      verdicts.map(({ apiVersion, decision, reason, subject }) => [apiVersion, decision, reason.code, subject.reference]),
      [
        ["verdict/v1alpha2", "deny", "NO_SIGNATURE", `${address}/a:1`],
        ["verdict/v1alpha2", "deny", "NO_SUCH_IMAGE", `${address}/b:1`],
      ],
    );
  });

  it("covers every image of an index with -r", async (t) => {
    const { run, path, address, repository } = await withKeys(t);
    const app = `${address}/multi:1`;
    const images = [await putImage(repository(app), "amd64"), await putImage(repository(app), "arm64")];
    await putIndex(repository(app), images, "1");
    assert.equal((await run("sign", "--key", path("alice.key"), app)).status, 0);
    assert.equal((await run("verify", "--key", path("alice.pub"), app)).status, 0);
    assert.equal((await run("verify", "--key", path("alice.pub"), "-r", app)).status, 10);
    assert.equal((await run("sign", "--key", path("alice.key"), "-r", app)).status, 0);
    const { status, stdout } = await run("verify", "--key", path("alice.pub"), "-r", app);
    assert.equal(status, 0);
    assert.equal(stdout.match(/^allowed/gm)?.length, 3);
  });

  it("works on an OCI layout folder", async (t) => {
    const { run, path, repository } = await withKeys(t);
    const layout = `oci:${path("layout")}`;
    const { digest } = await putImage(repository(layout), "x", "1.0");
    assert.equal((await run("verify", "--key", path("alice.pub"), `${layout}:1.0`)).status, 10);
    const signed = await run("sign", "--key", path("alice.key"), "--format", "bundle,cosign-legacy", `${layout}:1.0`);
    assert.equal(signed.status, 0, signed.stderr);
    assert.equal((await run("verify", "--key", path("alice.pub"), `${layout}:1.0`, `${layout}@${digest}`)).status, 0);
    assert.equal((await run("verify", "--key", path("mallory.pub"), `${layout}:1.0`)).status, 12);
    assert.match((await run("tree", `${layout}:1.0`)).stdout, /signature \(cosign-legacy\)/);
    assert.equal((await run("verify", "--key", path("alice.pub"), layout)).status, 11);

    const single = `oci:${path("single")}`;
    await putImage(repository(single), "x");
    assert.equal((await run("sign", "--key", path("alice.key"), "--format", "bundle,cosign-legacy", single)).status, 0);
    assert.equal((await run("verify", "--key", path("alice.pub"), single)).status, 0, "a single image needs no tag");
    await putImage(repository(single), "y");
    assert.equal((await run("verify", "--key", path("alice.pub"), single)).status, 11);
  });

  it("takes the password from COSIGN_PASSWORD, else asks, and says when it is wrong", async (t) => {
    const { run, runWith, path, address, repository } = await bench(t);
    await run("keys", "generate", "--output-key-prefix", path("locked"));
    await putImage(repository(`${address}/app`), "x", "1");
    const words = ["sign", "--key", path("locked.key"), `${address}/app:1`] as const;
    assert.equal((await runWith({ env: { COSIGN_PASSWORD: "correct horse" } }, ...words)).status, 0);
    assert.equal((await runWith({ env: {}, askSecret: async () => "correct horse" }, ...words)).status, 0);
    const wrong = await runWith({ env: { TOUCHMARK_PASSWORD: "battery staple" } }, ...words);
    assert.equal(wrong.status, 2);
    assert.ok(!wrong.stderr.includes("battery staple"));
    assert.equal((await runWith({ env: { TOUCHMARK_PASSWORD: "" } }, ...words)).status, 2);
    assert.match((await runWith({ env: {} }, ...words)).stderr, /no terminal/);
  });

  it("reads keys from variables", async (t) => {
    const { runWith, path, address, repository } = await withKeys(t);
    await putImage(repository(`${address}/app`), "x", "1");
    const env = {
      SIGNING: await readFile(path("alice.key"), "utf8"),
      TRUSTED: await readFile(path("alice.pub"), "utf8"),
      TOUCHMARK_PASSWORD: "correct horse",
    };
    assert.equal((await runWith({ env }, "sign", "--key", "env://SIGNING", `${address}/app:1`)).status, 0);
    assert.equal((await runWith({ env }, "verify", "--key", "env://TRUSTED", `${address}/app:1`)).status, 0);
  });

  it("ends within --timeout when the registry hangs", async (t) => {
    const { run, path } = await withKeys(t);
    const silent = createServer().listen(0, "127.0.0.1");
    await once(silent, "listening");
    const listening = silent.address();
    t.after(() => silent.close());
    const port = typeof listening === "object" && listening ? listening.port : 0;
    const { status, stdout } = await run(
      "verify",
      "--key",
      path("alice.pub"),
      "--timeout",
      "200ms",
      "-o",
      "json",
      `127.0.0.1:${port}/app:1`,
    );
    assert.equal(status, 30);
    assert.equal(JSON.parse(stdout).reason.code, "TIMEOUT");
  });

  it("ends with 130 when it is interrupted", async (t) => {
    const { runWith, path, address } = await withKeys(t);
    const signal = AbortSignal.abort(new TouchmarkError("INTERRUPTED", "interrupted"));
    assert.equal((await runWith({ signal }, "verify", "--key", path("alice.pub"), `${address}/app:1`)).status, 130);
  });

  it("shows progress on a terminal only", async (t) => {
    const { runWith, path, address } = await withKeys(t);
    const shown: string[] = [];
    const stderr = { isTerminal: true, write: (text: string) => void shown.push(text) };
    await runWith({ stderr }, "verify", "--key", path("alice.pub"), `${address}/a:1`, `${address}/b:1`);
    assert.match(shown.join(""), /verified 0 of 2.*verified 2 of 2/s);
    const quiet = await runWith({}, "verify", "--key", path("alice.pub"), `${address}/a:1`, `${address}/b:1`);
    assert.equal(quiet.stderr, "");
  });
});
