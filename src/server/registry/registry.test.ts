import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { test } from "node:test";
import * as fc from "fast-check";
import { digestOf } from "../../core/digest.ts";
import { TouchmarkError } from "../../core/errors.ts";
import { mediaTypes } from "../../core/oci/manifest.ts";
import { descriptor, errorCode, imageManifest, json, layer, sendTo, temporaryFolder, testRegistry } from "./fixture.test.ts";
import { startRegistry } from "./registry.ts";

test("the version check is answered", async (t) => {
  const { send, running } = await testRegistry(t);
  assert.equal(running.url, `http://${running.address}`);
  for (const path of ["/v2/", "/v2", "/v2/?ns=example.com"]) {
    const reply = await send("GET", path);
    assert.deepEqual([reply.status, reply.headers["docker-distribution-api-version"]], [200, "registry/2.0"]);
  }
});

test("missing content is an error in the specification's form", async (t) => {
  const { send } = await testRegistry(t);
  for (const path of ["/", "/v1/", "/v2/app", "/v2/app/manifests/", "/v2/_catalog", "/v2//manifests/v1/x", "http://example.com/v2/"]) {
    const reply = await send("GET", path);
    assert.deepEqual([reply.status, errorCode(reply)], [404, "UNSUPPORTED"], path);
    assert.equal(reply.headers["content-length"], String(reply.body.length));
    assert.equal(reply.headers["docker-distribution-api-version"], "registry/2.0");
  }
  const reply = await send("POST", "/v2/app/manifests/v1", { body: "{}" });
  assert.deepEqual([reply.status, reply.headers.allow, errorCode(reply)], [405, "GET, HEAD, PUT, DELETE", "UNSUPPORTED"]);
  assert.equal((await send("PATCH", "/v2/")).status, 405);
});

test("a name outside the grammar never gets into a path", async (t) => {
  const { send } = await testRegistry(t);
  const hex = `sha256:${"a".repeat(64)}`;
  const names = [
    "..",
    "../..",
    "a/../b",
    "a//b",
    "a/",
    "/a",
    "%2e%2e",
    "a%2fb",
    "a%00b",
    "App",
    "_tags",
    "a/_tags",
    ".a",
    "a\\b",
    "a".repeat(256),
  ];
  for (const name of names) {
    for (const [method, rest] of [
      ["GET", "manifests/v1"],
      ["PUT", "manifests/v1"],
      ["DELETE", `manifests/${hex}`],
      ["GET", `blobs/${hex}`],
      ["POST", "blobs/uploads/"],
      ["GET", "tags/list"],
      ["GET", `referrers/${hex}`],
    ] as const) {
      const reply = await send(method, `/v2/${name}/${rest}`);
      assert.deepEqual([reply.status, errorCode(reply)], [400, "NAME_INVALID"], `${method} ${name}/${rest}`);
    }
  }
});

test("a repository's name may contain the words of routes", async (t) => {
  const { send, pushImage } = await testRegistry(t);
  const name = "a/manifests/blobs/uploads/tags/list";
  const digest = await pushImage(name, "v1");
  assert.equal((await send("HEAD", `/v2/${name}/manifests/v1`)).headers["docker-content-digest"], digest);
});

test("no path causes an internal error", async (t) => {
  const { send } = await testRegistry(t);
  const piece = fc.constantFrom(
    "v2",
    "a",
    "manifests",
    "blobs",
    "uploads",
    "tags",
    "list",
    "referrers",
    "..",
    "%",
    "%2f",
    "?n=",
    "?last=%ff",
    ":",
    "",
  );
  const path = fc.array(piece, { maxLength: 8 }).map((pieces) => `/${pieces.join("/")}`);
  const method = fc.constantFrom("GET", "HEAD", "PUT", "POST", "PATCH", "DELETE", "OPTIONS");
  await fc.assert(
    fc.asyncProperty(method, path, async (verb, where) => (await send(verb, where)).status < 500),
    { numRuns: 150 },
  );
});

test("a restart on the same folder keeps all content", async (t) => {
  const dir = await temporaryFolder(t);
  const subject = descriptor(mediaTypes.ociManifest, "subject");
  const before = await testRegistry(t, { dir });
  await before.pushImage("team/app", "v1");
  const digest = await before.pushImage("team/app", "V2", { subject });
  await before.pushBlob("lonely", layer);
  const paths = [
    "/v2/team/app/tags/list",
    "/v2/team/app/manifests/v1",
    `/v2/team/app/manifests/${digest}`,
    `/v2/team/app/referrers/${String(subject["digest"])}`,
    `/v2/lonely/blobs/${String(descriptor("", layer)["digest"])}`,
  ];
  const read = async (send: typeof before.send): Promise<readonly unknown[]> =>
    Promise.all(paths.map(async (path) => ({ ...(await send("GET", path)), headers: undefined })));
  const expected = await read(before.send);
  await before.running.close();
  const after = await testRegistry(t, { dir });
  assert.deepEqual(await read(after.send), expected);
  assert.ok(expected.every((reply) => reply instanceof Object && "status" in reply && reply.status === 200));
});

