/* oxlint-disable typescript/no-explicit-any -- tests reach into an answer to break it */
import assert from "node:assert/strict";
import { suite, test, type TestContext } from "node:test";
import { testTime } from "../../../../test/fakes/clock.ts";
import { refuse } from "../../../../test/fakes/fulcio.ts";
import { rekorV1Fake } from "../../../../test/fakes/rekor-v1.ts";
import { handlerOf, scriptedServer, type Script, type ScriptedServer } from "../../../../test/fakes/scripted-registry.ts";
import { fromBase64 } from "../../../core/bytes.ts";
import type { LoggedSignature } from "../../../verification/logged-signature.ts";
import { client, serve, signed } from "../fixture.test.ts";
import type { AcceptedLogEntry, LogRequest } from "./logged-entry.ts";
import { logInRekorV1 } from "./rekor-v1.ts";

interface Log {
  readonly server: ScriptedServer;
  readonly keep: (logged: LoggedSignature, more?: Partial<LogRequest>) => Promise<AcceptedLogEntry>;
}

const post = "POST /api/v1/log/entries";

async function log(t: TestContext, instead: Script = {}): Promise<Log> {
  const fake = await rekorV1Fake();
  const server = await serve(t, fake, instead);
  return {
    server,
    keep: (logged, more = {}) => logInRekorV1({ service: server.origin, logged, logs: [fake.authority], ...more }, client()),
  };
}

/** A log whose responses are changed in one part. */
async function tampering(t: TestContext, alter: (entry: any) => unknown): Promise<Log> {
  const fake = await rekorV1Fake();
  const usual = handlerOf(fake.script, post);
  const server = await serve(t, fake, {
    [post]: async (seen, response) => {
      const answer = await usual(seen, response);
      const entries: Record<string, any> = JSON.parse(String(answer?.body));
      const altered = Object.entries(entries).map(([uuid, entry]) => [uuid, alter(entry)]);
      return { ...answer, body: JSON.stringify(Object.fromEntries(altered)) };
    },
  });
  return { server, keep: (logged) => logInRekorV1({ service: server.origin, logged, logs: [fake.authority] }, client()) };
}

