/** Trust data that notary made, saved from notary's own server; the guide's commands, typed one after the other. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import { ArchiveFiles } from "../../src/registry/layout/archive-files.ts";
import { pem } from "../fakes/notary.ts";
import { scriptedServer } from "../fakes/scripted-registry.ts";
import { tsaFake } from "../fakes/tsa.ts";
import { wallClock } from "../fakes/wall-clock.ts";
import { makeAuthority, makeSelfSigned } from "./harness/certificates.ts";
import { NotaryClient, startNotaryServer } from "./harness/notary.ts";
import { writer } from "./harness/identities.ts";
import { run } from "./harness/run.ts";
import type { Running } from "./harness/server.ts";
import { startTokenServer } from "./harness/token-server.ts";
import { missing } from "./peers/debian.ts";

const bin = join(import.meta.dirname, "../../bin/touchmark.js");
const guide = readFileSync(new URL("../../docs/guides/leaving-docker-content-trust.md", import.meta.url), "utf8");
const skip = missing("notary-server", "notary", "openssl");
const alpine = "docker.io/library/alpine";
const app = "registry.example/team/app";
const delegated = "targets/releases";

interface Entry {
  readonly path: string;
  readonly role: string;
  readonly version: number;
  readonly sha256: string;
}

interface Repository {
  readonly gun: string;
  readonly source: string;
  readonly files: readonly Entry[];
  readonly absent: readonly string[];
  readonly unread: readonly unknown[];
}

/** The repositories of an archive, every file's digest checked. */
async function repositoriesIn(path: string): Promise<readonly Repository[]> {
  const archive = new ArchiveFiles(path);
  const read = async (name: string): Promise<Uint8Array> =>
    (await archive.read(name, 4 * 1024 * 1024)) ?? assert.fail(`${path} has no ${name}`);
  const { repositories }: { readonly repositories: readonly Repository[] } = JSON.parse(String(await read("manifest.json")));
  for (const { path: name, sha256 } of repositories.flatMap(({ files }) => files)) {
    assert.equal(
      createHash("sha256")
        .update(await read(name))
        .digest("hex"),
      sha256,
      name,
    );
  }
  return repositories;
}