test("headers over 16 KiB are refused, even a MiB, and the registry continues", async (t) => {
  const { running, send } = await testRegistry(t);
  const get = (bytes: number): Promise<string> =>
    raw(running.address, `GET /v2/ HTTP/1.1\r\nHost: x\r\nX-Long: ${"a".repeat(bytes)}\r\n\r\n`);
  assert.match(await get(20 * 1024), /^HTTP\/1\.1 431 /);
  assert.match(await get(1024 * 1024), /^(?:HTTP\/1\.1 431 |$)/); // a client that still sends when the connection is closed may not receive the response
  assert.equal((await send("GET", "/v2/")).status, 200);
});

test("a body longer than announced ends at the announced length, and the rest is not a request", async (t) => {
  const { running, send } = await testRegistry(t);
  const digest = digestOf(Buffer.from("0123"));
  const head = `POST /v2/app/blobs/uploads/?digest=${digest} HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\n`;
  assert.match(await raw(running.address, `${head}0123456789`), /HTTP\/1\.1 400 Bad Request\r\nConnection: close\r\n\r\n$/);
  const { status, body } = await send("GET", `/v2/app/blobs/${digest}`);
  assert.ok(status === 404 || body.toString() === "0123");
});

test("a shorter body than announced is not accepted as the whole", async (t) => {
  const { running, send, pushImage } = await testRegistry(t);
  await pushImage("app", "v1");
  const manifest = imageManifest({ annotations: { second: "true" } });
  for (const [method, path, body] of [
    ["POST", `blobs/uploads/?digest=${digestOf(Buffer.from("0123"))}`, "0123"],
    ["PUT", "manifests/v2", Buffer.from(manifest).toString()],
  ] as const) {
    const head = `${method} /v2/app/${path} HTTP/1.1\r\nHost: x\r\nContent-Type: ${mediaTypes.ociManifest}\r\n`;
    assert.doesNotMatch(await raw(running.address, `${head}Content-Length: ${body.length + 1}\r\n\r\n${body}`), /^HTTP\/1\.1 2/);
  }
  assert.equal((await send("GET", `/v2/app/blobs/${digestOf(Buffer.from("0123"))}`)).status, 404);
  assert.deepEqual(json(await send("GET", "/v2/app/tags/list")), { name: "app", tags: ["v1"] });
});

test("close stops listening, at once for idle connections and soon for stuck ones", async (t) => {
  const { running } = await testRegistry(t);
  const [host = "", port] = running.address.split(":");
  const stuck = connect(Number(port), host);
  stuck.on("error", () => undefined);
  stuck.write(`PATCH /v2/app/blobs/uploads/x HTTP/1.1\r\nHost: ${host}\r\nContent-Length: 10\r\n\r\n0123`);
  await sendTo(running.url, "GET", "/v2/");
  await Promise.all([running.close(), running.close()]);
  await assert.rejects(sendTo(running.url, "GET", "/v2/"), { code: "ECONNREFUSED" });
});

test("the signal closes it, before it starts or later", async (t) => {
  const dir = await temporaryFolder(t);
  const controller = new AbortController();
  const { running } = await testRegistry(t, { signal: controller.signal });
  controller.abort();
  await running.close();
  await assert.rejects(sendTo(running.url, "GET", "/v2/"), { code: "ECONNREFUSED" });
  await assert.rejects(startRegistry({ dir, host: "127.0.0.1", port: 0, signal: controller.signal }), { code: "INTERRUPTED" });
});

test("a port in use and an invalid folder are errors", async (t) => {
  const dir = await temporaryFolder(t);
  const { running } = await testRegistry(t);
  const port = Number(running.address.split(":").at(-1));
  const isUsage = (error: unknown): boolean => error instanceof TouchmarkError && error.code === "USAGE";
  await assert.rejects(startRegistry({ dir, host: "127.0.0.1", port }), isUsage);
  await writeFile(join(dir, "file"), "");
  await assert.rejects(startRegistry({ dir: join(dir, "file"), host: "127.0.0.1", port: 0 }), isUsage);
});

/** Sends only this; returns everything received until the registry closes the connection. */
async function raw(address: string, text: string): Promise<string> {
  const [host = "", port] = address.split(":");
  const socket = connect(Number(port), host).setEncoding("utf8");
  let answer = "";
  socket.on("data", (part: string) => (answer += part)).on("error", () => undefined); // the registry may close the connection while we send
  socket.end(text);
  await new Promise((resolve) => socket.on("close", resolve));
  return answer;
}
