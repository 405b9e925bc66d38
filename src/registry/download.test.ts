import assert from "node:assert/strict";
import { test } from "node:test";
import { scriptedServer, type ScriptedAnswer, type ScriptLine } from "../../test/fakes/scripted-registry.ts";
import { absent, blob, blobPath, content, open, opened, signal } from "../../test/fakes/scripted-repository.ts";
import { gather } from "../core/bytes.ts";

const line = `GET ${blobPath}`;

/** Sends a part of the response, then closes the connection. */
function breakingOff(text: string, status = 200, headers: Record<string, string> = {}): Exclude<ScriptLine, ScriptedAnswer> {
  return (_, response) => {
    response.writeHead(status, { "content-length": "100", ...headers });
    response.write(text, () => response.destroy());
    return undefined;
  };
}

function rest(from: number, text: string): ScriptLine {
  return { status: 206, headers: { "content-range": `bytes ${from}-9/10` }, body: text };
}

const four = breakingOff("0123", 200, { "content-length": "10" });

test("a blob is read as a stream", async (t) => {
  const { repository } = await opened(t, { [line]: { body: content } });
  assert.deepEqual(await gather(repository.openBlob(blob, signal)), content);
  assert.deepEqual(await gather(repository.openBlob({ ...blob, data: content }, signal)), content);
});

test("a missing blob is an error", async (t) => {
  const { repository } = await opened(t, { [line]: absent });
  await assert.rejects(gather(repository.openBlob(blob, signal)), { code: "NO_SUCH_IMAGE", message: /has no blob sha256:/ });
});

test("a download is resumed after its connection breaks", async (t) => {
  const second = breakingOff("456", 206, { "content-length": "6", "content-range": "bytes 4-9/10" });
  const { server, repository } = await opened(t, { [line]: [four, second, rest(7, "789")] });
  assert.deepEqual(await gather(repository.openBlob(blob, signal)), content);
  assert.deepEqual(
    server.seen.map(({ headers }) => headers["range"]),
    [undefined, "bytes=4-", "bytes=7-"],
  );
});

test("if the registry restarts the blob, the bytes already received are skipped", async (t) => {
  const { repository } = await opened(t, { [line]: [four, { body: content }] });
  assert.deepEqual(await gather(repository.openBlob(blob, signal)), content);
});

test("a small blob, which is buffered, is requested again after its connection breaks", async (t) => {
  const { server, repository } = await opened(t, { [line]: [four, { body: content }] });
  assert.deepEqual(await repository.blob(blob, 10, signal), content);
  assert.deepEqual(
    server.seen.map(({ headers }) => headers["range"]),
    [undefined, undefined],
  );
});

test("a blob whose connection breaks before the first byte is requested whole", async (t) => {
  const { server, repository } = await opened(t, { [line]: [breakingOff("", 200, { "content-length": "10" }), { body: content }] });
  assert.deepEqual(await gather(repository.openBlob(blob, signal)), content);
  assert.equal(server.seen[1]?.headers["range"], undefined);
});

test("a download whose connection always breaks fails", async (t) => {
  let at = 0;
  const dripping: ScriptLine = (seen, response) => {
    const from = at++;
    const headers = { "content-length": `${10 - from}`, "content-range": `bytes ${from}-9/10` };
    return breakingOff(`${from}`, from === 0 ? 200 : 206, headers)(seen, response);
  };
  const { repository } = await opened(t, { [line]: dripping });
  await assert.rejects(gather(repository.openBlob(blob, signal)), { code: "UNREACHABLE", message: /was cut/ });
  assert.equal(at, 5);
});

test("a range other than the requested one is refused", async (t) => {
  for (const headers of [{ "content-range": "bytes 5-9/10" }, { "content-range": "bytes 40-49/50" }, {}]) {
    const { repository } = await opened(t, { [line]: [four, { status: 206, headers: { ...headers }, body: "456789" }] });
    await assert.rejects(gather(repository.openBlob(blob, signal)), { code: "REGISTRY_ERROR", message: /bytes from 4 on/ });
  }
});

test("the connection of an unexpected response is closed", async (t) => {
  const endless: ScriptLine = (_, response) => {
    response.writeHead(206, { "content-length": "1000000000", "content-range": "bytes 5-9/10" });
    response.write("5");
    response.once("close", gone.resolve);
    return undefined;
  };
  let gone = Promise.withResolvers<void>();
  for (const answers of [[endless], [four, endless]]) {
    gone = Promise.withResolvers<void>();
    const { repository } = await opened(t, { [line]: answers });
    await assert.rejects(gather(repository.openBlob({ ...blob, size: 2_000_000_000 }, signal)), { code: "REGISTRY_ERROR" });
    await gone.promise;
  }
});

test("two parts that do not match, or a blob of another size or digest, are refused", async (t) => {
  const scripts: readonly (readonly [ScriptLine[], RegExp])[] = [
    [[four, rest(4, "56789x")], /10 bytes of another digest/],
    [[four, { body: "9876543210" }], /10 bytes of another digest/],
    [[four, rest(4, "4567890")], /more than its 10 bytes/],
    [[four, rest(4, "45678")], /9 of its 10 bytes/],
    [[{ body: "01234567890" }], /more than its 10 bytes/],
    [[{ body: "012345678" }], /9 of its 10 bytes/],
  ];
  for (const [script, message] of scripts) {
    const { repository } = await opened(t, { [line]: script });
    await assert.rejects(gather(repository.openBlob(blob, signal)), { code: "DIGEST_MISMATCH", message });
  }
});

test("an endless blob is cut at its size", async (t) => {
  const endless: ScriptLine = (_, response) => {
    response.writeHead(200);
    const more = (): void => {
      while (!response.destroyed && response.write("x".repeat(500)));
    };
    response.on("drain", more);
    more();
    return undefined;
  };
  const { repository } = await opened(t, { [line]: endless });
  await assert.rejects(gather(repository.openBlob(blob, signal)), { code: "DIGEST_MISMATCH" });
});

test("a resumed download from another host has no credentials", async (t) => {
  const storage = await scriptedServer(t, { "GET /b": [four, rest(4, "456789")] });
  const server = await scriptedServer(t);
  const guarded: ScriptLine = ({ headers }) =>
    headers["authorization"] === undefined
      ? { status: 401, headers: { "www-authenticate": "Basic realm=x" } }
      : { status: 307, headers: { location: `${storage.origin}/b` } };
  server.on({ [line]: guarded });
  assert.deepEqual(await gather(open(server).openBlob(blob, signal)), content);
  assert.deepEqual(
    storage.seen.map(({ headers }) => [headers["authorization"], headers["range"]]),
    [
      [undefined, undefined],
      [undefined, "bytes=4-"],
    ],
  );
});
