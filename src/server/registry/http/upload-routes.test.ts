import assert from "node:assert/strict";
import { once } from "node:events";
import { readdir, rm, stat, symlink, truncate, utimes, writeFile } from "node:fs/promises";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { test } from "node:test";
import { digestOf } from "../../../core/digest.ts";
import { errorCode, temporaryFolder, testRegistry, type TestRegistry } from "../fixture.test.ts";

const content = "0123456789";
const digest = digestOf(Buffer.from(content));

async function begin({ send }: TestRegistry, name = "app"): Promise<string> {
  const { status, headers } = await send("POST", `/v2/${name}/blobs/uploads/`);
  assert.equal(status, 202);
  assert.match(headers.location ?? "", /^\/v2\/[a-z]+\/blobs\/uploads\/[0-9a-f-]{36}$/);
  return headers.location ?? "";
}

function chunk(registry: TestRegistry, location: string, range: string, body: string): ReturnType<TestRegistry["send"]> {
  return registry.send("PATCH", location, { headers: { "Content-Range": range }, body });
}

async function isPullable({ send }: TestRegistry, name = "app"): Promise<boolean> {
  const { status, body } = await send("GET", `/v2/${name}/blobs/${digest}`);
  return status === 200 && body.toString() === content;
}

/** Whether no files of unfinished writes are left. */
async function isTidy({ dir }: TestRegistry): Promise<boolean> {
  return (await readdir(join(dir, "incoming"))).length === 0;
}

test("a blob is pushed with one POST", async (t) => {
  const registry = await testRegistry(t);
  const reply = await registry.send("POST", `/v2/app/blobs/uploads/?digest=${digest}`, { body: content });
  assert.deepEqual([reply.status, reply.headers.location], [201, `/v2/app/blobs/${digest}`]);
  assert.ok(await isPullable(registry));
  assert.ok(await isTidy(registry));
});

test("a blob is pushed with POST and PUT", async (t) => {
  const registry = await testRegistry(t);
  const location = await begin(registry);
  const reply = await registry.send("PUT", `${location}?digest=${digest}`, { body: content });
  assert.deepEqual(
    [reply.status, reply.headers.location, reply.headers["docker-content-digest"]],
    [201, `/v2/app/blobs/${digest}`, digest],
  );
  assert.ok(await isPullable(registry));
  assert.ok(await isTidy(registry));
});

test("a blob is pushed in chunks, the last one with the PUT", async (t) => {
  const registry = await testRegistry(t);
  const location = await begin(registry);
  const first = await chunk(registry, location, "0-3", "0123");
  assert.deepEqual([first.status, first.headers.range, first.headers.location], [202, "0-3", location]);
  const status = await registry.send("GET", location);
  assert.deepEqual([status.status, status.headers.range], [204, "0-3"]);
  const streamed = await registry.send("PATCH", location, { body: "45" });
  assert.equal(streamed.headers.range, "0-5");
  const reply = await registry.send("PUT", `${location}?digest=${digest}`, { headers: { "Content-Range": "6-9" }, body: "6789" });
  assert.equal(reply.status, 201);
  assert.ok(await isPullable(registry));
});

test("a blob of many reads keeps every byte in order", async (t) => {
  const registry = await testRegistry(t);
  const body = Buffer.from(Uint32Array.from({ length: 500_000 }, (_, i) => i).buffer);
  const long = digestOf(body);
  const location = await begin(registry);
  const first = await registry.send("PATCH", location, { body: body.subarray(0, 1_234_567) });
  assert.equal(first.headers.range, "0-1234566");
  assert.equal((await registry.send("PUT", `${location}?digest=${long}`, { body: body.subarray(1_234_567) })).status, 201);
  assert.ok((await registry.send("GET", `/v2/app/blobs/${long}`)).body.equals(body));
});

/** More than the request's own thread hashes. */
const large = Buffer.from(Uint32Array.from({ length: 2_500_000 }, (_, i) => i).buffer);

