/** `touchmark dct save` with scripted notary servers and trust folders. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { TouchmarkError } from "../../src/core/errors.ts";
import { hash } from "../../src/core/keys/hash.ts";
import { parseTimestampToken } from "../../src/core/envelopes/timestamp-token.ts";
import { ArchiveFiles } from "../../src/registry/layout/archive-files.ts";
import { testClock } from "../fakes/clock.ts";
import { pem } from "../fakes/notary.ts";
import { makeTrustFiles, notaryScript, notFound, writeTrustFolder } from "../fakes/notary-server.ts";
import { scriptedServer, type ScriptedServer } from "../fakes/scripted-registry.ts";
import { tsaFake } from "../fakes/tsa.ts";
import { bench, type Bench } from "./harness.ts";

const gun = "docker.io/team/app";
const other = "docker.io/library/alpine";
const files = makeTrustFiles(gun, { rootVersion: 2, delegations: ["targets/releases"] });

interface Place extends Bench {
  readonly server: ScriptedServer;
  readonly to: string;
  readonly save: (...words: readonly string[]) => ReturnType<Bench["run"]>;
  readonly manifest: () => Promise<Manifest>;
}

interface Manifest {
  readonly savedAt: string;
  readonly repositories: readonly {
    readonly gun: string;
    readonly source: string;
    readonly files: readonly { readonly path: string; readonly sha256: string }[];
    readonly unread: readonly { readonly code: string }[];
  }[];
}

/** A notary server that has one repository, and a place to save to. */
async function location(t: TestContext): Promise<Place> {
  const made = await bench(t);
  const server = await scriptedServer(t, notaryScript(gun, files));
  const to = made.path("a.tar");
  const read = async (path: string): Promise<Uint8Array> => (await new ArchiveFiles(to).read(path, 1024 * 1024)) ?? Buffer.of();
  return {
    ...made,
    server,
    to,
    save: (...words) => made.run("dct", "save", "--to", to, "--server", server.origin, ...words),
    manifest: async () => {
      const manifest: Manifest = JSON.parse(String(await read("manifest.json")));
      for (const { path, sha256 } of manifest.repositories.flatMap((one) => one.files)) {
        assert.equal(
          createHash("sha256")
            .update(await read(path))
            .digest("hex"),
          sha256,
          path,
        );
      }
      return manifest;
    },
  };
}

const sourcesOf = ({ repositories }: Manifest): readonly string[] =>
  repositories.map((one) => `${one.gun} ${one.source} ${one.files.length}`);

