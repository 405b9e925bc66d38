import assert from "node:assert/strict";
import { once } from "node:events";
import { suite, test, type TestContext } from "node:test";
import { refusedAddress } from "../../../test/fakes/refused-port.ts";
import { scriptedServer, type ScriptLine } from "../../../test/fakes/scripted-registry.ts";
import { toBase64 } from "../../core/bytes.ts";
import { factKey, type FactAnswer, type StatusQuestion } from "../../core/facts/facts.ts";
import type { OcspQuestion } from "../../core/facts/ocsp.ts";
import { encodeOcspRequest } from "../../core/x509/ocsp-request.ts";
import { makeCertificate, makeKey } from "../../core/x509/fixture.test.ts";
import { makeCrl } from "../../core/x509/revocation-fixture.test.ts";
import { createHttpClient } from "../../net/http-client.ts";
import { fetchRevocationData } from "./fetch-revocation-data.ts";
import { factGatherer, type GatherOptions } from "./gather-facts.ts";

const key = makeKey();
const issuer = makeCertificate({ subject: "ca", key });
const leaf = makeCertificate({ subject: "leaf", issuer: "ca", signedBy: key.privateKey });
const request = encodeOcspRequest(leaf, issuer);
const list = makeCrl({ signedBy: key.privateKey });
const clock = () => Date.UTC(2026, 5, 1);

const ocsp = (url: string): OcspQuestion => ({ kind: "ocsp", url, request });
const crl = (url: string): StatusQuestion => ({ kind: "crl", url, issuer });
/** Requests to loopback are allowed unless the options say otherwise. */
async function answerTo(question: StatusQuestion, options: Partial<GatherOptions> = {}): Promise<FactAnswer> {
  const found = await factGatherer({ allowPrivate: true, clock, ...options })([question], AbortSignal.timeout(20_000));
  const answer = found.get(factKey(question));
  assert.ok(answer && found.size === 1);
  return answer;
}
async function isRefused(answer: Promise<FactAnswer>, code: string, message: RegExp): Promise<void> {
  const found = await answer;
  assert.ok("code" in found, "bytes came");
  assert.equal(found.code, code, found.message);
  assert.match(found.message, message);
}

suite("an OCSP responder", () => {
  const path = encodeURIComponent(toBase64(request));

  test("receives a GET with the request as the last part of the URL", async (t) => {
    const server = await scriptedServer(t, { [`GET /${path}`]: { body: "yes" }, [`GET /ocsp/${path}`]: { body: "yes" } });
    for (const url of [server.origin, `${server.origin}/`, `${server.origin}/ocsp`, `${server.origin}/ocsp/`]) {
      assert.deepEqual(await answerTo(ocsp(url)), { bytes: Buffer.from("yes") });
    }
    assert.equal(server.lines.length, 4);
  });

  test("receives a POST if the URL would be long", async (t) => {
    const server = await scriptedServer(t, { "POST /ocsp": { body: "yes" } });
    const short = { ...ocsp(`${server.origin}/ocsp`), request: Buffer.alloc(189, 7) };
    server.on({ [`GET /ocsp/${"BwcH".repeat(63)}`]: { body: "yes" } });
    assert.deepEqual(await answerTo(short), { bytes: Buffer.from("yes") });
    const long = { ...ocsp(`${server.origin}/ocsp`), request: Buffer.alloc(191, 7) };
    assert.deepEqual(await answerTo(long), { bytes: Buffer.from("yes") });
    assert.deepEqual(
      server.seen.map(({ method }) => method),
      ["GET", "POST"],
    );
    assert.deepEqual([server.seen[1]?.body, server.seen[1]?.headers["content-type"]], [Buffer.alloc(191, 7), "application/ocsp-request"]);
  });

  test("with another status than 200 gives no answer", async (t) => {
    const server = await scriptedServer(t, {
      "GET /*": { status: 404, body: "no" },
      "POST /*": { status: 302, headers: { location: "/" } },
    });
    await isRefused(answerTo(ocsp(server.origin)), "UNREACHABLE", /answers with status 404/);
    await isRefused(answerTo({ ...ocsp(server.origin), request: Buffer.alloc(300) }), "UNREACHABLE", /status 302/);
  });

  test("with an oversized response is cut off", async (t) => {
    const server = await scriptedServer(t, { "GET /*": { body: Buffer.alloc(20 * 1024 + 1) } });
    await isRefused(answerTo(ocsp(server.origin)), "LIMIT_EXCEEDED", /longer than 20480 bytes/);
  });

  test("that refuses connections is unreachable", async (t) => {
    await isRefused(answerTo(ocsp(`http://${await refusedAddress(t)}/`)), "UNREACHABLE", /refused/);
  });
});