test("a large blob is accepted in chunks of any size, complete after an interrupted one, and only under its own digest", async (t) => {
  const registry = await testRegistry(t);
  const location = await begin(registry);
  for (const [start, end] of [
    [0, 4_194_303],
    [4_194_303, 4_194_304],
    [4_194_304, 5_000_000],
  ] as const) {
    assert.equal((await registry.send("PATCH", location, { body: large.subarray(start, end) })).status, 202);
  }
  const socket = sendPart(registry, "PATCH", location, large.subarray(5_000_000, 5_500_000), 1_000_000);
  const bytesAfter = async (method: string): Promise<number> => Number((await registry.send(method, location)).headers.range?.slice(2)) + 1;
  await until(async () => (await bytesAfter("GET")) > 5_000_000);
  socket.destroy();
  await once(socket, "close");
  const from = await bytesAfter("PATCH"); // an empty one, which waits until the previous one has ended
  const range = { "Content-Range": `${from}-${large.length - 1}` };
  const rest = await registry.send("PATCH", location, { headers: range, body: large.subarray(from) });
  assert.equal(rest.status, 202);
  const longDigest = digestOf(large);
  assert.equal((await registry.send("PUT", `${location}?digest=${longDigest}`)).status, 201);
  assert.ok((await registry.send("GET", `/v2/app/blobs/${longDigest}`)).body.equals(large));

  const other = Buffer.from(large).fill("x", 1000, 1001);
  for (const algorithm of ["sha256", "sha512"] as const) {
    const wrong = await registry.send("POST", `/v2/app/blobs/uploads/?digest=${digestOf(large, algorithm)}`, { body: other });
    assert.deepEqual([wrong.status, errorCode(wrong)], [400, "DIGEST_INVALID"]);
  }
  assert.ok(await isTidy(registry));
});

test("a large blob whose file is missing or truncated is refused", async (t) => {
  const registry = await testRegistry(t);
  for (const spoil of [rm, truncate]) {
    const location = await begin(registry);
    assert.equal((await registry.send("PATCH", location, { body: large })).status, 202);
    await spoil(join(registry.dir, "incoming", location.split("/").at(-1) ?? ""));
    assert.equal((await registry.send("PUT", `${location}?digest=${digestOf(large)}`)).status, 500);
  }
  assert.equal((await registry.send("GET", `/v2/app/blobs/${digestOf(large)}`)).status, 404);
  assert.ok(await isTidy(registry));
});

test("a blob can be pushed under its sha512", async (t) => {
  const { send } = await testRegistry(t);
  const long = digestOf(Buffer.from(content), "sha512");
  assert.equal((await send("POST", `/v2/app/blobs/uploads/?digest=${long}`, { body: content })).status, 201);
  const reply = await send("GET", `/v2/app/blobs/${long}`);
  assert.deepEqual([reply.body.toString(), reply.headers["docker-content-digest"]], [content, long]);
  const wrong = digestOf(Buffer.from("other"), "sha512");
  assert.equal(errorCode(await send("POST", `/v2/app/blobs/uploads/?digest=${wrong}`, { body: content })), "DIGEST_INVALID");
});

test("bytes of another digest are refused and deleted", async (t) => {
  const registry = await testRegistry(t);
  const location = await begin(registry);
  for (const path of [`/v2/app/blobs/uploads/?digest=${digest}`, `${location}?digest=${digest}`]) {
    const reply = await registry.send(path.includes("/?") ? "POST" : "PUT", path, { body: "something else" });
    assert.deepEqual([reply.status, errorCode(reply)], [400, "DIGEST_INVALID"]);
  }
  assert.equal(errorCode(await registry.send("GET", location)), "BLOB_UPLOAD_UNKNOWN");
  assert.equal(await isPullable(registry), false);
  assert.ok(await isTidy(registry));
});