suite("trust data of a notary server", { skip }, () => {
  let folder: string;
  let server: Running;
  let origin: string;
  let client: NotaryClient;
  let env: Readonly<Record<string, string>>;
  const path = (name: string): string => join(folder, name);
  const save = (...words: readonly string[]) => run(process.execPath, [bin, "dct", "save", ...words], { env, cwd: folder });

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "touchmark-dct-"));
    const authority = await makeAuthority(folder);
    server = await startNotaryServer(folder, { tls: await authority.server("localhost") });
    origin = `https://localhost:${server.said}`;
    const tls = path(`.docker/tls/localhost:${server.said}`);
    await mkdir(tls, { recursive: true });
    await copyFile(authority.certificate, join(tls, "ca.crt"));
    client = new NotaryClient({ trustFolder: path(".docker/trust"), server: origin, authority: authority.certificate });
    await client.init(alpine);
    await client.rotate(alpine);
    await client.delegate(alpine, delegated, await makeSelfSigned(folder, "alice"));
    await client.init(app);
    assert.match(await client.list(alpine), /2\.0 .*targets\/releases/);
    await client.list(app);
    env = {
      HOME: folder,
      DOCKER_CONFIG: path(".docker"),
      DOCKER_CONTENT_TRUST_SERVER: origin,
      XDG_CACHE_HOME: path("cache"),
      NO_COLOR: "1",
    };
  });
  after(async () => {
    await server.stop();
    await rm(folder, { recursive: true });
  });

  test("is saved whole: every role, every root version, the delegation, from server and folder", async () => {
    const { status, stdout, stderr } = await save("--to", "whole.tar", alpine);
    assert.equal(status, 0, stderr);
    assert.match(stdout, /delegated +targets\/releases/);
    const [ofServer, ofFolder] = await repositoriesIn(path("whole.tar"));
    assert.ok(ofServer && ofFolder);
    assert.deepEqual([ofServer.absent, ofServer.unread, ofFolder.absent, ofFolder.unread], [[], [], [], []]);
    const roles = new Set(["root", "targets", "snapshot", "timestamp", delegated]);
    for (const { files } of [ofServer, ofFolder]) assert.deepEqual(new Set(files.map(({ role }) => role)), roles);

    const roots = ofServer.files.filter(({ role }) => role === "root").map(({ version }) => version);
    const current = Math.max(...roots);
    assert.ok(current >= 3);
    assert.deepEqual(
      roots.toSorted(),
      Array.from({ length: current }, (_, i) => i + 1),
    );
    // What client and server have is the same, but for the timestamp, which the server may make anew.
    for (const { path: name, sha256 } of ofFolder.files.filter(({ role }) => role !== "timestamp")) {
      const twin: Entry | undefined = ofServer.files.find((file) => file.path === name.replace("/_folder/", "/_server/"));
      assert.equal(twin?.sha256, sha256, name);
    }
    assert.ok((await readdir(path(".docker/trust/private"))).length > 0);
    assert.ok(!(await readFile(path("whole.tar"))).includes("PRIVATE KEY"));
  });

  test("is not there for a repository that nobody signed", async () => {
    const { status, stderr } = await save("--to", "none.tar", "docker.io/library/none");
    assert.equal(status, 10, stderr);
    assert.match(stderr, /neither https:\/\/localhost:\d+ nor the trust folder has trust data of docker\.io\/library\/none/);
    assert.ok(!(await readdir(folder)).includes("none.tar"));
  });

  test("is not read from a server whose certificate nobody here trusts", async () => {
    const { status, stderr } = await run(process.execPath, [bin, "dct", "save", "--to", "tls.tar", app], {
      env: { ...env, DOCKER_CONFIG: path("elsewhere") },
      cwd: folder,
    });
    assert.equal(status, 30, stderr);
    assert.match(stderr, /certificate of localhost is not trusted.*\nhint: .*--registry-cacert/);
  });

  test("is saved as the guide says, and what it types verifies with OpenSSL", async (t) => {
    const tsa = tsaFake({ clock: wallClock }); // the command and OpenSSL read the real one
    const authority = await scriptedServer(t, tsa.script);
    await writeFile(path("tsa.pem"), tsa.authority.chain.slice(-1).map(pem).join(""));
    await writeFile(path("repositories.txt"), `${app}\nalpine\n`);

    const commands = Array.from(guide.matchAll(/^ {4}(\S.*)$/gm), ([, command = ""]) => command);
    assert.ok(commands.length >= 8, commands.join("\n"));
    for (const command of commands) {
      const typed = command.replace("https://tsa.example", authority.origin).replace("https://notary.example", origin);
      const [program = "", ...words] = typed.split(" ");
      const isOurs = program === "touchmark";
      const ran = await run(isOurs ? process.execPath : program, isOurs ? [bin, ...words] : words, { env, cwd: folder });
      assert.equal(ran.status, 0, `${typed}\n${ran.stdout}${ran.stderr}`);
      if (program === "openssl") assert.match(ran.stdout + ran.stderr, /Verification: OK/);
    }
    const saved = async (name: string): Promise<readonly string[]> =>
      (await repositoriesIn(path(name))).map(({ gun, source }) => `${gun} ${source}`);
    const everything = [alpine, app].flatMap((gun) => [`${gun} server`, `${gun} folder`]);
    for (const name of ["trust.tar", "team.tar", "timestamped.tar"]) assert.deepEqual(await saved(name), everything, name);
    assert.deepEqual(await saved("folder.tar"), [`${alpine} folder`, `${app} folder`]);
    assert.deepEqual(await saved("company.tar"), [`${app} server`, `${app} folder`]);
  });
});

suite("trust data of a notary server that asks for tokens", { skip }, () => {
  test("is saved by who may read it, and by nobody else", async () => {
    const folder = await mkdtemp(join(tmpdir(), "touchmark-dct-token-"));
    const tokens = await startTokenServer(folder, [writer]);
    const server = await startNotaryServer(folder, { token: tokens.configuration });
    try {
      const origin = `http://127.0.0.1:${server.said}`;
      const auth = btoa(`${writer.username}:${writer.password}`);
      await new NotaryClient({ trustFolder: join(folder, "trust"), server: origin, env: { NOTARY_AUTH: auth } }).init(alpine);
      await writeFile(join(folder, "config.json"), JSON.stringify({ auths: { "https://index.docker.io/v1/": { auth } } }));
      const save = (to: string, config: string) =>
        run(process.execPath, [bin, "dct", "save", "--to", to, "--server", origin, alpine], {
          env: { HOME: folder, DOCKER_CONFIG: join(folder, config), XDG_CACHE_HOME: folder },
          cwd: folder,
        });

      const given = tokens.given;
      const known = await save("known.tar", ".");
      assert.equal(known.status, 0, known.stderr);
      assert.equal(tokens.given, given + 1);
      const [ofServer] = await repositoriesIn(join(folder, "known.tar"));
      assert.equal(ofServer?.files.length, 4);

      const stranger = await save("stranger.tar", "nobody");
      assert.equal(stranger.status, 31, stranger.stderr);
      assert.match(stranger.stderr, /no credentials were found/);
    } finally {
      await server.stop();
      await tokens.stop();
      await rm(folder, { recursive: true });
    }
  });
});
