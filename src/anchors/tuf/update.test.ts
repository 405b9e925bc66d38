import assert from "node:assert/strict";
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite, test, type TestContext } from "node:test";
import { makeKey, published, TufRepository, type TestKeyKind } from "../../../test/fakes/tuf-repository.ts";
import { TouchmarkError, type Code } from "../../core/errors.ts";
import { createHttpClient } from "../../net/http-client.ts";
import type { TrustRootContent } from "./content.ts";
import { folderOf } from "./kept.ts";
import { readTrustRoot } from "./read.ts";
import { updateTrustRoot, type UpdateOptions } from "./update.ts";

const day = 24 * 60 * 60 * 1000;

interface Site {
  readonly folder: string;
  readonly update: (more?: Partial<UpdateOptions>) => Promise<TrustRootContent>;
  readonly read: (at?: number) => Promise<TrustRootContent | undefined>;
  /** Expects that the update is refused so, and that what was kept before is still read. */
  readonly refuses: (code: Code, message: RegExp, more?: Partial<UpdateOptions>) => Promise<void>;
}

async function site(t: TestContext, repository: TufRepository): Promise<Site> {
  const cache = await mkdtemp(join(tmpdir(), "touchmark-tuf-"));
  t.after(() => rm(cache, { recursive: true, force: true }));
  const mirror = await repository.serve(t);
  const folder = folderOf(mirror, cache);
  const http = createHttpClient({ sleep: async () => {} });
  const { root } = repository;
  const update: Site["update"] = (more) =>
    updateTrustRoot({
      mirror,
      root,
      names: ["trusted_root.json"],
      folder,
      http,
      at: published,
      signal: AbortSignal.timeout(60_000),
      ...more,
    });
  const read: Site["read"] = (at = published) => readTrustRoot({ folder, root, at });
  return {
    folder,
    update,
    read,
    async refuses(code, message, more) {
      const before = await read().catch((error: unknown) => error);
      await assert.rejects(update(more), (error) => {
        assert.ok(error instanceof TouchmarkError, String(error));
        assert.equal(error.code, code, error.message);
        assert.match(error.message, message);
        return true;
      });
      assert.deepEqual(await read().catch((error: unknown) => error), before);
    },
  };
}

const textOf = (content: TrustRootContent | undefined, name = "trusted_root.json") => content?.targets.get(name)?.toString();

suite("a trust root is updated", () => {
  test("to what the repository holds, and read back without it", async (t) => {
    const repository = new TufRepository();
    repository.targets = { "trusted_root.json": "the root", "a/b?.json": "deep", "other.json": "not asked for" };
    repository.publish();
    const { update, read, folder } = await site(t, repository);
    assert.equal(await read(), undefined, "nothing is kept yet");
    const content = await update({ names: ["trusted_root.json", "a/b?.json", "absent"] });
    assert.deepEqual([...content.targets.keys()], ["trusted_root.json", "a/b?.json"]);
    assert.equal(textOf(content), "the root");
    assert.equal(textOf(content, "a/b?.json"), "deep");
    assert.deepEqual(content.versions, { root: 1, timestamp: 2, snapshot: 2, targets: 2 });
    assert.equal(content.expires, published + 7 * day);
    assert.deepEqual(await read(), content);
    assert.deepEqual(await readdir(folder), ["repository.json"]);
    if (process.platform !== "win32") {
      assert.equal((await stat(folder)).mode & 0o777, 0o700);
      assert.equal((await stat(join(folder, "repository.json"))).mode & 0o777, 0o600);
    }
  });

  test("fetching only what is new", async (t) => {
    const repository = new TufRepository();
    const { update } = await site(t, repository);
    await update();
    repository.seen.length = 0;
    await update();
    assert.deepEqual(repository.seen, ["2.root.json", "timestamp.json"]);
    repository.targets["trusted_root.json"] = "the second";
    repository.publish();
    assert.equal(textOf(await update()), "the second");
  });

  test("where files are named by neither version nor hash", async (t) => {
    const repository = new TufRepository();
    repository.consistent = false;
    repository.rotate();
    repository.publish();
    const { update } = await site(t, repository);
    assert.equal(textOf(await update()), "the first");
    assert.deepEqual(repository.seen.slice(-3), ["snapshot.json", "targets.json", "targets/trusted_root.json"]);
  });

  for (const kind of ["ecdsa", "ecdsa-sha2-nistp256", "ed25519", "rsa"] satisfies TestKeyKind[]) {
    test(`with keys of the type ${kind}`, async (t) => {
      const key = makeKey(kind);
      const repository = new TufRepository({ root: [key], timestamp: [key], snapshot: [key], targets: [key] });
      const { update } = await site(t, repository);
      assert.equal(textOf(await update()), "the first");
    });
  }

  test("over several roots, each signed by the keys of the one before", async (t) => {
    const repository = new TufRepository();
    for (let i = 0; i < 3; i++) {
      const old = repository.keys.root;
      repository.keys.root = [makeKey(), makeKey()];
      repository.thresholds.root = 2;
      repository.rotate(old);
    }
    const { update, read } = await site(t, repository);
    assert.equal((await update()).versions.root, 4);
    assert.equal((await read())?.versions.root, 4);
    repository.seen.length = 0;
    await update();
    assert.equal(repository.seen[0], "5.root.json", "those that are kept are not fetched again");
    assert.equal((await update({ root: repository.files.get("3.root.json") ?? assert.fail() })).versions.root, 4, "from a newer one too");
  });

  test("past an expired root, if the newest is not", async (t) => {
    const repository = new TufRepository();
    repository.expires.root = published - day;
    repository.rotate();
    const { update, refuses } = await site(t, repository);
    await refuses("TRUST_ROOT_EXPIRED", /root document of the trust root, version 2, expired at 2026-11-20T09:00:00Z/);
    repository.expires.root = published + day;
    repository.rotate();
    assert.equal((await update()).versions.root, 3);
  });

  test("by two at once", async (t) => {
    const repository = new TufRepository();
    repository.rotate();
    const { update, read, folder } = await site(t, repository);
    const [one, other] = await Promise.all([update(), update(), update(), update()]);
    assert.deepEqual(one, other);
    assert.deepEqual(await read(), one);
    assert.deepEqual((await readdir(folder)).toSorted(), ["repository.json", "roots.json"]);
  });
});

