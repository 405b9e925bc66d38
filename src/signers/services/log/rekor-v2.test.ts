/* oxlint-disable typescript/no-explicit-any -- tests reach into an answer to break it */
import assert from "node:assert/strict";
import { suite, test, type TestContext } from "node:test";
import { refuse } from "../../../../test/fakes/fulcio.ts";
import { rekorV2Fake } from "../../../../test/fakes/rekor-v2.ts";
import { handlerOf, type Script, type ScriptedServer } from "../../../../test/fakes/scripted-registry.ts";
import type { LoggedSignature } from "../../../verification/logged-signature.ts";
import { client, serve, signed } from "../fixture.test.ts";
import type { AcceptedLogEntry, LogRequest } from "./logged-entry.ts";
import { logInRekorV2 } from "./rekor-v2.ts";

interface Log {
  readonly server: ScriptedServer;
  readonly keep: (logged: LoggedSignature, more?: Partial<LogRequest>) => Promise<AcceptedLogEntry>;
}

const post = "POST /api/v2/log/entries";

async function log(t: TestContext, size?: number, instead: Script = {}): Promise<Log> {
  const fake = rekorV2Fake(size === undefined ? {} : { size });
  const server = await serve(t, fake, instead);
  return {
    server,
    keep: (logged, more = {}) => logInRekorV2({ service: server.origin, logged, logs: [fake.authority], ...more }, client()),
  };
}

/** Its response to the first request, changed before it is sent. */
async function tampering(t: TestContext, alter: (entry: any) => unknown): Promise<Log> {
  const fake = rekorV2Fake();
  const usual = handlerOf(fake.script, post);
  const server = await serve(t, fake, {
    [post]: async (seen, response) => {
      const answer = await usual(seen, response);
      return { ...answer, body: JSON.stringify(alter(JSON.parse(String(answer?.body)))) };
    },
  });
  return { server, keep: (logged) => logInRekorV2({ service: server.origin, logged, logs: [fake.authority] }, client()) };
}

