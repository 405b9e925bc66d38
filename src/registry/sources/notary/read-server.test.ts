import assert from "node:assert/strict";
import { suite, test, type TestContext } from "node:test";
import { makeTrustFiles, notaryScript, notFound, type TrustFiles, type TrustShape } from "../../../../test/fakes/notary-server.ts";
import { scriptedServer, type Handler, type ScriptedServer, type ScriptLine } from "../../../../test/fakes/scripted-registry.ts";
import { TouchmarkError } from "../../../core/errors.ts";
import { createHttpClient } from "../../../net/http-client.ts";
import type { Credentials } from "../../credentials/credentials.ts";
import { parseGun } from "./gun.ts";
import { NotaryServer } from "./notary-server.ts";
import { readServer } from "./read-server.ts";
import type { TrustData } from "./trust-data.ts";
import { registryLimits } from "../../limits.ts";

const gun = parseGun("docker.io/team/app");
const prefix = `/v2/${gun.name}/_trust/tuf/`;
const { signal } = new AbortController();
const anonymous: Credentials = { find: async () => undefined };
const releases = ["targets/releases"];

interface Place {
  readonly server: ScriptedServer;
  readonly files: TrustFiles;
  readonly read: (credentials?: Credentials, signal?: AbortSignal) => Promise<TrustData>;
}

/** A server with trust data of this shape, and other responses for these files. */
async function location(t: TestContext, shape: TrustShape = {}, instead: Readonly<Record<string, ScriptLine>> = {}): Promise<Place> {
  const files = makeTrustFiles(gun.name, shape);
  const server = await scriptedServer(t, {
    ...Object.fromEntries(Object.entries(instead).map(([file, line]) => [`GET ${prefix}${file}`, line])),
    ...notaryScript(gun.name, files),
  });
  const http = createHttpClient({ sleep: async () => {} });
  return {
    server,
    files,
    read: (credentials = anonymous, until = signal) =>
      readServer(new NotaryServer({ http, credentials, base: new URL(server.origin) }), gun, until),
  };
}

const pathsOf = ({ files }: TrustData): readonly string[] => files.map(({ path }) => path);
const codesOf = ({ unread }: TrustData): readonly string[] => unread.map(({ path, code }) => `${path} ${code}`);

