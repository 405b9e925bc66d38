import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { scriptedServer } from "../../../test/fakes/scripted-registry.ts";
import { createHttpClient } from "../../net/http-client.ts";
import { askService, serviceRefusal, urlOf } from "./ask.ts";
import { client } from "./fixture.test.ts";

suite("a request to a service", () => {
  test("requires TLS, except on this machine", () => {
    assert.equal(urlOf("https://ca.example").href, "https://ca.example/");
    assert.equal(urlOf("http://127.0.0.1:99/tsa", "").href, "http://127.0.0.1:99/tsa");
    assert.equal(urlOf("http://localhost/").href, "http://localhost/");
    assert.throws(() => urlOf("http://ca.example", "api"), {
      code: "USAGE",
      message: /ca\.example\/api would be contacted over plain HTTP/,
    });
    assert.throws(() => urlOf("ca.example"), { code: "USAGE", message: /"ca\.example" is not the URL of a service/ });
    assert.throws(() => urlOf("ftp://localhost"), { code: "USAGE", message: /plain HTTP/ });
  });

  test("appends its path to the service's", () => {
    for (const service of ["https://ca.example/at", "https://ca.example/at/"]) {
      assert.equal(urlOf(service, "api/v2").href, "https://ca.example/at/api/v2");
    }
  });

  test("is sent four times while the service is busy, and then fails", async (t) => {
    const server = await scriptedServer(t, { "POST /": { status: 503, body: '{"message":"try\\nlater"}' } });
    const delays: number[] = [];
    const http = createHttpClient({ sleep: async (ms) => void delays.push(ms) });
    const answer = await askService({ method: "POST", url: urlOf(server.origin), maxBytes: 10 }, client({ http }));
    assert.deepEqual([server.seen.length, delays.length], [4, 3]);
    const error = serviceRefusal(answer, "help");
    assert.equal(error.code, "SERVICE_UNAVAILABLE");
    assert.match(error.message, /cannot help now: status 503 \(try later\)/);
  });

  test("ends at the timeout, however slowly the response arrives", async (t) => {
    const server = await scriptedServer(t, {
      "POST /": (_, response) => {
        response.writeHead(200).write("a");
        const drip = setInterval(() => response.write("a"), 5);
        response.on("close", () => clearInterval(drip));
        return undefined;
      },
    });
    const question = { method: "POST", url: urlOf(server.origin), maxBytes: 1e9 } as const;
    await assert.rejects(askService(question, client({ patience: 50 })), { code: "TIMEOUT", message: /ran out/ });
  });

  test("ends when the caller aborts it", async (t) => {
    const gone = new AbortController();
    const server = await scriptedServer(t, {
      "POST /": () => {
        gone.abort();
        return undefined;
      },
    });
    const question = { method: "POST", url: urlOf(server.origin), maxBytes: 10 } as const;
    await assert.rejects(askService(question, client({ signal: gone.signal })), { code: "INTERRUPTED", message: /interrupted/ });
  });

  test("follows no redirect", async (t) => {
    const elsewhere = await scriptedServer(t);
    const server = await scriptedServer(t, { "POST /": { status: 307, headers: { location: elsewhere.origin } } });
    const answer = await askService({ method: "POST", url: urlOf(server.origin), maxBytes: 10 }, client());
    assert.equal(serviceRefusal(answer, "help").code, "SERVICE_REFUSED");
    assert.deepEqual(elsewhere.seen, []);
  });

  test("refuses a response that is too large", async (t) => {
    const server = await scriptedServer(t, { "POST /": { body: "12345678901" } });
    const question = { method: "POST", url: urlOf(server.origin), maxBytes: 10 } as const;
    await assert.rejects(askService(question, client()), { code: "LIMIT_EXCEEDED", message: /longer than 10 bytes/ });
  });

  test("quotes the service's message, without possible secrets", () => {
    const said = (body: string) =>
      serviceRefusal({ status: 400, url: urlOf("https://ca.example"), headers: new Map(), body: Buffer.from(body) }, "help").message;
    assert.match(said('{"message":"no such issuer"}'), /ca\.example:443 refuses to help: status 400 \(no such issuer\)$/);
    const secret = "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJodHRwcyJ9.c2lnbmF0dXJl";
    assert.match(said(JSON.stringify({ message: `bad token ${secret}!` })), /\(bad token …!\)$/);
    for (const body of ["<html>", "[]", '{"message":7}', "", '{"code":1}']) assert.match(said(body), /status 400$/);
  });
});