suite("an update is refused", () => {
  test("T32: that goes back to an older timestamp, snapshot or list of targets", async (t) => {
    const repository = new TufRepository();
    const old = new Map(repository.files);
    const { update, refuses } = await site(t, repository);
    repository.publish();
    await update();
    repository.files.set("timestamp.json", old.get("timestamp.json") ?? assert.fail());
    await refuses("TRUST_ROOT_INVALID", /the timestamp goes back from 2 to 1/);

    repository.publishTimestamp({ version: 1 });
    await refuses("TRUST_ROOT_INVALID", /the snapshot that the timestamp names goes back from 2 to 1/);

    repository.publishSnapshot({ "targets.json": { version: 1 } });
    await refuses("TRUST_ROOT_INVALID", /the version of "targets.json" in the snapshot goes back from 2 to 1/);
  });

  test("whose snapshot has lost a role", async (t) => {
    const repository = new TufRepository();
    repository.publishSnapshot({ "targets.json": { version: 1 }, "delegated.json": { version: 1 } });
    const { update, refuses } = await site(t, repository);
    await update();
    repository.publishSnapshot({ "targets.json": { version: 1 } });
    await refuses("TRUST_ROOT_INVALID", /the snapshot has lost "delegated.json"/);
  });

  test("that goes back to an older root", async (t) => {
    const repository = new TufRepository();
    const { refuses } = await site(t, repository);
    repository.files.set("2.root.json", repository.root);
    await refuses("TRUST_ROOT_INVALID", /a root of version 1 stands where version 2 belongs/);
    repository.rotate();
    repository.files.set("2.root.json", repository.rotate());
    await refuses("TRUST_ROOT_INVALID", /a root of version 3 stands where version 2 belongs/);
  });

  test("whose next root lacks the signatures of the old keys, or of the new", async (t) => {
    const repository = new TufRepository();
    const { refuses } = await site(t, repository);
    const [old] = repository.keys.root;
    repository.keys.root = [makeKey()];
    repository.rotate();
    await refuses("TRUST_ROOT_INVALID", /signed by 0 of the 1 keys that version 1 of the root asks for/);
    repository.files.set("2.root.json", repository.signed(repository.rootBody(2), old ? [old] : []));
    await refuses("TRUST_ROOT_INVALID", /signed by 0 of the 1 keys that version 2 of the root asks for/);
  });

  for (const role of ["timestamp", "snapshot", "targets"] as const) {
    test(`whose ${role} document is expired, wrongly signed or not signed`, async (t) => {
      const repository = new TufRepository();
      const { update, refuses } = await site(t, repository);
      await update();
      const [right] = [repository.keys[role]];
      repository.keys[role] = [{ ...makeKey(), id: right[0]?.id ?? "" }];
      repository.targets["trusted_root.json"] = "forged";
      repository.publish();
      await refuses("TRUST_ROOT_INVALID", new RegExp(`the ${role} document, version 2, is signed by 0 of the 1 keys`));
      repository.keys[role] = [];
      repository.publish();
      await refuses("TRUST_ROOT_INVALID", new RegExp(`the ${role} document, version 3, is signed by 0 of the 1 keys`));
      repository.keys[role] = right;
      repository.expires[role] = published;
      repository.publish();
      await refuses("TRUST_ROOT_EXPIRED", new RegExp(`the ${role} document of the trust root, version 4, expired`));
    });
  }

  test("T32: where one key stands under several ids", async (t) => {
    const key = makeKey();
    const repository = new TufRepository({ timestamp: [key, { ...key, id: "the-same" }] });
    repository.thresholds.timestamp = 2;
    repository.rotate();
    repository.publish();
    const { update, refuses } = await site(t, repository);
    await refuses("TRUST_ROOT_INVALID", /the timestamp document, version 2, is signed by 1 of the 2 keys/);
    repository.keys.timestamp = [key, key];
    repository.publish();
    await refuses("TRUST_ROOT_INVALID", /signed by 1 of the 2 keys/);
    repository.keys.timestamp = [key, makeKey()];
    repository.rotate();
    repository.publish();
    await update();
  });

  test("T32: with a threshold of zero", async (t) => {
    const repository = new TufRepository();
    repository.thresholds.timestamp = 0;
    repository.rotate();
    const { refuses } = await site(t, repository);
    await refuses("TRUST_ROOT_INVALID", /timestamp\.threshold is 0/);
  });

  test("T31: with a key of another kind than its scheme says", async (t) => {
    const key = makeKey("ecdsa");
    const repository = new TufRepository();
    repository.keys.timestamp = [{ ...key, value: { ...key.value, keytype: "rsa", scheme: "rsassa-pss-sha256" } }];
    repository.rotate();
    repository.publish();
    const { refuses } = await site(t, repository);
    await refuses("TRUST_ROOT_INVALID", /the timestamp document, version 2, is signed by 0 of the 1 keys/);
  });

  test("that mixes documents of different moments", async (t) => {
    const repository = new TufRepository();
    const { refuses } = await site(t, repository);
    const old = new Map(repository.files);
    repository.publish();
    const good = new Map(repository.files);
    repository.files.set("2.snapshot.json", old.get("1.snapshot.json") ?? assert.fail());
    await refuses("TRUST_ROOT_INVALID", /the snapshot does not have the hash that was signed for/);
    repository.files.set("2.snapshot.json", good.get("2.snapshot.json") ?? assert.fail());
    repository.files.set("2.targets.json", old.get("1.targets.json") ?? assert.fail());
    await refuses("TRUST_ROOT_INVALID", /the list of targets does not have the hash/);
    repository.publishSnapshot({ "targets.json": { version: 2 } });
    await refuses("TRUST_ROOT_INVALID", /the targets document has version 1, and version 2 was signed for/);
    repository.publishTimestamp({ version: 2 });
    repository.files.set("2.snapshot.json", old.get("1.snapshot.json") ?? assert.fail());
    await refuses("TRUST_ROOT_INVALID", /the snapshot document has version 1, and version 2 was signed for/);
  });

  test("whose target has other bytes, fewer, or more", async (t) => {
    const repository = new TufRepository();
    const { refuses } = await site(t, repository);
    const path = [...repository.files.keys()].find((name) => name.startsWith("targets/")) ?? assert.fail();
    repository.files.set(path, Buffer.from("the wrong"));
    await refuses("TRUST_ROOT_INVALID", /trusted_root.json does not have the hash that was signed for/);
    repository.files.set(path, Buffer.from("the"));
    await refuses("TRUST_ROOT_INVALID", /trusted_root.json has 3 bytes, and 9 were signed for/);
    repository.files.set(path, Buffer.from("the first and more"));
    await refuses("LIMIT_EXCEEDED", /is longer than 9 bytes/);
    repository.files.delete(path);
    await refuses("UNREACHABLE", /is not there/);
  });

  test("T14: whose target's name leads elsewhere", async (t) => {
    for (const name of ["../x", "a/../../x", "/etc/x", "a//x", "./x", String.raw`..\x`, "a\0", ""]) {
      const repository = new TufRepository();
      repository.targets = { [name]: "x" };
      repository.publish();
      const { refuses } = await site(t, repository);
      await refuses("TRUST_ROOT_INVALID", /a target whose name leads elsewhere/, { names: [name] });
    }
  });

  test("that never comes to an end of roots; the next one goes on from there", async (t) => {
    const repository = new TufRepository();
    for (let i = 0; i < 258; i++) repository.rotate();
    const { update, refuses } = await site(t, repository);
    await refuses("LIMIT_EXCEEDED", /changed more than 256 times, up to version 257/);
    assert.equal(repository.seen.at(-1), "258.root.json");
    assert.equal((await update()).versions.root, 259);
  });

  test("whose documents are no documents, or too large", async (t) => {
    const repository = new TufRepository();
    const { refuses } = await site(t, repository);
    for (const [text, message] of [
      ["no", /the timestamp cannot be read: timestamp is not JSON/],
      ['{"signed": {}, "signatures": []}', /_type is missing/],
      ['{"signed": {"_type": "root"}, "signatures": []}', /_type is "root" and not "timestamp"/],
      [JSON.stringify({ signed: { _type: "timestamp", spec_version: "2.0" }, signatures: [] }), /spec_version is "2.0"/],
      [JSON.stringify({ signed: { ...repository.header("timestamp", 1.5) }, signatures: [] }), /version is not a whole number/],
      [JSON.stringify({ signed: { ...repository.header("timestamp", 1), expires: "soon" }, signatures: [] }), /expires is not a time/],
      [JSON.stringify({ signed: { ...repository.header("timestamp", 1), x: 0.5 }, signatures: [] }), /no canonical form/],
    ] as const) {
      repository.files.set("timestamp.json", Buffer.from(text));
      await refuses("TRUST_ROOT_INVALID", message);
    }
    repository.files.set("timestamp.json", Buffer.alloc(17 * 1024));
    await refuses("LIMIT_EXCEEDED", /timestamp.json is longer than 16384 bytes/);
  });

  test("whose body never ends", async (t) => {
    const repository = new TufRepository();
    const { refuses } = await site(t, repository);
    repository.answers.set("2.root.json", (response) => {
      const pour = (): void => {
        while (!response.destroyed && response.write(Buffer.alloc(64 * 1024, " ")));
      };
      response.on("drain", pour);
      pour();
    });
    await refuses("LIMIT_EXCEEDED", /2.root.json is longer than 524288 bytes/);
  });

  test("while the mirror is out of order", async (t) => {
    const repository = new TufRepository();
    const { update, refuses } = await site(t, repository);
    await update();
    repository.answers.set("2.root.json", (response) => response.writeHead(503).end());
    await refuses("UNREACHABLE", /2.root.json cannot be had: the mirror answers with status 503/);
    repository.answers.set("2.root.json", (response) => response.writeHead(403).end("no such file, says the storage service"));
    await update();
    repository.answers.set("timestamp.json", (response) => response.writeHead(404).end());
    await refuses("UNREACHABLE", /timestamp.json is not there/);
    repository.answers.set("timestamp.json", (response) => void response.destroy());
    await refuses("UNREACHABLE", /the connection was cut/);
  });

  test("that is called off", async (t) => {
    const { refuses } = await site(t, new TufRepository());
    await refuses("INTERRUPTED", /interrupted/, { signal: AbortSignal.abort() });
  });

  test("from a root that is none, or is not signed by itself", async (t) => {
    const repository = new TufRepository();
    const { refuses } = await site(t, repository);
    await refuses("TRUST_ROOT_INVALID", /the root cannot be read/, { root: Buffer.from("{}") });
    await refuses("TRUST_ROOT_INVALID", /the root document, version 1, is signed by 0/, {
      root: repository.signed(repository.rootBody(1), []),
    });
    await refuses("TRUST_ROOT_INVALID", /the timestamp document, version 1, is signed by 0/, { root: new TufRepository().root });
  });
});

