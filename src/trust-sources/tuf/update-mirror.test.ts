/** Mirrors that answer slowly, wrongly, or with too much data. */
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { TufRepository } from "../../../test/fakes/tuf-repository.ts";
import { textOf, updating } from "../../../test/fakes/tuf-site.ts";

suite("a TUF mirror", () => {
  test("may name its files without version and hash", async (t) => {
    const repository = new TufRepository();
    repository.consistent = false;
    repository.rotate();
    repository.publish();
    const { update } = await updating(t, repository);
    assert.equal(textOf(await update()), "the first");
    assert.deepEqual(repository.seen.slice(-3), ["snapshot.json", "targets.json", "targets/trusted_root.json"]);
  });

  test("is refused if it sends something other than a document, or too large a one", async (t) => {
    const repository = new TufRepository();
    const { refuses } = await updating(t, repository);
    for (const [text, message] of [
      ["no", /the timestamp cannot be read: timestamp is not JSON/],
      ['{"signed": {}, "signatures": []}', /_type is missing/],
      ['{"signed": {"_type": "root"}, "signatures": []}', /_type is "root" and not "timestamp"/],
      [JSON.stringify({ signed: { _type: "timestamp", spec_version: "2.0" }, signatures: [] }), /spec_version is "2.0"/],
      [JSON.stringify({ signed: { ...repository.header("timestamp", 1.5) }, signatures: [] }), /version is not a whole number/],
      [JSON.stringify({ signed: { ...repository.header("timestamp", 1), expires: "soon" }, signatures: [] }), /expires is not a time/],
      ...["2999-02-30T00:00:00Z", "2999-01-01T24:00:00Z"].map((expires) => {
        const signed = { ...repository.header("timestamp", 1), expires };
        return [JSON.stringify({ signed, signatures: [] }), /expires is not a time/] as const;
      }),
      [JSON.stringify({ signed: { ...repository.header("timestamp", 1), x: 0.5 }, signatures: [] }), /no canonical form/],
    ] as const) {
      repository.files.set("timestamp.json", Buffer.from(text));
      await refuses("TRUST_ROOT_INVALID", message);
    }
    repository.files.set("timestamp.json", Buffer.alloc(17 * 1024));
    await refuses("LIMIT_EXCEEDED", /timestamp.json is longer than 16384 bytes/);
  });

  test("is refused if it sends an endless body", async (t) => {
    const repository = new TufRepository();
    const { refuses } = await updating(t, repository);
    repository.answers.set("2.root.json", (response) => {
      const pour = (): void => {
        while (!response.destroyed && response.write(Buffer.alloc(64 * 1024, " ")));
      };
      response.on("drain", pour);
      pour();
    });
    await refuses("LIMIT_EXCEEDED", /2.root.json is longer than 524288 bytes/);
  });

  test("may fail", async (t) => {
    const repository = new TufRepository();
    const { update, refuses } = await updating(t, repository);
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

  test("gets no more requests once the update is aborted", async (t) => {
    const { refuses } = await updating(t, new TufRepository());
    await refuses("INTERRUPTED", /interrupted/, { signal: AbortSignal.abort() });
  });

  test("may have endless roots; the next update continues where this one stopped", async (t) => {
    const repository = new TufRepository();
    for (let i = 0; i < 258; i++) repository.rotate();
    const { update, refuses } = await updating(t, repository);
    await refuses("LIMIT_EXCEEDED", /changed more than 256 times, up to version 257/);
    assert.equal(repository.seen.at(-1), "258.root.json");
    assert.equal((await update()).versions.root, 259);
  });
});
