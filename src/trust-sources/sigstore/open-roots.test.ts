/** The trusted roots of a verification, with and without failures. */
import assert from "node:assert/strict";
import { formatInstant } from "../../core/instant.ts";
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite, test, type TestContext } from "node:test";
import { refusedAddress } from "../../../test/fakes/refused-port.ts";
import { makeKey, published, publicTrustedRoot, publishSigstore, type TufRepository } from "../../../test/fakes/tuf-repository.ts";
import { encodePem } from "../../core/asn1/pem.ts";
import { extensions, makeDer, makeKey as makeKeyPair } from "../../core/x509/fixture.test.ts";
import { quoteName } from "../../core/x509/name.ts";
import type { HttpClient } from "../../net/http.ts";
import { createHttpClient } from "../../net/http-client.ts";
import { importRepository } from "./import-root.ts";
import { listInstances, writeInstance, type RepositoryInstance } from "./instance.ts";
import { openRoots, type OpenedRoots, type RootsOptions } from "./open-roots.ts";
import { openSigning } from "./open-signing.ts";
import { keptIn } from "./repository.ts";

const minute = 60_000;
const day = 24 * 60 * 60 * 1000;
const other = JSON.stringify({ ...JSON.parse(publicTrustedRoot), timestampAuthorities: [] });
/** A client that must not open a socket. */
const noNetwork: HttpClient = {
  request: async () => assert.fail("a request went out"),
  open: async () => assert.fail("a request went out"),
};

/** The superuser may write anywhere. */
const cannotForbid = process.platform === "win32" || process.getuid?.() === 0 ? "needs a user to whom a folder can be closed" : false;

interface Place {
  readonly folder: string;
  readonly open: (options?: Partial<RootsOptions>) => Promise<OpenedRoots>;
  readonly keep: (name: string, repository: TufRepository, mirror: URL) => Promise<RepositoryInstance>;
}