test("an upload is not closed without a valid digest", async (t) => {
  const registry = await testRegistry(t);
  const location = await begin(registry);
  for (const query of ["", "?digest=", "?digest=sha256:../../../x"]) {
    assert.equal(errorCode(await registry.send("PUT", location + query, { body: content })), "DIGEST_INVALID");
  }
  assert.equal((await registry.send("PUT", `${location}?digest=${digest}`, { body: content })).status, 201);
});

test("a chunk out of order, or of another length than stated, changes nothing", async (t) => {
  const registry = await testRegistry(t);
  const location = await begin(registry);
  await chunk(registry, location, "0-3", "0123");
  for (const [range, body] of [
    ["0-3", "0123"],
    ["5-6", "56"],
    ["4-6", "45"],
    ["4-", "4"],
    ["bytes 4-4", "4"],
    ["5-4", ""],
  ] as const) {
    const reply = await chunk(registry, location, range, body);
    assert.deepEqual([reply.status, errorCode(reply)], [416, "BLOB_UPLOAD_INVALID"], range);
    assert.equal((await registry.send("GET", location)).headers.range, "0-3");
  }
  await chunk(registry, location, "4-9", "456789");
  assert.equal((await registry.send("PUT", `${location}?digest=${digest}`)).status, 201);
});

test("of two concurrent chunks for the same range, one is accepted", async (t) => {
  const registry = await testRegistry(t);
  const location = await begin(registry);
  const replies = await Promise.all(["0", "0", "0"].map((body) => chunk(registry, location, "0-0", body)));
  assert.deepEqual(replies.map((reply) => String(reply.status)).toSorted(), ["202", "416", "416"]);
});

test("a cancelled upload is gone", async (t) => {
  const registry = await testRegistry(t);
  const location = await begin(registry);
  assert.equal((await registry.send("DELETE", location)).status, 204);
  for (const method of ["GET", "PATCH", "DELETE"]) assert.equal((await registry.send(method, location)).status, 404);
  assert.ok(await isTidy(registry));
});

test("an upload is found only under its repository and its own id", async (t) => {
  const registry = await testRegistry(t);
  const location = await begin(registry);
  await writeFile(join(registry.dir, "incoming", "planted"), content);
  const ids = ["planted", "..", "%2e%2e", "..%2fcontents", "0".repeat(36), "a%00b"].map((id) => `/v2/app/blobs/uploads/${id}`);
  for (const path of [location.replace("app", "other"), ...ids]) {
    for (const [method, query] of [
      ["GET", ""],
      ["PATCH", ""],
      ["PUT", `?digest=${digest}`],
      ["DELETE", ""],
    ] as const) {
      const reply = await registry.send(method, path + query, method === "PATCH" ? { body: content } : {});
      assert.deepEqual([reply.status, method === "GET" || errorCode(reply) === "BLOB_UPLOAD_UNKNOWN"], [404, true], `${method} ${path}`);
    }
  }
  assert.equal((await registry.send("GET", location)).status, 204);
});

test("a blob is mounted from a repository that has it, else uploaded", async (t) => {
  const registry = await testRegistry(t);
  await registry.pushBlob("base", content);
  const mounted = await registry.send("POST", `/v2/app/blobs/uploads/?mount=${digest}&from=base`);
  assert.deepEqual([mounted.status, mounted.headers.location], [201, `/v2/app/blobs/${digest}`]);
  assert.ok(await isPullable(registry));
  const other = await registry.send("POST", `/v2/third/blobs/uploads/?mount=${digest}&from=empty`);
  assert.equal(other.status, 202);
  assert.equal((await registry.send("PUT", `${other.headers.location}?digest=${digest}`, { body: content })).status, 201);
  assert.equal((await registry.send("POST", `/v2/fourth/blobs/uploads/?mount=${digest}`)).status, 202);
  assert.equal(errorCode(await registry.send("POST", `/v2/app/blobs/uploads/?mount=${digest}&from=../base`)), "NAME_INVALID");
});