describe("touchmark dct save", () => {
  it("saves what the server has, and says what that is", async (t) => {
    const { save, manifest, folder } = await location(t);
    const { status, stdout, stderr } = await save(gun);
    assert.equal(status, 0, stderr);
    assert.match(
      stdout,
      /^saved {3}docker\.io\/team\/app\n {2}from +http:\/\/127.*\n {2}files +6, root of version 1, 2\n {2}delegated +targets\/releases\n/,
    );
    assert.match(
      stdout,
      /fresh till 2026-12-15T00:00:00Z\narchive .*a\.tar\n {2}saved at +2026-11-21T09:00:00Z\n {2}manifest +sha256:[0-9a-f]{64}\n$/,
    );
    assert.equal(stderr, "");
    assert.deepEqual(sourcesOf(await manifest()), ["docker.io/team/app server 6"]);
    assert.deepEqual(
      (await readdir(folder)).filter((name) => name.includes("tar")),
      ["a.tar"],
    );
  });

  it("saves from server and trust folder, each as it is, and leaves private keys where they are", async (t) => {
    const { save, manifest, path, to } = await location(t);
    await writeTrustFolder(path(".docker/trust"), gun, makeTrustFiles(gun));
    const { status, stdout } = await save("-o", "json", gun);
    assert.equal(status, 0);
    assert.deepEqual(sourcesOf(await manifest()), ["docker.io/team/app server 6", "docker.io/team/app folder 4"]);
    const report = JSON.parse(stdout);
    assert.equal(report.archive, to);
    assert.deepEqual(
      report.repositories.map((one: { source: string }) => one.source),
      ["server", "folder"],
    );
    assert.ok(!(await readFile(to)).includes("a secret"));
  });

  it("takes names as people type them, from lists, and all of a trust folder, each once", async (t) => {
    const { save, manifest, path, server } = await location(t);
    server.on(notaryScript(other, makeTrustFiles(other)));
    await writeFile(path("names"), `# ours\n\n  ${gun}  \r\nalpine\n`);
    await writeTrustFolder(path("trust"), other, makeTrustFiles(other));
    const { status, stderr } = await save("--from", path("names"), "--all", "--trust-dir", path("trust"), "alpine");
    assert.equal(status, 0, stderr);
    assert.deepEqual(sourcesOf(await manifest()), [`${other} server 4`, `${other} folder 4`, `${gun} server 6`]);
  });

  it("asks the server that Docker's variable names, and none with --no-server", async (t) => {
    const { runWith, server, to, path, run, manifest } = await location(t);
    const env = { DOCKER_CONTENT_TRUST_SERVER: server.origin };
    assert.equal((await runWith({ env }, "dct", "save", "--to", to, gun)).status, 0);
    const before = server.seen.length;
    assert.ok(before > 0);
    await writeTrustFolder(path(".docker/trust"), gun, makeTrustFiles(gun));
    assert.equal((await run("dct", "save", "--to", to, "--force", "--no-server", gun)).status, 0);
    assert.equal(server.seen.length, before);
    assert.deepEqual(sourcesOf(await manifest()), [`${gun} folder 4`]);
  });

  it("names what cannot be read, saves the rest, and ends with the status of what failed", async (t) => {
    const { save, manifest, server } = await location(t);
    server.on({ [`GET /v2/${other}/_trust/tuf/*`]: { body: "<html>" } });
    const { status, stdout, stderr } = await save(gun, other);
    assert.equal(status, 32);
    assert.match(stdout, /^saved {3}docker\.io\/team\/app\n/);
    assert.match(stderr, /^error: docker\.io\/library\/alpine: .*answers with a page.*\nhint: .*--server URL.*\n$/);
    const { repositories } = await manifest();
    assert.deepEqual(
      repositories.map(({ unread }) => [...new Set(unread.map(({ code }) => code))]),
      [["MALFORMED"], []],
    );
  });

  it("saves the folder's part where the server is gone", async (t) => {
    const { save, manifest, path, server } = await location(t);
    server.on({ [`GET /v2/${gun}/_trust/tuf/*`]: { status: 302, headers: { location: "https://docs.example/" } } });
    await writeTrustFolder(path(".docker/trust"), gun, makeTrustFiles(gun));
    const { status, stderr } = await save(gun);
    assert.equal(status, 32);
    assert.match(stderr, /redirects to https:\/\/docs\.example\//);
    assert.deepEqual(sourcesOf(await manifest()), [`${gun} server 0`, `${gun} folder 4`]);
  });

  it("gives each repository its time, and saves what was read within it", async (t) => {
    const { save, manifest, server } = await location(t);
    server.on({ [`GET /v2/${gun}/_trust/tuf/1.root.json`]: () => undefined });
    const { status, stderr } = await save("--timeout", "2s", gun);
    assert.equal(status, 30);
    assert.match(stderr, /^error: docker\.io\/team\/app: not done within 2s\nhint: .*--timeout/);
    assert.deepEqual(sourcesOf(await manifest()), [`${gun} server 5`]);
  });

  it("names a link that leads out of the trust folder, and saves the rest", { skip: process.platform === "win32" }, async (t) => {
    const { run, manifest, path, to } = await location(t);
    const { symlink } = await import("node:fs/promises");
    await writeTrustFolder(path("trust"), gun, makeTrustFiles(gun));
    await mkdir(path("outside"));
    await symlink(path("outside"), path("trust/tuf/quay.io"));
    const { status, stderr } = await run("dct", "save", "--to", to, "--all", "--no-server", "--trust-dir", path("trust"));
    assert.equal(status, 32);
    assert.match(stderr, /^error: quay\.io is a link that leads out of the trust folder\nhint: /);
    assert.deepEqual(sourcesOf(await manifest()), [`${gun} folder 4`]);
  });

  it("writes nothing where nothing was read", async (t) => {
    const { save, folder, server } = await location(t);
    server.on({ [`GET /v2/${gun}/_trust/tuf/*`]: notFound });
    const { status, stdout, stderr } = await save(gun);
    assert.deepEqual([status, stdout], [10, ""]);
    assert.match(
      stderr,
      /^error: neither http:\/\/127\S+ nor the trust folder has trust data of docker\.io\/team\/app\nhint: .*\nnothing was read/,
    );
    assert.deepEqual(
      (await readdir(folder)).filter((name) => name.includes("tar")),
      [],
    );
  });

  it("leaves an archive alone that exists, and replaces it with --force", async (t) => {
    const { save, to, server, manifest } = await location(t);
    await writeFile(to, "before");
    const { status, stderr } = await save(gun);
    assert.equal(status, 2);
    assert.match(stderr, /a\.tar exists already\nhint: Name another file, or replace it: --force\.\n/);
    assert.equal(await readFile(to, "utf8"), "before");
    assert.equal(server.seen.length, 0);
    assert.equal((await save("--force", gun)).status, 0);
    assert.equal((await manifest()).repositories.length, 1);
  });

  it("leaves an archive alone that appears meanwhile", async (t) => {
    const { save, to, server } = await location(t);
    const script = notaryScript(gun, files);
    const usual = script[`GET /v2/${gun}/_trust/tuf/*`];
    server.on({
      [`GET /v2/${gun}/_trust/tuf/*`]: async (seen, response) => {
        await writeFile(to, "meanwhile");
        return typeof usual === "function" ? usual(seen, response) : undefined;
      },
    });
    assert.equal((await save(gun)).status, 2);
    assert.equal(await readFile(to, "utf8"), "meanwhile");
  });

  it("leaves nothing half-written when it is interrupted, and a second run completes", async (t) => {
    const { runWith, save, to, folder, server, manifest } = await location(t);
    const interruption = new AbortController();
    const hold = `GET /v2/${gun}/_trust/tuf/1.root.json`;
    server.on({
      [hold]: () => {
        interruption.abort(new TouchmarkError("INTERRUPTED", "interrupted"));
        return undefined;
      },
    });
    const words = ["dct", "save", "--to", to, "--server", server.origin, gun];
    const { status, stderr } = await runWith({ signal: interruption.signal }, ...words);
    assert.equal(status, 130);
    assert.match(stderr, /^error: interrupted\n/);
    assert.deepEqual(
      (await readdir(folder)).filter((name) => name.includes("tar")),
      [],
    );
    server.on(notaryScript(gun, files));
    server.on({ [hold]: { body: files.get("1.root.json") ?? "" } });
    assert.equal((await save(gun)).status, 0);
    assert.deepEqual(sourcesOf(await manifest()), [`${gun} server 6`]);
  });

  it("has each authority timestamp the manifest, and names one that does not", async (t) => {
    const { server, to, path, runWith } = await location(t);
    const [first, second] = [tsaFake(), tsaFake()];
    const [one, two] = [await scriptedServer(t, first.script), await scriptedServer(t, second.script)];
    for (const [name, { authority }] of Object.entries({ first, second })) {
      await writeFile(path(`${name}.pem`), authority.chain.slice(-1).map(pem).join(""));
    }
    const stamps = (...urls: readonly string[]) => urls.flatMap((url) => ["--timestamp-url", `${url}/api/v1/timestamp`]);
    const roots = ["--timestamp-root", path("first.pem"), "--timestamp-root", path("second.pem")];
    const save = (...words: readonly string[]) =>
      runWith({ now: testClock }, "dct", "save", "--force", "--to", to, "--server", server.origin, ...words, gun);

    const { status, stdout, stderr } = await save(...stamps(one.origin, two.origin), ...roots, "-o", "json");
    assert.equal(status, 0, stderr);
    const archive = new ArchiveFiles(to);
    const manifest = await archive.read("manifest.json", 1024 * 1024);
    assert.ok(manifest);
    for (const { path: name } of JSON.parse(stdout).timestamps) {
      const token = parseTimestampToken((await archive.read(name, 1024 * 1024)) ?? Buffer.of());
      assert.deepEqual(Buffer.from(token.imprint.digest), Buffer.from(hash("sha256", manifest)));
    }
    assert.equal(JSON.parse(stdout).timestamps.length, 2);

    const untrusted = await save(...stamps(one.origin, two.origin), ...roots.slice(0, 2));
    assert.equal(untrusted.status, 12);
    assert.match(untrusted.stdout, /timestamp {2}/);
    assert.match(untrusted.stderr, new RegExp(`^error: no timestamp of ${two.origin}/api/v1/timestamp: `));
    assert.ok(await new ArchiveFiles(to).read("timestamps/1.tsr", 1024 * 1024));
    assert.equal(await new ArchiveFiles(to).read("timestamps/2.tsr", 1024 * 1024), undefined);
  });

  it("takes credentials of the registry for the server's token", async (t) => {
    const { save, server, path } = await location(t);
    await mkdir(path(".docker"));
    const auth = Buffer.from("alice:wonder").toString("base64");
    await writeFile(path(".docker/config.json"), JSON.stringify({ auths: { "https://index.docker.io/v1/": { auth } } }));
    const usual = notaryScript(gun, files)[`GET /v2/${gun}/_trust/tuf/*`];
    server.on({
      [`GET /v2/${gun}/_trust/tuf/*`]: (seen, response) => {
        const challenge = `Bearer realm="${server.origin}/token",service="notary"`;
        if (seen.headers["authorization"] !== "Bearer good") return { status: 401, headers: { "www-authenticate": challenge } };
        return typeof usual === "function" ? usual(seen, response) : undefined;
      },
      "GET /token?*": ({ headers }) => (headers["authorization"] === `Basic ${auth}` ? { body: '{"token":"good"}' } : { status: 401 }),
    });
    const { status, stderr } = await save(gun);
    assert.equal(status, 0, stderr);
  });

  for (const [words, message] of [
    [["dct", "save", "alpine"], /no archive is named/],
    [["dct", "save", "--to", "a.tar"], /no repository is named/],
    [["dct", "save", "--to", "no/a.tar", "alpine"], /there is no folder no/],
    [["dct", "save", "--to", ".", "alpine"], /exists and is not a file/],
    [["dct", "save", "--to", "a.tar", "alpine:3"], /has a tag/],
    [["dct", "save", "--to", "a.tar", "--all"], /there is none/],
    [["dct", "save", "--to", "a.tar", "--no-server", "alpine"], /is not a trust folder/],
    [["dct", "save", "--to", "a.tar", "--trust-dir", "nowhere", "alpine"], /nowhere is not a trust folder/],
    [["dct", "save", "--to", "a.tar", "--server", "notary.example", "alpine"], /--server is https:\/\/HOST\[:PORT\]/],
    [["dct", "save", "--to", "a.tar", "--server", "https://notary.example/path", "alpine"], /--server is https/],
    [["dct", "save", "--to", "a.tar", "--server", "http://notary.example", "alpine"], /plain HTTP/],
    [["dct", "save", "--to", "a.tar", "--no-server", "--server", "https://notary.example", "alpine"], /exclude each other/],
    [["dct", "save", "--to", "a.tar", "--timestamp-url", "https://tsa.example", "alpine"], /needs --timestamp-root/],
    [["dct", "save", "--to", "a.tar", "--timestamp-root", "tsa.pem", "alpine"], /none is named/],
    [["dct", "save", "--to", "a.tar", "--from", "nowhere", "alpine"], /cannot read nowhere/],
    [["dct", "save", "--to", "a.tar", "--timeout", "soon", "alpine"], /--timeout is a duration/],
  ] as const) {
    it(`refuses ${words.slice(2).join(" ")}`, async (t) => {
      const { run } = await bench(t);
      const { status, stdout, stderr } = await run(...words);
      assert.deepEqual([status, stdout], [2, ""], stderr);
      assert.match(stderr, message);
      assert.match(stderr, /^error: .*\nhint: .+\n$/);
    });
  }

  it("names the line of a list that is no repository", async (t) => {
    const { run, path, folder } = await bench(t);
    await writeFile(path("names"), "alpine\nAlpine:3\n");
    const { status, stderr } = await run("dct", "save", "--to", join(folder, "a.tar"), "--from", path("names"));
    assert.equal(status, 2);
    assert.match(stderr, /names, line 2: /);
    await rm(path("names"));
  });
});