async function location(t: TestContext): Promise<Place> {
  const folder = await mkdtemp(join(tmpdir(), "touchmark-roots-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const http = createHttpClient({ sleep: async () => {} });
  const common = { http, at: published, signal: AbortSignal.timeout(60_000) };
  return {
    folder,
    open: (options) => openRoots({ files: [], env: { TOUCHMARK_TRUST: folder }, home: folder, offline: false, ...common, ...options }),
    async keep(name, { root }, mirror) {
      const instance: RepositoryInstance = { kind: "repository", name, mirror, root };
      await importRepository(instance, { folder, ...common });
      return instance;
    },
  };
}

async function one(t: TestContext): Promise<Place & { readonly repository: TufRepository; readonly instance: RepositoryInstance }> {
  const here = await location(t);
  const repository = publishSigstore();
  const instance = await here.keep("company", repository, await repository.serve(t));
  repository.seen.length = 0;
  return { ...here, repository, instance };
}

const messagesOf = ({ warnings }: OpenedRoots): string => warnings.map(({ message }) => message).join("\n");
const stamps = ({ roots }: OpenedRoots): readonly number[] => roots.map(({ timestampAuthorities }) => timestampAuthorities.length);

suite("trusted roots", () => {
  test("are exactly the named files", async (t) => {
    const { open, folder } = await one(t);
    const path = join(folder, "root.json");
    await writeFile(path, other);
    const opened = await open({ files: [path, "env://ROOT"], env: { ROOT: publicTrustedRoot }, http: noNetwork });
    assert.deepEqual(stamps(opened), [0, 1]);
    assert.deepEqual(opened.warnings, []);
    await writeFile(path, other.slice(1));
    await assert.rejects(open({ files: [path] }), { code: "MALFORMED" });
    await assert.rejects(open({ files: [join(folder, "absent.json")] }), { code: "FILE_NOT_FOUND" });
  });

  test("are the embedded ones if no instance is stored, never none", async (t) => {
    const { open, folder } = await location(t);
    for (const at of [folder, join(folder, "absent")]) {
      const opened = await open({ env: { TOUCHMARK_TRUST: at }, offline: true, http: noNetwork });
      assert.equal(opened.roots.length, 1);
      assert.ok(opened.roots.every((root) => root.certificateAuthorities.length > 0 && root.logs.length > 0));
      assert.match(messagesOf(opened), /came with touchmark.*stale: it was to be renewed by 2026-11-20T/);
      const [renewBy] = opened.roots.flatMap((root) => root.renewBy ?? []);
      assert.match(formatInstant(renewBy ?? 0), /^2026-11-20T/);
    }
    const nowhere = new URL(`http://${await refusedAddress(t)}/`);
    const opened = await open({ http: { ...noNetwork, request: (request) => createHttpClient().request({ ...request, url: nowhere }) } });
    assert.match(messagesOf(opened), /public-good could not be brought up to date: .*\n.*stale/);
    assert.deepEqual(await listInstances(folder), [], "that it was looked at does not mean that it was chosen");
  });

  test("are those of all stored instances, or of the named ones", async (t) => {
    const { open, keep } = await location(t);
    const [first, second] = [publishSigstore(), publishSigstore()];
    second.targets["trusted_root.json"] = other;
    second.publish();
    await keep("company", first, await first.serve(t));
    await keep("team", second, await second.serve(t));
    assert.deepEqual(stamps(await open()), [1, 0]);
    assert.deepEqual(stamps(await open({ names: ["team"] })), [0]);
    assert.deepEqual(stamps(await open({ names: ["public-good", "team"], offline: true })), [1, 0]);
    await assert.rejects(open({ names: ["nobody"] }), { code: "FILE_NOT_FOUND", hint: /company, team/ });
    for (const name of ["../company", "a/b", "..", "", "A", "con\0", ".hidden", "a..b", "x".repeat(64)]) {
      await assert.rejects(open({ names: [name] }), { code: "USAGE" }, name);
    }
  });

  test("are not affected by a damaged signing config, which only signing reads", async (t) => {
    const { open, keep, folder } = await location(t);
    const repository = publishSigstore(published, publicTrustedRoot, "{}");
    await keep("company", repository, await repository.serve(t));
    assert.equal((await open()).roots.length, 1);
    const options = { env: { TOUCHMARK_TRUST: folder }, home: folder, offline: true, http: noNetwork, at: published };
    await assert.rejects(openSigning({ ...options, signal: AbortSignal.timeout(60_000) }).config, { code: "MALFORMED" });
  });

  test("are cached for a day, then fetched again", async (t) => {
    const { open, repository } = await one(t);
    repository.targets["trusted_root.json"] = other;
    repository.publish();
    assert.deepEqual(stamps(await open({ at: published + day - 1 })), [1]);
    assert.deepEqual(repository.seen, []);
    assert.deepEqual(stamps(await open({ at: published + day })), [0]);
    assert.deepEqual(stamps(await open({ at: published + day, http: noNetwork })), [0]);
  });

  test("are fetched again within a day if they expire earlier", async (t) => {
    const { open, repository } = await one(t);
    repository.expires.timestamp = published + 2 * day;
    repository.publish();
    await open({ at: published + day });
    repository.seen.length = 0;
    await open({ at: published + day + 1 });
    assert.ok(repository.seen.includes("timestamp.json"));
  });

  test("are fetched again if the clock was set back; a clock a day slow or fast is fine", async (t) => {
    const { open, repository } = await one(t);
    for (const at of [published - day, published + day]) {
      repository.seen.length = 0;
      const opened = await open({ at });
      assert.deepEqual([opened.roots.length, opened.warnings], [1, []]);
      assert.ok(repository.seen.length > 0);
    }
  });

  test("are the cached ones, with a warning, while the mirror is unreachable or sends documents without valid signatures", async (t) => {
    const { open, repository } = await one(t);
    const at = published + day;
    repository.answers.set("timestamp.json", (response) => response.writeHead(503).end());
    const down = await open({ at });
    assert.equal(down.roots.length, 1);
    assert.match(messagesOf(down), /^company could not be brought up to date: .*status 503$/);
    repository.answers.clear();
    repository.keys.timestamp = [makeKey()];
    repository.publish();
    assert.match(messagesOf(await open({ at: at + 10 * minute })), /company could not be brought up to date: .*signed by 0 of the 1 keys/);
  });

  test("are fetched again ten minutes after a mirror failure, sooner only if there is no usable root", async (t) => {
    const { open, repository } = await one(t);
    repository.answers.set("timestamp.json", (response) => response.writeHead(404).end());
    await open({ at: published + day });
    repository.seen.length = 0;
    const opened = await open({ at: published + day + 10 * minute - 1 });
    assert.equal(opened.roots.length, 1);
    assert.match(messagesOf(opened), /its mirror failed at 2026-11-22T09:00:00Z, and is asked again 10 minutes later/);
    assert.deepEqual(repository.seen, []);
    await open({ at: published + day + 10 * minute });
    assert.ok(repository.seen.length > 0);

    const late = published + 7 * day;
    await assert.rejects(open({ at: late }), { code: "TRUST_ROOT_EXPIRED" });
    repository.answers.clear();
    for (const role of ["root", "timestamp", "snapshot", "targets"] as const) repository.expires[role] += 7 * day;
    repository.rotate();
    repository.publish();
    assert.deepEqual((await open({ at: late })).warnings, []);
  });

  test("never roll back, whatever the mirror sends", async (t) => {
    const { open, repository } = await one(t);
    const before = new Map(repository.files);
    repository.targets["trusted_root.json"] = other;
    repository.publish();
    assert.deepEqual(stamps(await open({ at: published + day })), [0]);
    for (const [path, bytes] of before) repository.files.set(path, bytes);
    const opened = await open({ at: published + 2 * day });
    assert.deepEqual(stamps(opened), [0]);
    assert.match(messagesOf(opened), /the timestamp goes back/);
  });

  test("that are expired are refused, or used with a warning if configured; a frozen mirror does not change this", async (t) => {
    const { open } = await one(t);
    const at = published + 7 * day;
    await assert.rejects(open({ at }), {
      code: "TRUST_ROOT_EXPIRED",
      message: /company expired at 2026-11-28T09:00:00Z; by the clock here/,
    });
    await assert.rejects(open({ at, offline: true, http: noNetwork }), { code: "TRUST_ROOT_EXPIRED" });
    const opened = await open({ at, expired: "warn" });
    assert.equal(opened.roots.length, 1);
    assert.match(messagesOf(opened), /could not be brought up to date: .*expired(.|\n)*company expired at/);
  });

  test("follow a root whose keys were replaced", async (t) => {
    const { open, repository } = await one(t);
    const old = repository.keys.root;
    repository.keys.root = [makeKey(), makeKey()];
    repository.thresholds.root = 2;
    repository.rotate(old);
    repository.targets["trusted_root.json"] = other;
    repository.publish();
    assert.deepEqual(stamps(await open({ at: published + day })), [0]);
    assert.deepEqual(stamps(await open({ at: published + day, offline: true, http: noNetwork })), [0]);
  });

  test("come only from the repository: no request goes to the logs and authorities that they name", async (t) => {
    const { open, instance } = await one(t);
    const asked = new Set<string>();
    const http = createHttpClient();
    const request: HttpClient["request"] = (wanted) => {
      asked.add(wanted.url.origin);
      return http.request(wanted);
    };
    await open({ at: published + day, http: { ...noNetwork, request } });
    assert.deepEqual([...asked], [instance.mirror.origin]);
  });

  test("open no socket offline, not even for an old root or one that was never fetched", async (t) => {
    const { open, folder, instance } = await one(t);
    assert.equal((await open({ at: published + 6 * day, offline: true, http: noNetwork })).roots.length, 1);
    await rm(keptIn(instance, folder), { recursive: true });
    const refused = { code: "FILE_NOT_FOUND", message: /nothing was fetched of the trust root company/ };
    await assert.rejects(open({ offline: true, http: noNetwork }), refused);
    assert.equal((await open()).roots.length, 1);
  });

  test("are not read from damaged files: they are fetched again, or refused without a network", async (t) => {
    const { open, folder, instance } = await one(t);
    const path = join(keptIn(instance, folder), "repository.json");
    const whole = await readFile(path, "utf8");
    await writeFile(path, whole.replace(/"files".*/, '"files":{"trusted_root.json":"e30="}}'));
    await assert.rejects(open({ offline: true, http: noNetwork }), { code: "TRUST_ROOT_INVALID", message: /is damaged/ });
    assert.equal((await open()).roots.length, 1);
    assert.equal(await readFile(path, "utf8"), whole);
    for (const text of [
      "",
      "{}",
      '{"kind":"files","imported":"2026-11-21T09:00:00Z","files":[]}',
      '{"kind":"repository","mirror":"ftp://x"}',
    ]) {
      await writeFile(join(folder, "company", "instance.json"), text);
      await assert.rejects(open(), { code: "TRUST_ROOT_INVALID", message: /company is damaged/ }, text);
    }
  });

  test("are used even if the cache cannot be written", { skip: cannotForbid }, async (t) => {
    const { open, folder, instance } = await one(t);
    const kept = keptIn(instance, folder);
    await chmod(kept, 0o500);
    t.after(() => chmod(kept, 0o700));
    const opened = await open({ at: published + day });
    assert.equal(opened.roots.length, 1);
    assert.match(messagesOf(opened), /company was fetched and verified, and could not be stored: .*repository.json cannot be written/);
  });

  test("are those just fetched where they cannot be stored, with one warning, for the first time and after", async (t) => {
    const { open, folder } = await location(t);
    const repository = publishSigstore();
    const instance: RepositoryInstance = {
      kind: "repository",
      name: "company",
      mirror: await repository.serve(t),
      root: repository.root,
    };
    await writeInstance(folder, instance);
    await writeFile(keptIn(instance, folder), "a file where the cache's folder would be");
    repository.rotate(); // the cache has two files to write
    for (const at of [published, published + day]) {
      const opened = await open({ at });
      assert.equal(opened.roots.length, 1);
      assert.match(messagesOf(opened), /^company was fetched and verified, and could not be stored: [^\n]*$/);
    }
  });

  test("are used even if a file exists at the cache's path", async (t) => {
    const { open, folder } = await location(t);
    const repository = publishSigstore();
    const mirror = await repository.serve(t);
    await mkdir(join(folder, "public-good"));
    await writeInstance(folder, { kind: "repository", name: "public-good", mirror });
    await writeFile(keptIn({ kind: "repository", name: "public-good", mirror }, folder), "");
    const opened = await open();
    assert.equal(opened.roots.length, 1);
    assert.match(messagesOf(opened), /could not be brought up to date/);
  });

  test("are readable by this user only, and a failed update leaves no files behind", async (t) => {
    const { open, folder, repository, instance } = await one(t);
    if (process.platform !== "win32") {
      assert.equal((await stat(join(folder, "company"))).mode & 0o777, 0o700);
      assert.equal((await stat(join(folder, "company", "instance.json"))).mode & 0o777, 0o600);
    }
    repository.targets["trusted_root.json"] = "{}";
    repository.publish();
    const opened = await open({ at: published + day });
    assert.match(messagesOf(opened), /trusted_root.json of company.mediaType is missing/);
    assert.deepEqual(stamps(opened), [1]);
    assert.deepEqual(await readdir(keptIn(instance, folder)), ["failed.json", "repository.json"]);
  });

  test("are not waited for once the verification is aborted", async (t) => {
    const { open } = await one(t);
    const reason = AbortSignal.abort();
    await assert.rejects(open({ at: published + day, signal: reason }), { code: "INTERRUPTED" });
  });

  test("of cosign's variables: the mirror, its root, and its caches", async (t) => {
    const { open, folder } = await location(t);
    const repository = publishSigstore();
    repository.targets["trusted_root.json"] = other;
    repository.publish();
    const mirror = (await repository.serve(t)).href.slice(0, -1);
    const caches = join(folder, "caches");
    const name = mirror.slice("http://".length).replaceAll(/[/:]/g, "-");
    await mkdir(join(caches, name), { recursive: true });
    await writeFile(join(caches, name, "root.json"), repository.root);
    await writeFile(join(caches, "remote.json"), JSON.stringify({ mirror }));
    const trust = { TOUCHMARK_TRUST: join(folder, "trust") };
    for (const env of [
      { TUF_ROOT: caches },
      { TUF_ROOT: caches, TUF_MIRROR: mirror },
      { TUF_MIRROR: mirror, TUF_ROOT_JSON: join(caches, name, "root.json") },
    ]) {
      const opened = await open({ env: { ...trust, ...env } });
      assert.deepEqual(stamps(opened), [0], "that instance alone");
      assert.deepEqual(opened.warnings, []);
    }
    const lost = { ...trust, TUF_MIRROR: mirror };
    await assert.rejects(open({ env: lost }), { code: "FILE_NOT_FOUND", message: /no root.json to trust the mirror/ });
    assert.deepEqual(stamps(await open({ env: trust, offline: true })), [1], "and nothing of it stays");
  });

  test("have the certificate authorities of SIGSTORE_ROOT_FILE instead of their own", async (t) => {
    const { folder, open } = await location(t);
    const file = join(folder, "ca.pem");
    const env = { TOUCHMARK_TRUST: folder, SIGSTORE_ROOT_FILE: file };
    const keys = [makeKeyPair(), makeKeyPair()] as const;
    const authority = [extensions.authority(), extensions.keyCertSign];
    const root = makeDer({ subject: "root", key: keys[0], extensions: authority });
    const middle = makeDer({ subject: "middle", issuer: "root", key: keys[1], signedBy: keys[0].privateKey, extensions: authority });
    const pem = (...ders: readonly Uint8Array[]): string => ders.map((der) => encodePem("CERTIFICATE", der)).join("");
    await writeFile(file, pem(root, middle));
    const { roots } = await open({ env, offline: true });
    const chains = roots.map(({ certificateAuthorities }) =>
      certificateAuthorities.map(({ chain }) => chain.map(({ subject }) => quoteName(subject))),
    );
    assert.deepEqual(chains, [[['"CN=root"'], ['"CN=middle"', '"CN=root"']]]);
    assert.ok(roots.every(({ logs }) => logs.length > 0));
    await writeFile(file, pem(middle));
    await assert.rejects(open({ env, offline: true }), { code: "MALFORMED", message: /by "CN=root", and not the one above it/ });
    await writeFile(file, "no certificate");
    await assert.rejects(open({ env, offline: true }), { code: "MALFORMED" });
  });

  test("do not use cosign's variables for single parts, and a warning says so", async (t) => {
    const { open } = await one(t);
    const opened = await open({
      env: { TOUCHMARK_TRUST: (await location(t)).folder, SIGSTORE_REKOR_PUBLIC_KEY: "log.pub" },
      offline: true,
    });
    assert.match(messagesOf(opened), /^SIGSTORE_REKOR_PUBLIC_KEY is set and counts for nothing here/);
  });
});