test("a blob over the size limit is refused, announced or not", async (t) => {
  const registry = await testRegistry(t, { limits: { blobBytes: 8 } });
  const whole = await registry.send("POST", `/v2/app/blobs/uploads/?digest=${digest}`, { body: content });
  assert.deepEqual([whole.status, errorCode(whole)], [413, "SIZE_INVALID"]);
  const location = await begin(registry);
  await chunk(registry, location, "0-3", "0123");
  assert.equal((await chunk(registry, location, "4-9", "456789")).status, 413);
  const unsaid = await fetch(`${registry.running.url}${location}`, {
    method: "PATCH",
    body: new Blob([content]).stream(),
    duplex: "half",
  });
  assert.equal(unsaid.status, 413);
  await unsaid.body?.cancel();
});

test("a client that sends far too much still gets its response, and the connection stays open", async (t) => {
  const registry = await testRegistry(t, { limits: { blobBytes: 8 } });
  const body = Buffer.alloc(16 * 1024 * 1024);
  for (const path of [await begin(registry), "/v2/app/blobs/uploads/none", "/v2/BAD/blobs/uploads/none"]) {
    const { status, headers } = await registry.send("PATCH", path, { body });
    assert.deepEqual([status >= 400 && status < 500, headers.connection], [true, "keep-alive"]);
  }
});

test("when the client disconnects during a chunk, nothing is visible, and the upload can be continued", async (t) => {
  const registry = await testRegistry(t);
  const location = await begin(registry);
  await breakOff(registry, "PATCH", location);
  assert.equal(await isPullable(registry), false);
  assert.equal((await registry.send("GET", location)).headers.range, "0-3");
  assert.equal((await chunk(registry, location, "4-9", "456789")).status, 202);
  assert.equal((await registry.send("PUT", `${location}?digest=${digest}`)).status, 201);
  assert.ok(await isPullable(registry));
});

test("when the client disconnects during a single POST, no file is left", async (t) => {
  const registry = await testRegistry(t);
  await breakOff(registry, "POST", `/v2/app/blobs/uploads/?digest=${digest}`);
  await until(() => isTidy(registry));
  assert.equal(await isPullable(registry), false);
});

test(
  "a full disk is an error of the registry, and the upload continues once there is space",
  { skip: process.platform !== "linux" },
  async (t) => {
    const registry = await testRegistry(t);
    const location = await begin(registry);
    const file = join(registry.dir, "incoming", location.split("/").at(-1) ?? "");
    await rm(file);
    await symlink("/dev/full", file);
    const reply = await registry.send("PATCH", location, { body: content });
    assert.deepEqual([reply.status, errorCode(reply)], [507, "UNKNOWN"]);
    assert.match(reply.body.toString(), /ENOSPC/);
    assert.doesNotMatch(reply.body.toString(), /incoming/);
    await rm(file);
    await writeFile(file, "");
    assert.equal((await registry.send("PUT", `${location}?digest=${digest}`, { body: content })).status, 201);
    assert.ok(await isPullable(registry));
  },
);

test("concurrent pushes of the same blob store one blob", async (t) => {
  const registry = await testRegistry(t);
  const names = ["app", "app", "app", "other", "other", "third"];
  await Promise.all(names.map((name) => registry.pushBlob(name, content)));
  assert.ok(await isPullable(registry, "third"));
  assert.equal((await readdir(join(registry.dir, "contents", "sha256"))).length, 1);
  assert.ok(await isTidy(registry));
});

test("unfinished uploads of an earlier run are removed once they are old", async (t) => {
  const dir = await temporaryFolder(t);
  const earlier = await testRegistry(t, { dir });
  const [old, young] = [await begin(earlier), await begin(earlier)].map((location) => location.split("/").at(-1) ?? "");
  await earlier.running.close();
  await utimes(join(dir, "incoming", old ?? ""), 0, 0);
  const later = await testRegistry(t, { dir });
  assert.deepEqual(await readdir(join(dir, "incoming")), [young]);
  assert.equal((await later.send("GET", `/v2/app/blobs/uploads/${young}`)).status, 404);
});

