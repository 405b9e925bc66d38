/** Keyless signing in processes of their own: several at once, and one that is killed. */
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { describe, it, type TestContext } from "node:test";
import type { ScriptedAnswer } from "../fakes/scripted-registry.ts";
import { wallClock } from "../fakes/wall-clock.ts";
import { forward, listen } from "../interop/harness/listen.ts";
import { alice, assertUnsigned, flags, location, tokenOf, type Place } from "./keyless-setup.ts";
import { ended, start, type Running } from "./processes.ts";

/** Begins to sign as this person. */
async function signing(t: TestContext, at: Place, email: string, ...words: readonly string[]): Promise<Running> {
  await writeFile(at.path(`${email}.token`), tokenOf(email, {}, at.clock()));
  const running = start(["sign", ...flags(at), "--identity-token", at.path(`${email}.token`), ...words].join(" "), {
    cwd: at.folder,
    env: { XDG_CACHE_HOME: at.path("cache"), HOME: at.folder },
  });
  t.after(() => running.kill("SIGKILL"));
  return running;
}

describe("two pipelines that sign one image at once", () => {
  it("both leave their signature, as bundles", async (t) => {
    const at = await location(t, { clock: wallClock });
    await assertBothSign(t, at, at.image);
  });

  it("both leave their signature, though one writes the tag of cosign's layers over the other's", async (t) => {
    const at = await location(t, { clock: wallClock, rekor: 1 });
    const upstream = at.address.replace(/.*:/, "");
    const [bothRead, firstIsRead] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const counts = { GET: 0, PUT: 0 };
    const front = await listen(
      createServer(async (request, response) => {
        const { method, url = "" } = request;
        if (url.endsWith(".sig") && (method === "GET" || method === "PUT")) {
          const count = ++counts[method];
          if (method === "GET" && count === 2) bothRead.resolve();
          if (method === "GET" && count === 3) response.on("finish", firstIsRead.resolve);
          if (method === "PUT") await (count === 2 ? firstIsRead.promise : bothRead.promise);
        }
        forward(request, response, upstream);
      }),
    );
    t.after(() => front.stop());
    await assertBothSign(t, at, at.image.replace(at.address, new URL(front.origin).host), "--format", "cosign-legacy");
    assert.ok(counts.PUT > 2, "the one that was overwritten wrote again");
  });
});

async function assertBothSign(t: TestContext, at: Place, ...words: readonly string[]): Promise<void> {
  // The log answers neither before both have asked, so that they come to write at the same time.
  let asked = 0;
  const both = Promise.withResolvers<void>();
  at.log.on({
    [at.keeping.name]: async (...question): Promise<ScriptedAnswer | undefined> => {
      if (++asked === 2) both.resolve();
      await both.promise;
      return at.keeping.usual(...question);
    },
  });
  const who = [alice, "bob@example.com"];
  const runs = await Promise.all(who.map((email) => signing(t, at, email, ...words)));
  for (const { status, output } of await Promise.all(runs.map(ended))) assert.equal(status, 0, output);
  for (const email of who) {
    const { status, stdout } = await at.verify(email, at.image);
    assert.equal(status, 0, stdout);
  }
}

describe("a process that is killed", () => {
  for (const service of ["log", "stamps"] as const) {
    it(`between its certificate and the answer of the ${service} leaves nothing, and the next one signs`, async (t) => {
      const at = await location(t, { clock: wallClock });
      const reached = Promise.withResolvers<void>();
      const { name, usual } = service === "log" ? at.keeping : at.stamping;
      at[service].on({
        [name]: () => {
          reached.resolve();
          return undefined;
        },
      });
      await killed(await signing(t, at, alice, at.image), reached.promise);
      assert.deepEqual(at.authority.lines, ["POST /api/v2/signingCert"]);
      await assertUnsigned(at);

      at[service].on({ [name]: usual });
      const { status, output } = await ended(await signing(t, at, alice, at.image));
      assert.equal(status, 0, output);
    });
  }

  it("while it writes leaves nothing that counts, and the next one signs", async (t) => {
    const at = await location(t, { clock: wallClock });
    const upstream = at.address.replace(/.*:/, "");
    const stopAt = { method: "POST", reached: Promise.withResolvers<void>() };
    const server = createServer((request, response) => {
      if (request.method === stopAt.method) stopAt.reached.resolve();
      else forward(request, response, upstream);
    });
    const front = await listen(server);
    t.after(() => front.stop());
    const image = at.image.replace(at.address, new URL(front.origin).host);
    // An upload is begun, blobs are sent, the manifest is put: it is not there before the last of these.
    for (const method of ["POST", "PUT"]) {
      Object.assign(stopAt, { method, reached: Promise.withResolvers<void>() });
      await killed(await signing(t, at, alice, image), stopAt.reached.promise);
      await assertUnsigned(at);
    }
    stopAt.method = "never";
    const { status, output } = await ended(await signing(t, at, alice, image));
    assert.equal(status, 0, output);
    assert.equal((await at.verify(alice, at.image)).status, 0);
  });
});

async function killed(running: Running, when: Promise<void>): Promise<void> {
  const end = ended(running);
  const early = await Promise.race([when, end]);
  if (early) assert.fail(`it ended: ${early.output}`);
  running.kill("SIGKILL");
  assert.equal((await end).status, null);
}
