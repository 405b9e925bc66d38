/** What an update accepts, and what it refuses. */
import assert from "node:assert/strict";
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { suite, test } from "node:test";
import { makeKey, published, TufRepository, type TestKeyKind } from "../../../test/fakes/tuf-repository.ts";
import { day, textOf, updating } from "../../../test/fakes/tuf-site.ts";

suite("a trust root is updated", () => {
  test("to the content of the repository, which is then read without a network", async (t) => {
    const repository = new TufRepository();
    repository.targets = { "trusted_root.json": "the root", "a/b?.json": "deep", "other.json": "not asked for" };
    repository.publish();
    const { update, read, folder } = await updating(t, repository);
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

  test("by fetching only new files", async (t) => {
    const repository = new TufRepository();
    const { update } = await updating(t, repository);
    await update();
    repository.seen.length = 0;
    await update();
    assert.deepEqual(repository.seen, ["2.root.json", "timestamp.json"]);
    repository.targets["trusted_root.json"] = "the second";
    repository.publish();
    assert.equal(textOf(await update()), "the second");
  });

  for (const kind of ["ecdsa", "ecdsa-sha2-nistp256", "ed25519", "rsa"] satisfies TestKeyKind[]) {
    test(`with keys of the type ${kind}`, async (t) => {
      const key = makeKey(kind);
      const repository = new TufRepository({ root: [key], timestamp: [key], snapshot: [key], targets: [key] });
      const { update } = await updating(t, repository);
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
    const { update, read } = await updating(t, repository);
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
    const { update, refuses } = await updating(t, repository);
    await refuses("TRUST_ROOT_EXPIRED", /root document of the trust root, version 2, expired at 2026-11-20T09:00:00Z/);
    repository.expires.root = published + day;
    repository.rotate();
    assert.equal((await update()).versions.root, 3);
  });

  test("by two updates at once", async (t) => {
    const repository = new TufRepository();
    repository.rotate();
    const { update, read, folder } = await updating(t, repository);
    const [one, other] = await Promise.all([update(), update(), update(), update()]);
    assert.deepEqual(one, other);
    assert.deepEqual(await read(), one);
    assert.deepEqual((await readdir(folder)).toSorted(), ["repository.json", "roots.json"]);
  });
});

suite("an update is refused", () => {
  test("that rolls back to an older timestamp, snapshot or list of targets", async (t) => {
    const repository = new TufRepository();
    const old = new Map(repository.files);
    const { update, refuses } = await updating(t, repository);
    repository.publish();
    await update();
    repository.files.set("timestamp.json", old.get("timestamp.json") ?? assert.fail());
    await refuses("TRUST_ROOT_INVALID", /the timestamp goes back from 2 to 1/);

    repository.publishTimestamp({ version: 1 });
    await refuses("TRUST_ROOT_INVALID", /the snapshot that the timestamp names goes back from 2 to 1/);

    repository.publishSnapshot({ "targets.json": { version: 1 } });
    await refuses("TRUST_ROOT_INVALID", /the version of "targets.json" in the snapshot goes back from 2 to 1/);
  });

  test("whose snapshot lacks a role", async (t) => {
    const repository = new TufRepository();
    repository.publishSnapshot({ "targets.json": { version: 1 }, "delegated.json": { version: 1 } });
    const { update, refuses } = await updating(t, repository);
    await update();
    repository.publishSnapshot({ "targets.json": { version: 1 } });
    await refuses("TRUST_ROOT_INVALID", /the snapshot has lost "delegated.json"/);
  });

  test("that rolls back to an older root", async (t) => {
    const repository = new TufRepository();
    const { refuses } = await updating(t, repository);
    repository.files.set("2.root.json", repository.root);
    await refuses("TRUST_ROOT_INVALID", /a root of version 1 was found, expected version 2/);
    repository.rotate();
    repository.files.set("2.root.json", repository.rotate());
    await refuses("TRUST_ROOT_INVALID", /a root of version 3 was found, expected version 2/);
  });

  test("whose next root lacks the signatures of the old keys, or of the new", async (t) => {
    const repository = new TufRepository();
    const { refuses } = await updating(t, repository);
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
      const { update, refuses } = await updating(t, repository);
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

  test("whose threshold is met only by one key under several ids", async (t) => {
    const key = makeKey();
    const repository = new TufRepository({ timestamp: [key, { ...key, id: "the-same" }] });
    repository.thresholds.timestamp = 2;
    repository.rotate();
    repository.publish();
    const { update, refuses } = await updating(t, repository);
    await refuses("TRUST_ROOT_INVALID", /the timestamp document, version 2, is signed by 1 of the 2 keys/);
    repository.keys.timestamp = [key, key];
    repository.publish();
    await refuses("TRUST_ROOT_INVALID", /signed by 1 of the 2 keys/);
    repository.keys.timestamp = [key, makeKey()];
    repository.rotate();
    repository.publish();
    await update();
  });

  test("whose target is listed only by a delegated role", async (t) => {
    const repository = new TufRepository();
    const delegate = makeKey();
    repository.targets = {};
    const delegations = {
      keys: { [delegate.id]: delegate.value },
      roles: [{ name: "all", keyids: [delegate.id], threshold: 1, terminating: true, paths: ["*"] }],
    };
    const targets = repository.document("targets", { targets: {}, delegations });
    repository.publishSnapshot({ "targets.json": { version: repository.versions.targets, length: targets.length } });
    const { update } = await updating(t, repository);
    assert.deepEqual([...(await update()).targets], [], "delegations are not followed");
    assert.deepEqual(
      repository.seen.filter((path) => path.includes("all")),
      [],
    );
  });

  test("with a threshold of zero", async (t) => {
    const repository = new TufRepository();
    repository.thresholds.timestamp = 0;
    repository.rotate();
    const { refuses } = await updating(t, repository);
    await refuses("TRUST_ROOT_INVALID", /timestamp\.threshold is 0/);
  });

  test("with a key of another type than its scheme", async (t) => {
    const key = makeKey("ecdsa");
    const repository = new TufRepository();
    repository.keys.timestamp = [{ ...key, value: { ...key.value, keytype: "rsa", scheme: "rsassa-pss-sha256" } }];
    repository.rotate();
    repository.publish();
    const { refuses } = await updating(t, repository);
    await refuses("TRUST_ROOT_INVALID", /the timestamp document, version 2, is signed by 0 of the 1 keys/);
  });

  test("that mixes documents of different snapshots", async (t) => {
    const repository = new TufRepository();
    const { refuses } = await updating(t, repository);
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
    const { refuses } = await updating(t, repository);
    const path = [...repository.files.keys()].find((name) => name.startsWith("targets/")) ?? assert.fail();
    repository.files.set(path, Buffer.from("the wrong"));
    await refuses("TRUST_ROOT_INVALID", /trusted_root.json does not have the hash that was signed for/);
    repository.files.set(path, Buffer.from("the"));
    await refuses("TRUST_ROOT_INVALID", /trusted_root.json has 3 bytes, expected 9/);
    repository.files.set(path, Buffer.from("the first and more"));
    await refuses("LIMIT_EXCEEDED", /is longer than 9 bytes/);
    repository.files.delete(path);
    await refuses("UNREACHABLE", /is not there/);
  });

  test("whose target's name is a path out of the repository", async (t) => {
    for (const name of ["../x", "a/../../x", "/etc/x", "a//x", "./x", String.raw`..\x`, "a\0", ""]) {
      const repository = new TufRepository();
      repository.targets = { [name]: "x" };
      repository.publish();
      const { refuses } = await updating(t, repository);
      await refuses("TRUST_ROOT_INVALID", /a target whose name leads elsewhere/, { names: [name] });
    }
  });

  test("from an initial root that is not a root, or is not signed by its own keys", async (t) => {
    const repository = new TufRepository();
    const { refuses } = await updating(t, repository);
    await refuses("TRUST_ROOT_INVALID", /the root cannot be read/, { root: Buffer.from("{}") });
    await refuses("TRUST_ROOT_INVALID", /the root document, version 1, is signed by 0/, {
      root: repository.signed(repository.rootBody(1), []),
    });
    await refuses("TRUST_ROOT_INVALID", /the timestamp document, version 1, is signed by 0/, { root: new TufRepository().root });
  });
});