suite("time", () => {
  test("a clock a day slow or fast is no matter while nothing has expired", async (t) => {
    const repository = new TufRepository();
    const { update, read } = await site(t, repository);
    for (const at of [published - day, published + day]) {
      assert.equal(textOf(await update({ at })), "the first");
      assert.equal(textOf(await read(at)), "the first");
    }
  });

  test("a clock past the first expiry is told both times", async (t) => {
    const repository = new TufRepository();
    repository.expires.timestamp = published + day;
    repository.publish();
    const { update, read, refuses } = await site(t, repository);
    assert.equal((await update()).expires, published + day);
    assert.equal(textOf(await read(published + day - 1)), "the first");
    const message = /timestamp document .* expired at 2026-11-22T09:00:00Z; by the clock here it is 2026-11-22T09:00:00Z/;
    await assert.rejects(read(published + day), { code: "TRUST_ROOT_EXPIRED", message });
    await refuses("TRUST_ROOT_EXPIRED", message, { at: published + day });
  });
});

suite("what is kept", () => {
  test("is never trusted: damaged, it is refused by readers and fetched again by an update", async (t) => {
    const repository = new TufRepository();
    repository.rotate();
    const { update, read, folder } = await site(t, repository);
    const good = await update();
    const path = join(folder, "repository.json");
    const whole = await readFile(path, "utf8");
    const kept: Record<string, unknown> = JSON.parse(whole);
    const other = Buffer.from("another").toString("base64");
    for (const bad of [
      "",
      whole.slice(0, -9),
      "[]",
      JSON.stringify({ ...kept, timestamp: other }),
      JSON.stringify({ ...kept, snapshot: kept["targets"] }),
      JSON.stringify({ ...kept, roots: [other] }),
      JSON.stringify({ ...kept, files: { "trusted_root.json": other } }),
      JSON.stringify({ ...kept, files: { "../unknown": other } }),
    ]) {
      await writeFile(path, bad);
      await assert.rejects(read(), { code: "TRUST_ROOT_INVALID", message: /is damaged/ }, bad);
      await writeFile(join(folder, "roots.json"), bad);
      assert.deepEqual(await update(), good);
      assert.deepEqual(await read(), good);
    }
  });

  test("belongs to the root it was verified from", async (t) => {
    const { update, folder } = await site(t, new TufRepository());
    await update();
    await assert.rejects(readTrustRoot({ folder, root: new TufRepository().root, at: published }), { code: "TRUST_ROOT_INVALID" });
  });

  test("of a role whose keys are replaced forbids nothing more", async (t) => {
    const repository = new TufRepository();
    repository.versions.timestamp = 1_000_000;
    repository.versions.snapshot = 1_000_000;
    repository.publish();
    const { update, refuses } = await site(t, repository);
    await update();
    repository.versions.timestamp = 1;
    repository.versions.snapshot = 1;
    repository.publish();
    await refuses("TRUST_ROOT_INVALID", /the timestamp goes back/);
    repository.keys.snapshot = [makeKey()];
    repository.rotate();
    repository.publish();
    assert.equal((await update()).versions.timestamp, 3);
  });

  test("are the new roots, though the rest of an update fails", async (t) => {
    const repository = new TufRepository();
    const { update, read, refuses } = await site(t, repository);
    const before = await update();
    const stolen = repository.keys.root;
    repository.keys.root = [makeKey()];
    repository.keys.timestamp = [makeKey()];
    repository.rotate(stolen);
    await refuses("TRUST_ROOT_INVALID", /the timestamp document, version 1, is signed by 0/);
    assert.deepEqual(await read(), before, "readers go on with the last whole update");
    repository.keys.root = stolen;
    repository.files.set("2.root.json", repository.signed(repository.rootBody(2), stolen));
    repository.publish();
    repository.keys.root = [makeKey()];
    repository.files.set("3.root.json", repository.signed(repository.rootBody(3), [...stolen, ...repository.keys.root]));
    await refuses("TRUST_ROOT_INVALID", /the root document, version 3, is signed by 0 of the 1 keys that version 2/);
  });

  test("cannot be written where a file stands in the way", async (t) => {
    const { folder, update } = await site(t, new TufRepository());
    await mkdir(join(folder, ".."), { recursive: true });
    await writeFile(folder, "");
    await assert.rejects(update(), { code: "FILE_NOT_FOUND", message: /repository.json cannot be written/ });
  });

  test("lies in a folder for each mirror", () => {
    const folder = (url: string) => folderOf(new URL(url), "cache");
    assert.match(folder("https://tuf.example.com/a"), /^cache.tuf\.example\.com-[0-9a-f]{16}$/);
    assert.match(folder("http://[::1]:80/"), /^cache.___1_-[0-9a-f]{16}$/);
    assert.notEqual(folder("https://tuf.example.com/a"), folder("https://tuf.example.com/b"));
  });
});