suite("a notary server", () => {
  test("returns every role, earlier root and delegation, byte for byte", async (t) => {
    const { read, files, server } = await location(t, { rootVersion: 3, delegations: ["targets/releases", "targets/qa/eu"] });
    const data = await read();
    assert.deepEqual(data.unread, []);
    assert.deepEqual(data.absent, []);
    assert.deepEqual(pathsOf(data), [...files.keys()].toSorted());
    for (const { path, bytes } of data.files) assert.deepEqual(Buffer.from(bytes), files.get(path), path);
    assert.deepEqual(
      data.files.filter(({ role }) => role === "root").map(({ path, version }) => [path, version]),
      [
        ["1.root.json", 1],
        ["2.root.json", 2],
        ["root.json", 3],
      ],
    );
    assert.equal(server.lines.filter((line) => /\/targets\/qa\/eu\.[0-9a-f]{64}\.json$/.test(line)).length, 1);
    assert.equal(data.location, server.origin);
  });

  test("may have no delegations", async (t) => {
    const data = await (await location(t)).read();
    assert.deepEqual(pathsOf(data), ["root.json", "snapshot.json", "targets.json", "timestamp.json"]);
    assert.deepEqual(data.unread, []);
  });

  test("may have files only under their plain names", async (t) => {
    const { read, server, files } = await location(t, { delegations: releases });
    server.on({
      [`GET ${prefix}*`]: ({ path }) => {
        const body = files.get(path.slice(prefix.length));
        return body ? { body } : notFound;
      },
    });
    const data = await read();
    assert.deepEqual(pathsOf(data), [...files.keys()].toSorted());
    assert.deepEqual(data.unread, []);
  });

  test("may lack earlier roots and delegations, which are recorded as absent", async (t) => {
    const { read, server, files } = await location(t, { rootVersion: 3, delegations: releases }, { "1.root.json": notFound });
    const some = new Map([...files].filter(([path]) => path !== "targets/releases.json"));
    server.on(notaryScript(gun.name, some));
    const data = await read();
    assert.deepEqual(data.absent, ["1.root.json", "targets/releases.json"]);
    assert.deepEqual(data.unread, []);
  });

  test("may have nothing of the repository", async (t) => {
    const { read, server } = await location(t);
    server.on({ [`GET ${prefix}*`]: notFound });
    const data = await read();
    assert.deepEqual([data.files, data.unread], [[], []]);
    assert.deepEqual(data.absent, ["root.json", "snapshot.json", "targets.json", "timestamp.json"]);
  });

  test("that is unreachable is named, and gets one request", async () => {
    const base = new URL("http://notary.example");
    let asked = 0;
    const http = {
      request: async () => {
        asked++;
        throw new TouchmarkError("UNREACHABLE", "notary.example cannot be used: the connection was refused");
      },
      open: async () => assert.fail("not asked for"),
    };
    const data = await readServer(new NotaryServer({ http, credentials: anonymous, base }), gun, signal);
    assert.deepEqual(data.files, []);
    assert.ok(data.unread.every(({ code }) => code === "UNREACHABLE"));
    assert.equal(asked, 1);
  });

  test("that responds with another repository's data is refused completely", async (t) => {
    const { read } = await location(t, { commonName: "docker.io/other/app", rootVersion: 2 });
    const data = await read();
    assert.deepEqual(data.files, []);
    assert.deepEqual(codesOf(data), ["root.json SUBJECT_MISMATCH"]);
    assert.match(data.unread[0]?.message ?? "", /expected docker\.io\/team\/app, found "docker\.io\/other\/app"/);
  });

  test("may have an earlier root of another repository, and then only that file is refused", async (t) => {
    const foreign = makeTrustFiles(gun.name, { commonName: "docker.io/other/app" }).get("root.json") ?? "";
    const { read } = await location(t, { rootVersion: 2 }, { "1.root.json": { body: foreign } });
    const data = await read();
    assert.deepEqual(codesOf(data), ["1.root.json SUBJECT_MISMATCH"]);
    assert.equal(data.files.length, 4);
  });

  test("that redirects is not a notary server", async (t) => {
    const line = { status: 302, headers: { location: "https://docs.example/gone?token=secret" } };
    const { read, server } = await location(t, {}, { "timestamp.json": line });
    const data = await read();
    assert.deepEqual(data.files, []);
    assert.match(data.unread[0]?.message ?? "", /redirects to https:\/\/docs\.example\/gone; expected the trust data itself/);
    assert.equal(server.seen.length, 1);
  });

  test("that responds with an HTML page is not a notary server", async (t) => {
    const { read, server } = await location(t, {}, { "timestamp.json": { body: "\n<!DOCTYPE html><title>Gone</title>" } });
    const data = await read();
    assert.match(data.unread[0]?.message ?? "", /answers with a page: "<!DOCTYPE html>/);
    assert.ok(data.unread.every(({ code, hint }) => code === "MALFORMED" && hint.includes("Name the notary server")));
    assert.equal(server.seen.length, 1);
  });

  test("that sends 200 MiB is cut off, and the other files are read", async (t) => {
    const piece = Buffer.alloc(1024 * 1024, " ");
    let sent = 0;
    const endless: Handler = (_, response) => {
      const more = (): void => {
        while (sent < 200 && !response.destroyed) {
          sent++;
          if (!response.write(piece)) return void response.once("drain", more);
        }
        response.end();
      };
      more();
      return undefined;
    };
    const { read, server, files } = await location(t, {});
    const script = notaryScript(gun.name, files);
    const usual = script[`GET ${prefix}*`];
    server.on({
      [`GET ${prefix}*`]: (seen, response) => {
        if (seen.path.includes("targets.")) return endless(seen, response);
        return typeof usual === "function" ? usual(seen, response) : undefined;
      },
    });
    const data = await read();
    assert.deepEqual(pathsOf(data), ["root.json", "snapshot.json", "timestamp.json"]);
    assert.deepEqual(codesOf(data), ["targets.json LIMIT_EXCEEDED"]);
    assert.match(data.unread[0]?.message ?? "", new RegExp(`longer than ${registryLimits.trustFileBytes} bytes`));
    assert.ok(sent < 100, `${sent} MiB were taken`);
  });

  test("that changes while it is read is read once more", async (t) => {
    const { read, server, files } = await location(t, { version: 1 });
    const later = makeTrustFiles(gun.name, { version: 2 });
    // The digest of the first timestamp is gone, and the plain name is the next snapshot.
    server.on(notaryScript(gun.name, later));
    server.on({
      [`GET ${prefix}timestamp.json`]: [{ body: files.get("timestamp.json") ?? "" }, { body: later.get("timestamp.json") ?? "" }],
    });
    const data = await read();
    assert.deepEqual(data.unread, []);
    assert.ok(data.files.every(({ path, bytes }) => Buffer.from(bytes).equals(later.get(path) ?? Buffer.of())));
  });

  test("that keeps changing is saved as it was read, and named", async (t) => {
    const { read, server, files } = await location(t, { version: 1 });
    server.on(notaryScript(gun.name, makeTrustFiles(gun.name, { version: 2 })));
    server.on({ [`GET ${prefix}timestamp.json`]: { body: files.get("timestamp.json") ?? "" } });
    const data = await read();
    assert.deepEqual(codesOf(data), ["snapshot.json CONFLICT"]);
    assert.equal(data.files.length, 4);
  });

  test("must not return a root of another version, or an invalid role", async (t) => {
    const { files } = await location(t, { rootVersion: 2 });
    const { read } = await location(
      t,
      { rootVersion: 3, delegations: ["targets/../../x"] },
      { "1.root.json": { body: files.get("root.json") ?? "" } },
    );
    const data = await read();
    assert.deepEqual(codesOf(data), ["1.root.json MALFORMED", "snapshot.json MALFORMED"]);
    assert.match(data.unread[0]?.message ?? "", /holds version 2, expected 1/);
    assert.match(data.unread[1]?.message ?? "", /not the name of a role/);
  });

  test("gets a bounded number of requests for roots and roles", async (t) => {
    const { files } = await location(t);
    const root = Buffer.from(files.get("root.json") ?? "")
      .toString()
      .replace('"version":1', '"version":1000000');
    const delegations = Array.from({ length: registryLimits.trustRoles }, (_, i) => `targets/d${i}`);
    const { read, server } = await location(t, { delegations }, { "root.json": { body: root } });
    const { [`GET ${prefix}*`]: usual } = notaryScript(gun.name, makeTrustFiles(gun.name, { delegations }));
    server.on({
      [`GET ${prefix}*`]: (seen, response) => {
        if (/\/(?:root\.|d\d)/.test(seen.path)) return notFound;
        return typeof usual === "function" ? usual(seen, response) : undefined;
      },
    });
    const data = await read();
    assert.ok(codesOf(data).includes("root.json LIMIT_EXCEEDED"));
    assert.ok(codesOf(data).includes("snapshot.json LIMIT_EXCEEDED"));
    assert.ok(server.seen.length < 2 * (2 * registryLimits.trustRoles + registryLimits.trustRoots + 10));
  });

  test("requires a token as registries do, for the whole name, with the registry's credentials", async (t) => {
    const { read, server, files } = await location(t);
    const lookups: string[] = [];
    const credentials: Credentials = {
      find: async (registry, repository) => {
        lookups.push(`${registry} ${repository}`);
        return { kind: "password", username: "alice", password: "wonder", source: "config.json" };
      },
    };
    const { [`GET ${prefix}*`]: usual } = notaryScript(gun.name, files);
    server.on({
      [`GET ${prefix}*`]: (seen, response) => {
        const challenge = `Bearer realm="${server.origin}/token",service="notary.example"`;
        if (seen.headers["authorization"] !== "Bearer good") return { status: 401, headers: { "www-authenticate": challenge } };
        return typeof usual === "function" ? usual(seen, response) : undefined;
      },
      "GET /token?*": { body: '{"token":"good"}' },
    });
    const data = await read(credentials);
    assert.equal(data.files.length, 4);
    assert.deepEqual(lookups, ["docker.io team/app"]);
    const asked = server.lines.find((line) => line.includes("/token")) ?? "";
    assert.equal(new URLSearchParams(asked.split("?")[1]).get("scope"), `repository:${gun.name}:pull`);
  });

  test("that refuses gets one request, and is named", async (t) => {
    const { read, server } = await location(t, {}, { "timestamp.json": { status: 403 } });
    const data = await read();
    assert.ok(data.unread.every(({ code }) => code === "UNAUTHORIZED"));
    assert.equal(server.seen.length, 1);
  });

  test("is no longer read after an abort", async (t) => {
    const interruption = new AbortController();
    const { read } = await location(
      t,
      {},
      {
        "timestamp.json": () => {
          interruption.abort(new TouchmarkError("INTERRUPTED", "interrupted"));
          return undefined;
        },
      },
    );
    await assert.rejects(read(anonymous, interruption.signal), { code: "INTERRUPTED" });
  });
});
