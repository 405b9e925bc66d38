import assert from "node:assert/strict";
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite, test, type TestContext } from "node:test";
import { scriptedServer, type ScriptedServer } from "../../../test/fakes/scripted-registry.ts";
import { fileTime } from "../../../test/fakes/wall-clock.ts";
import { factKey, type FactAnswer, type FactQuestion } from "../../core/facts/facts.ts";
import { makeCertificate, makeKey } from "../../core/x509/fixture.test.ts";
import { makeCrl, type CrlShape } from "../../core/x509/revocation-fixture.test.ts";
import { factGatherer } from "./gather-facts.ts";
import { revocationFolder } from "./cached-list.ts";

const key = makeKey();
const issuer = makeCertificate({ subject: "ca", key });
const hour = 60 * 60 * 1000;
/** The system clock, since file times are its. */
const now = Math.floor(fileTime() / 1000) * 1000;
const list = (shape: Partial<CrlShape> = {}) =>
  makeCrl({ signedBy: key.privateKey, thisUpdate: now - hour, nextUpdate: now + 100 * hour, ...shape });

interface Keeping {
  readonly server: ScriptedServer;
  readonly folder: string;
  readonly get: (at?: number) => Promise<FactAnswer | undefined>;
  /** Path of the only file in the folder. */
  readonly file: () => Promise<string>;
}

async function keeping(t: TestContext, served: Uint8Array): Promise<Keeping> {
  const folder = join(await mkdtemp(join(tmpdir(), "touchmark-crl-")), "crl");
  t.after(() => rm(join(folder, ".."), { recursive: true }));
  const server = await scriptedServer(t, { "GET /list": { body: served } });
  const question: FactQuestion = { kind: "crl", url: `${server.origin}/list`, issuer };
  return {
    server,
    folder,
    get: async (at = now) => {
      const gather = factGatherer({ allowPrivate: true, cache: folder, clock: () => at });
      return (await gather([question], AbortSignal.timeout(20_000))).get(factKey(question));
    },
    file: async () => {
      const [name, ...more] = await readdir(folder);
      assert.ok(name !== undefined && more.length === 0);
      return join(folder, name);
    },
  };
}

suite("cached revocation lists", () => {
  test("are in the user's cache folder", () => {
    assert.equal(revocationFolder({ env: { XDG_CACHE_HOME: "/c" }, home: "/h" }), "/c/touchmark/crl");
    for (const env of [{}, { XDG_CACHE_HOME: "" }, { XDG_CACHE_HOME: "c" }]) {
      assert.equal(revocationFolder({ env, home: "/h" }), "/h/.cache/touchmark/crl");
    }
  });

  test("are fetched once, and readable by this user only", async (t) => {
    const { server, get, file } = await keeping(t, list());
    const first = await get();
    assert.deepEqual(await get(), first);
    assert.equal(server.lines.length, 1);
    assert.deepEqual(await readFile(await file()), Buffer.from(bytesOf(first)));
    if (process.platform !== "win32") assert.equal((await stat(await file())).mode & 0o777, 0o600);
  });

  test("are fetched again after a day, or after their next update", async (t) => {
    const { server, get, file } = await keeping(t, list());
    await get();
    await utimes(await file(), now / 1000, (now - 24 * hour) / 1000);
    await get();
    assert.equal(server.lines.length, 1);
    await utimes(await file(), now / 1000, (now - 24 * hour) / 1000 - 1);
    await get();
    assert.equal(server.lines.length, 2);
    const short = await keeping(t, list({ nextUpdate: now + hour }));
    await short.get();
    await short.get(now + hour);
    assert.equal(short.server.lines.length, 1);
    await short.get(now + hour + 1);
    assert.equal(short.server.lines.length, 2);
  });

  const notKept: Readonly<Record<string, Uint8Array>> = {
    "of another issuer": list({ signedBy: makeKey().privateKey }),
    "out of date": list({ nextUpdate: now - 1 }),
    "without next update": list({ nextUpdate: null }),
    "with deltas": list({ freshest: ["http://ca.example/delta"] }),
    "that are deltas": list({ baseNumber: 3 }),
    "that are malformed": Buffer.from("<html>"),
  };
  for (const [name, bytes] of Object.entries(notKept)) {
    test(`do not include those ${name}, which are returned all the same`, async (t) => {
      const { server, get, folder } = await keeping(t, bytes);
      assert.deepEqual(await get(), { bytes: Buffer.from(bytes) });
      assert.deepEqual(await get(), { bytes: Buffer.from(bytes) });
      assert.equal(server.lines.length, 2);
      await assert.rejects(readdir(folder), { code: "ENOENT" });
    });
  }

  test("are replaced if damaged or from another issuer", async (t) => {
    const good = list();
    const { server, get, file } = await keeping(t, good);
    await get();
    const path = await file();
    const damaged: readonly Uint8Array[] = [
      Buffer.from("damaged"),
      new Uint8Array(),
      good.subarray(0, -1),
      list({ signedBy: makeKey().privateKey }),
    ];
    for (const [index, bytes] of damaged.entries()) {
      await writeFile(path, bytes);
      assert.deepEqual(await get(), { bytes: Buffer.from(good) });
      assert.equal(server.lines.length, index + 2);
      assert.deepEqual(await readFile(path), Buffer.from(good));
    }
    await rm(path);
    await mkdir(path);
    assert.deepEqual(await get(), { bytes: Buffer.from(good) });
  });

  test("are optional: nothing fails if they cannot be written", async (t) => {
    const good = list();
    const { get, folder } = await keeping(t, good);
    await writeFile(folder, "a file where the folder should be");
    assert.deepEqual(await get(), { bytes: Buffer.from(good) });
    await rm(folder);
    await mkdir(folder);
    await chmod(folder, 0o500);
    assert.deepEqual(await get(), { bytes: Buffer.from(good) });
    await chmod(folder, 0o700);
  });
});

function bytesOf(answer: FactAnswer | undefined): Uint8Array {
  assert.ok(answer && "bytes" in answer);
  return answer.bytes;
}