test("an abandoned upload is removed, a continued one stays", async (t) => {
  const registry = await testRegistry(t, { limits: { uploadLifetime: 1000 } });
  const [stuck, alive] = [await begin(registry), await begin(registry)];
  let size = 0;
  await until(async () => {
    assert.equal((await chunk(registry, alive, `${size}-${size}`, content[size++ % 10] ?? "")).status, 202);
    return (await registry.send("GET", stuck)).status === 404;
  });
  await until(async () => (await readdir(join(registry.dir, "incoming"))).length === 1);
  assert.equal((await registry.send("GET", alive)).status, 204);
});

/** Announces ten bytes, sends four, and disconnects. */
async function breakOff(registry: TestRegistry, method: string, path: string): Promise<void> {
  const socket = sendPart(registry, method, path, "0123", content.length);
  const incoming = join(registry.dir, "incoming");
  await until(async () => {
    const [file = ""] = await readdir(incoming);
    return file !== "" && (await stat(join(incoming, file))).size === 4;
  });
  socket.destroy();
  await once(socket, "close");
}

/** Sends fewer bytes than announced. */
function sendPart({ running }: TestRegistry, method: string, path: string, part: string | Uint8Array, said: number): Socket {
  const [host = "", port] = running.address.split(":");
  const socket = connect(Number(port), host);
  socket.write(`${method} ${path} HTTP/1.1\r\nHost: ${host}\r\nContent-Length: ${said}\r\n\r\n`);
  socket.write(part);
  return socket;
}

async function until(isSo: () => Promise<boolean>, tries = 2000): Promise<void> {
  if (await isSo()) return;
  assert.ok(tries > 0, "it never came to be");
  await new Promise((resolve) => setTimeout(resolve, 2));
  await until(isSo, tries - 1);
}

test("thousands of started uploads lock nobody out: the empty ones and then the oldest give way", async (t) => {
  const registry = await testRegistry(t, { limits: { uploads: 3 } });
  const mine = await begin(registry, "victim");
  await chunk(registry, mine, "0-3", "0123");
  for (let i = 0; i < 20; i++) await begin(registry, "flood");
  assert.equal((await readdir(join(registry.dir, "incoming"))).length, 3);
  await chunk(registry, mine, "4-9", "456789");
  assert.equal((await registry.send("PUT", `${mine}?digest=${digest}`)).status, 201);
  assert.ok(await isPullable(registry, "victim"));

  const filled = [await begin(registry), await begin(registry), await begin(registry)];
  for (const location of filled) await chunk(registry, location, "0-3", "0123");
  await chunk(registry, filled[0] ?? "", "4-5", "45");
  await begin(registry);
  assert.deepEqual(
    await Promise.all(filled.map(async (location) => (await registry.send("GET", location)).status)),
    [204, 404, 204],
    "the one that was used longest ago is dropped",
  );
});

test("an upload that is receiving bytes is never dropped: when all are, a further one is refused", async (t) => {
  const registry = await testRegistry(t, { limits: { uploads: 1 } });
  const location = await begin(registry);
  const socket = sendPart(registry, "PATCH", location, "0123", content.length);
  await until(async () => (await registry.send("GET", location)).headers.range === "0-3");
  const refused = await registry.send("POST", "/v2/app/blobs/uploads/");
  assert.deepEqual([refused.status, errorCode(refused)], [429, "TOOMANYREQUESTS"]);
  socket.write("456789");
  await until(async () => (await registry.send("GET", location)).headers.range === "0-9");
  socket.destroy();
  assert.equal((await registry.send("PUT", `${location}?digest=${digest}`)).status, 201);
});

test("an upload without a byte is removed sooner than one that has some", async (t) => {
  const registry = await testRegistry(t, { limits: { emptyUploadLifetime: 100 } });
  const filled = await begin(registry);
  await chunk(registry, filled, "0-3", "0123");
  const empty = await begin(registry);
  await until(async () => (await registry.send("GET", empty)).status === 404);
  assert.equal((await registry.send("GET", filled)).status, 204);
});
