/** The hint for a tag that does not exist. */
import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { describe, it, type TestContext } from "node:test";
import { putImage } from "../fakes/signers.ts";
import { scriptedServer, type ScriptLine } from "../fakes/scripted-registry.ts";
import { bench, type Bench } from "./harness.ts";

async function withKey(t: TestContext): Promise<Bench> {
  const b = await bench(t);
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  await writeFile(b.path("k.key"), privateKey.export({ type: "pkcs8", format: "pem" }));
  await writeFile(b.path("k.pub"), publicKey.export({ type: "spki", format: "pem" }));
  return b;
}

describe("a tag that does not exist", () => {
  it("leads to the tags of the repository, the closest first, in every command", async (t) => {
    const { run, path, address, repository } = await withKey(t);
    const app = `${address}/app`;
    for (const tag of ["latest", "1.1", "sha256-0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef.sig"])
      await putImage(repository(app), tag, tag);
    for (const words of [
      ["sign", "--key", path("k.key"), `${app}:1.0`],
      ["tree", `${app}:1.0`],
      ["copy", `${app}:1.0`, `oci:${path("copy")}`],
      ["log", "flush", `${app}:1.0`],
    ]) {
      const { status, stderr } = await run(...words);
      assert.equal(status, 11);
      assert.equal(stderr, `error: ${app} has no image "1.0"\nhint: Name a tag that is there: 1.1, latest.\n`, words.join(" "));
    }
    const { status, stdout } = await run("verify", "--key", path("k.pub"), `${app}:1.0`);
    assert.equal(status, 11);
    assert.match(stdout, /to do {6}Name a tag that is there: 1\.1, latest\.\n/);
  });

  it("leads to ten tags at most", async (t) => {
    const { run, address, repository } = await withKey(t);
    for (let i = 10; i < 25; i++) await putImage(repository(`${address}/app`), "x", `1.${i}`);
    const { stderr } = await run("tree", `${address}/app:v1.24`);
    const [, listed = ""] = /Name a tag that is there: (.*), and others\.\n/.exec(stderr) ?? [];
    assert.equal(listed.split(", ").length, 10);
    assert.equal(listed.split(", ")[0], "1.24");
  });

  it("has its general hint where the repository has no tags", async (t) => {
    const { run, path, address, repository } = await withKey(t);
    assert.match((await run("tree", `${address}/nosuch`)).stderr, /hint: Check the name and the tag;/);
    await putImage(repository(`oci:${path("layout")}`), "x", "1.0");
    assert.match((await run("tree", `oci:${path("layout")}:2.0`)).stderr, /hint: Name a tag that is there: 1\.0\.\n/);
  });

  const slow: ScriptLine = () => new Promise(() => {});
  for (const [what, line] of [
    ["refuses to list tags", { status: 401 }],
    ["is slow to list tags", slow],
    ["lists what are no tags", { body: '{"tags":["../x"]}' }],
  ] as const) {
    it(`keeps its status where the registry ${what}`, async (t) => {
      const { run, path } = await withKey(t);
      const server = await scriptedServer(t, {
        "GET /v2/app/manifests/1.0": { status: 404 },
        "GET /v2/app/tags/list?n=1000": line,
      });
      const { status, stdout } = await run("verify", "--key", path("k.pub"), `${server.host}/app:1.0`);
      assert.equal(status, 11);
      assert.match(stdout, /to do {6}Check the name and the tag; list what is there with your registry's own tools\.\n/);
    });
  }

  it("is not guessed for a digest", async (t) => {
    const { run } = await withKey(t);
    const digest = `sha256:${"0".repeat(64)}`;
    const server = await scriptedServer(t, { [`GET /v2/app/manifests/${digest}`]: { status: 404 } });
    const { status, stderr } = await run("tree", `${server.host}/app@${digest}`);
    assert.equal(status, 11);
    assert.match(stderr, /registry's own tools/);
  });
});

describe("a registry with a rate limit", () => {
  for (const [after, hint] of [
    ["60", "The registry asks to wait 60 s: try again then, or log in to raise the limit."],
    [
      "Wed, 21 Oct 2026 07:28:00 GMT",
      "The registry asks to wait until Wed, 21 Oct 2026 07:28:00 GMT: try again then, or log in to raise the limit.",
    ],
    ["soon", "Wait and try again, or log in to raise the limit."],
  ] as const) {
    it(`is waited for as long as it asks (${after})`, async (t) => {
      const { run } = await bench(t);
      const server = await scriptedServer(t, { "GET /v2/app/manifests/1.0": { status: 429, headers: { "retry-after": after } } });
      const { status, stderr } = await run("tree", `${server.host}/app:1.0`);
      assert.equal(status, 30);
      assert.equal(stderr, `error: ${server.host} has had too many requests and refuses GET /v2/app/manifests/1.0\nhint: ${hint}\n`);
    });
  }
});

describe("an archive that is not one", () => {
  it("is named", async (t) => {
    const { run, path } = await bench(t);
    await writeFile(path("app.tar"), "hello\n");
    const { status, stderr } = await run("tree", `oci-archive:${path("app.tar")}`);
    assert.equal(status, 32);
    assert.ok(stderr.startsWith(`error: ${path("app.tar")}: `), stderr);
  });
});