suite("a revocation list", () => {
  test("is returned as received, also after a redirect", async (t) => {
    const server = await scriptedServer(t, { "GET /list": { status: 302, headers: { location: "/here" } }, "GET /here": { body: list } });
    assert.deepEqual(await answerTo(crl(`${server.origin}/list`)), { bytes: Buffer.from(list) });
  });

  test("of 33 MiB is refused, unread", async (t) => {
    const announced: ScriptLine = (_, response) => {
      response.writeHead(200, { "content-length": String(33 * 1024 * 1024) });
      response.flushHeaders();
    };
    const server = await scriptedServer(t, { "GET /list": announced });
    await isRefused(answerTo(crl(`${server.origin}/list`)), "LIMIT_EXCEEDED", /longer than 33554432 bytes/);
  });
});

suite("any server of facts", () => {
  const http = createHttpClient();
  const inquiry = (url: string, within: number) => ({ method: "GET", url: new URL(url), maxBytes: 1000, within }) as const;
  /** Starts when called: a signal made when the file is loaded may expire before the test begins. */
  const soon = () => AbortSignal.timeout(20_000);

  test("times out after seconds, also while it sends data", async (t) => {
    const drip: ScriptLine = (_, response) => {
      response.writeHead(200);
      const drop = setInterval(() => response.write("."), 5);
      response.once("close", () => clearInterval(drop));
    };
    const server = await scriptedServer(t, { "GET /silent": () => undefined, "GET /drip": drip });
    for (const path of ["/silent", "/drip"]) {
      await assert.rejects(fetchRevocationData(inquiry(server.origin + path, 50), { http, signal: soon() }), { code: "TIMEOUT" });
    }
  });

  test("cannot send data forever", async (t) => {
    let closed: Promise<unknown> | undefined;
    const endless: ScriptLine = (_, response) => {
      closed = once(response, "close");
      const more = (): void => {
        while (!response.destroyed && response.write("x".repeat(500)));
      };
      response.on("drain", more);
      more();
    };
    const server = await scriptedServer(t, { "GET /": endless });
    await assert.rejects(fetchRevocationData(inquiry(server.origin, 20_000), { http, signal: soon() }), { code: "LIMIT_EXCEEDED" });
    await closed;
  });

  const noUrls: Readonly<Record<string, RegExp>> = {
    "ldap://127.0.0.1/cn=ca?certificateRevocationList": /ldap: is not a scheme that is spoken here/,
    "ldap:///cn=ca": /ldap: is not a scheme/,
    "file:///etc/passwd": /file: is not a scheme/,
    "http://user:secret@127.0.0.1/list": /http:\/\/127\.0\.0\.1\/list with credentials/,
    "http://user@127.0.0.1/list": /with credentials/,
    "/list": /an address that is not a URL/,
    "": /an address that is not a URL/,
    "http://": /an address that is not a URL/,
  };
  for (const [url, message] of Object.entries(noUrls)) {
    test(`is refused at ${JSON.stringify(url)}`, async () => {
      await isRefused(answerTo(crl(url)), "UNREACHABLE", message);
      await isRefused(answerTo(ocsp(url)), "UNREACHABLE", message);
    });
  }

  test("is never in a private network, by address, by name or by redirect, unless that is configured", async (t) => {
    const inside = await scriptedServer(t);
    const { port } = new URL(inside.origin);
    const proxy = await scriptedServer(t, {
      "GET http://host.example/*": { status: 307, headers: { location: `${inside.origin}/admin` } },
    });
    for (const url of [inside.origin, `http://localhost:${port}`, `http://[::1]:${port}/`, "http://169.254.169.254/latest"]) {
      await isRefused(answerTo(ocsp(url), { allowPrivate: false }), "UNREACHABLE", /no public address/);
      await isRefused(answerTo(crl(url), { allowPrivate: false }), "UNREACHABLE", /no public address/);
    }
    const byProxy = { allowPrivate: false, proxies: () => new URL(proxy.origin) };
    await isRefused(answerTo(crl("http://host.example/list"), byProxy), "UNREACHABLE", /127\.0\.0\.1 has no public address/);
    assert.deepEqual([inside.lines, proxy.lines.length], [[], 1]);
  });

  test("gets each distinct question once, several concurrently", async (t) => {
    const server = await scriptedServer(t, { "GET /a": { body: "a" }, "GET /b": { status: 404 } });
    const questions = [crl(`${server.origin}/a`), crl(`${server.origin}/b`), crl(`${server.origin}/a`)];
    const found = await factGatherer({ allowPrivate: true, clock })(questions, soon());
    assert.deepEqual([...found.keys()], [...new Set(questions.map(factKey))]);
    assert.equal(server.lines.length, 2);
  });

  test("is aborted with the signal", async (t: TestContext) => {
    const controller = new AbortController();
    const stop: ScriptLine = () => {
      controller.abort();
      return undefined;
    };
    const server = await scriptedServer(t, { "GET /list": stop });
    const gather = factGatherer({ allowPrivate: true, clock });
    await assert.rejects(gather([crl(`${server.origin}/list`)], controller.signal), { code: "INTERRUPTED" });
  });
});