suite("Rekor 1", () => {
  for (const by of ["key", "certificate"] as const) {
    test(`logs a signature over a message by ${by}, and states when`, async (t) => {
      const { keep } = await log(t);
      const { entry, integratedTime } = await keep(signed("message", by));
      assert.deepEqual(entry.kindVersion, { kind: "hashedrekord", version: "0.0.1" });
      assert.equal(integratedTime, testTime);
      assert.equal(entry.integratedTime, String(integratedTime / 1000));
      assert.equal(fromBase64(entry.inclusionProof?.rootHash ?? "").length, 32);
    });

    test(`logs an envelope by ${by}, without its payload`, async (t) => {
      const { keep } = await log(t);
      const { entry } = await keep(signed("what is in it", by, "envelope"));
      assert.deepEqual(entry.kindVersion, { kind: "dsse", version: "0.0.1" });
      assert.ok(!Buffer.from(entry.canonicalizedBody, "base64").includes(Buffer.from("what is in it").toString("base64")));
    });
  }

  test("returns the existing entry", async (t) => {
    const { keep, server } = await log(t);
    const logged = signed("twice");
    const first = await keep(logged);
    assert.deepEqual(await keep(logged), first);
    assert.match(server.lines.at(-1) ?? "", /^GET \/api\/v1\/log\/entries\/[0-9a-f]{80}$/);
  });

  test("gets no request at another host, whatever the location of the existing entry", async (t) => {
    const elsewhere = await scriptedServer(t);
    const uuid = "0".repeat(64);
    const conflict = { ...refuse(409, "held"), headers: { location: `${elsewhere.origin}/api/v1/log/entries/${uuid}` } };
    const { keep, server } = await log(t, { [post]: conflict });
    await assert.rejects(keep(signed("x")), { code: "SERVICE_REFUSED", message: /404 \(log entry not found\)/ });
    assert.deepEqual(server.lines, [post, `GET /api/v1/log/entries/${uuid}`]);
    assert.deepEqual(elsewhere.seen, []);
    for (const headers of [{}, { location: "/api/v1/log/entries/../../secret" }]) {
      const { keep: ask } = await log(t, { [post]: { ...refuse(409, "held"), headers } });
      await assert.rejects(ask(signed("x")), { code: "MALFORMED", message: /does not say where/ });
    }
  });

  test("logs each of two concurrent signatures separately", async (t) => {
    const { keep } = await log(t);
    const entries = await Promise.all([keep(signed("one")), keep(signed("two", "certificate", "envelope"))]);
    assert.deepEqual(
      entries.map(({ entry }) => entry.kindVersion.kind),
      ["hashedrekord", "dsse"],
    );
  });

  test("is refused if it responds with another signature's entry", async (t) => {
    const { keep: keepOther, server: others } = await log(t);
    await keepOther(signed("other bytes"));
    const fake = await rekorV1Fake();
    const usual = handlerOf(fake.script, post);
    const server = await serve(t, fake, {
      [post]: (_, response) => (others.seen[0] ? usual(others.seen[0], response) : undefined),
    });
    const request = { service: server.origin, logged: signed("our bytes"), logs: [fake.authority] };
    await assert.rejects(logInRekorV1(request, client()), { code: "LOG_ENTRY_INVALID", message: /the log entry is for another signature/ });
  });

  test("is refused for an entry of another key over the same bytes", async (t) => {
    const { keep } = await log(t);
    const logged = signed("bytes");
    await keep(logged);
    const { verifier } = signed("bytes");
    await assert.rejects(keep({ ...logged, verifier }), { code: "SERVICE_REFUSED", message: /invalid signature/ });
  });

  test("is refused if it is untrusted: its key comes from the trusted root, never from the log", async (t) => {
    const { keep } = await log(t);
    const { authority } = await rekorV1Fake();
    await assert.rejects(keep(signed("x"), { logs: [authority] }), { code: "LOG_ENTRY_MISSING", message: /not trusted/ });
    await assert.rejects(keep(signed("x"), { logs: [] }), { code: "LOG_ENTRY_MISSING", message: /not trusted/ });
  });

  test("is refused at a time at which it is not yet or no longer trusted", async (t) => {
    const fake = await rekorV1Fake();
    const server = await serve(t, fake);
    const hour = 3_600_000;
    for (const validFor of [{ start: 0, end: testTime - hour }, { start: testTime + hour }]) {
      const request = { service: server.origin, logged: signed("x"), logs: [{ ...fake.authority, validFor }] };
      await assert.rejects(logInRekorV1(request, client()), { code: "LOG_ENTRY_INVALID", message: /trusted/ });
    }
  });

  for (const [what, alter, message] of [
    ["another time than it promised", (entry: any) => ({ ...entry, integratedTime: entry.integratedTime + 1 }), /promise does not verify/],
    ["another index than it promised", (entry: any) => ({ ...entry, logIndex: entry.logIndex + 1 }), /promise does not verify/],
    ["a proof of another tree", (entry: any) => withProof(entry, { rootHash: "0".repeat(64) }), /another tree/],
    ["a proof with hashes too many", (entry: any) => withProof(entry, { hashes: ["0".repeat(64)] }), /not in the checkpoint's tree/],
    ["a hash in capitals", (entry: any) => withProof(entry, { rootHash: "A".repeat(64) }), /lower-case hex/],
    ["no proof", (entry: any) => withVerification(entry, { inclusionProof: undefined }), /inclusionProof/],
    ["no promise for its time", (entry: any) => withVerification(entry, { signedEntryTimestamp: undefined }), /signedEntryTimestamp/],
    ["a body that is none", (entry: any) => ({ ...entry, body: "AAAA" }), /JSON|UTF-8/],
  ] as const) {
    test(`is refused with ${what}`, async (t) => {
      const { keep } = await tampering(t, alter);
      await assert.rejects(keep(signed("x")), (error: unknown) => {
        assert.ok(
          error instanceof Error && "code" in error && (error.code === "MALFORMED" || error.code === "LOG_ENTRY_INVALID"),
          String(error),
        );
        assert.match(error.message, message);
        return true;
      });
    });
  }

  for (const [what, body, code, message] of [
    ["no entry", "{}", "MALFORMED", /has 0 entries/],
    ["two entries", '{"a":{},"b":{}}', "MALFORMED", /has 2 entries/],
    ["no JSON", "<html>", "MALFORMED", /not JSON/],
    ["more than it can be", `{"a":"${"x".repeat(1024 * 1024)}"}`, "LIMIT_EXCEEDED", /longer than/],
  ] as const) {
    test(`is malformed with ${what}`, async (t) => {
      const { keep } = await log(t, { [post]: { status: 201, body } });
      await assert.rejects(keep(signed("x")), { code, message });
    });
  }

  test("fails if it stays busy", async (t) => {
    const { keep, server } = await log(t, { [post]: refuse(503, "later") });
    await assert.rejects(keep(signed("x")), { code: "SERVICE_UNAVAILABLE", message: /cannot keep the signature now/ });
    assert.equal(server.seen.length, 4);
  });

  test("gets a repeated request after a failure, and then returns the existing entry", async (t) => {
    const fake = await rekorV1Fake();
    const usual = handlerOf(fake.script, post);
    const keepAndFail: Script[string] = async (seen, response) => {
      await usual(seen, response);
      return refuse(502, "the answer was lost");
    };
    const server = await serve(t, fake, { [post]: [keepAndFail, usual] });
    const request = { service: server.origin, logged: signed("once"), logs: [fake.authority] };
    const { entry } = await logInRekorV1(request, client());
    assert.equal(entry.kindVersion.kind, "hashedrekord");
    assert.equal(server.lines.length, 3);
  });
});

function withVerification(entry: any, change: object): unknown {
  return { ...entry, verification: { ...entry.verification, ...change } };
}

function withProof(entry: any, change: object): unknown {
  return withVerification(entry, { inclusionProof: { ...entry.verification.inclusionProof, ...change } });
}