suite("Rekor 2", () => {
  for (const by of ["key", "certificate"] as const) {
    for (const as of ["message", "envelope"] as const) {
      test(`logs the ${as} signed by ${by}, without a verified time`, async (t) => {
        const { keep } = await log(t);
        const { entry, integratedTime } = await keep(signed("message", by, as));
        assert.deepEqual(entry.kindVersion, { kind: "hashedrekord", version: "0.0.2" });
        assert.equal(integratedTime, undefined);
        assert.deepEqual([entry.logIndex, entry.inclusionProof?.treeSize], ["5", "6"]);
        assert.deepEqual([entry.integratedTime, entry.inclusionPromise], [undefined, undefined]);
      });
    }
  }

  test("returns index 0 of the first entry, which protobuf leaves out", async (t) => {
    const { keep } = await log(t, 0);
    assert.equal((await keep(signed("first"))).entry.logIndex, "0");
  });

  for (const size of [0, 4, 255, 256, 300, 1000]) {
    test(`verifies an existing entry by its tiles, after ${size} entries`, async (t) => {
      const { keep, server } = await log(t, size);
      const logged = signed("twice");
      const first = await keep(logged);
      await keep(signed("later"));
      const { entry } = await keep(logged);
      assert.equal(entry.canonicalizedBody, first.entry.canonicalizedBody);
      assert.deepEqual([entry.logIndex, entry.inclusionProof?.treeSize], [String(size), String(size + 2)]);
      assert.ok(server.seen.length <= 10, server.lines.join("\n"));
    });
  }

  test("is refused if its tiles do not match its checkpoint", async (t) => {
    const other = await log(t);
    const { keep } = await log(t, 5, {
      "GET /api/v2/tile/*": async ({ path }) => ({ body: await (await fetch(other.server.origin + path)).bytes() }),
    });
    const logged = signed("twice");
    await keep(logged);
    await other.keep(signed("another"));
    await assert.rejects(keep(logged), { code: "LOG_ENTRY_INVALID", message: /another signature/ });
  });

  for (const [what, instead, code, message] of [
    ["no index", { [post]: refuse(409, "held") }, "MALFORMED", /does not say where/],
    ["an invalid index", { [post]: { ...refuse(409, "held"), headers: { "x-log-index": "-1" } } }, "MALFORMED", /does not say where/],
    ["a future index", { [post]: { ...refuse(409, "held"), headers: { "x-log-index": "7" } } }, "SERVICE_UNAVAILABLE", /covers entry 7/],
    ["no checkpoint", { ...held(1), "GET /api/v2/checkpoint": { status: 404 } }, "MALFORMED", /not a signed note/],
    ["a broken checkpoint", { ...held(1), "GET /api/v2/checkpoint": { status: 500 } }, "SERVICE_UNAVAILABLE", /give its checkpoint/],
    ["no tile", { ...held(1), "GET /api/v2/tile/*": { status: 404 } }, "MALFORMED", /has no tile\/entries\/000/],
    ["half a tile of entries", { ...held(1), "GET /api/v2/tile/*": { body: "\u0000\u0004ab" } }, "MALFORMED", /cut short/],
  ] as const) {
    test(`cannot return an existing entry with ${what}`, async (t) => {
      const { keep } = await log(t, 5, instead);
      await assert.rejects(keep(signed("x")), { code, message });
    });
  }

  test("is refused if it responds with another signature's entry", async (t) => {
    const other = rekorV2Fake();
    const { keep } = await tampering(t, (entry) => entry);
    await keep(signed("ours"));
    const usual = handlerOf(other.script, post);
    const theirs = await log(t);
    await theirs.keep(signed("theirs"));
    const server = await serve(t, other, {
      [post]: (_, response) => (theirs.server.seen[0] ? usual(theirs.server.seen[0], response) : undefined),
    });
    const request = { service: server.origin, logged: signed("ours"), logs: [other.authority] };
    await assert.rejects(logInRekorV2(request, client()), { code: "LOG_ENTRY_INVALID", message: /for another signature/ });
  });

  test("is refused if it is untrusted: its key comes from the trusted root, never from the log", async (t) => {
    const { keep } = await log(t);
    const { authority } = rekorV2Fake();
    const logged = signed("x");
    await assert.rejects(keep(logged, { logs: [authority] }), { code: "LOG_ENTRY_MISSING", message: /not trusted/ });
    await assert.rejects(keep(logged, { logs: [authority] }), {
      code: "LOG_ENTRY_MISSING",
      message: /checkpoint is of no log that is trusted/,
    });
  });

  for (const [what, alter, message] of [
    ["a shorter way", (entry: any) => withProof(entry, { hashes: [] }), /not in the checkpoint's tree/],
    ["a way of something else", (entry: any) => withProof(entry, { hashes: [7] }), /hashes\[0\]/],
    ["another index", (entry: any) => withProof(entry, { logIndex: "4" }), /not in the checkpoint's tree/],
    ["an invalid index", (entry: any) => ({ ...entry, logIndex: "five" }), /whole number/],
    ["no checkpoint", (entry: any) => withProof(entry, { checkpoint: undefined }), /checkpoint/],
    ["no proof", (entry: any) => ({ ...entry, inclusionProof: undefined }), /inclusionProof/],
    ["another kind than its body", (entry: any) => ({ ...entry, kindVersion: { kind: "dsse", version: "0.0.2" } }), /not what the body is/],
  ] as const) {
    test(`is refused with ${what}`, async (t) => {
      const { keep } = await tampering(t, alter);
      await assert.rejects(keep(signed("x")), message);
    });
  }

  test("fails if it stays busy", async (t) => {
    const { keep, server } = await log(t, 5, { [post]: refuse(503, "reached max pushback; retry") });
    await assert.rejects(keep(signed("x")), {
      code: "SERVICE_UNAVAILABLE",
      message: /cannot keep the signature now: status 503 \(reached max pushback/,
    });
    assert.equal(server.seen.length, 4);
  });

  test("that is frozen is reported", async (t) => {
    const { keep } = await log(t, 5, { [post]: refuse(405, "This log has been frozen, please switch to the latest log.") });
    await assert.rejects(keep(signed("x")), { code: "SERVICE_REFUSED", message: /frozen/ });
  });

  test("is waited for at most as long as its checkpoints take", async (t) => {
    const fake = rekorV2Fake();
    const server = await serve(t, fake, { [post]: () => undefined });
    const request = { service: server.origin, logged: signed("x"), logs: [fake.authority] };
    await assert.rejects(logInRekorV2(request, client({ patience: 30 })), { code: "TIMEOUT", message: /ran out/ });
  });
});

function held(index: number): Script {
  return { [post]: { ...refuse(409, "held"), headers: { "x-log-index": String(index) } } };
}

function withProof(entry: any, change: object): unknown {
  return { ...entry, inclusionProof: { ...entry.inclusionProof, ...change } };
}
