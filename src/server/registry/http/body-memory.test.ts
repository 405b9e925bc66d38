import assert from "node:assert/strict";
import { setImmediate } from "node:timers/promises";
import { test } from "node:test";
import { requestOf } from "../../http/fixture.test.ts";
import type { ApiRequest } from "../../http/request.ts";
import { RegistryError } from "../registry-error.ts";
import { BodyMemory } from "./body-memory.ts";

const limits = { bodyMemory: 100, bodyTime: 60_000 };

/** A request of whose body so many bytes arrive, and of the rest nothing until `release`. */
function held(bytes: number): { readonly request: ApiRequest; readonly release: () => void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  async function* body(): AsyncGenerator<Uint8Array> {
    yield Buffer.alloc(bytes);
    await promise;
  }
  return { request: { ...requestOf("/"), body: body() }, release: resolve };
}

function whole(bytes: number): ApiRequest {
  return requestOf("/", { body: "x".repeat(bytes) });
}

const size = async (bytes: Uint8Array): Promise<number> => bytes.length;
const refused = (status: number) => (error: unknown) =>
  error instanceof RegistryError && error.code === "TOOMANYREQUESTS" && error.status === status;

test("bodies of which the last byte is held back give way to those that arrive, the longest first", async () => {
  const memory = new BodyMemory(limits);
  const holders = [held(40), held(40)];
  const [first, second] = holders.map(({ request }) => memory.read(request, size));
  const firstRefused = assert.rejects(first ?? size(Buffer.alloc(0)), refused(429));
  await setImmediate();
  assert.equal(await memory.read(whole(50), size), 50);
  await firstRefused;
  for (const { release } of holders) release();
  assert.equal(await second, 40);
  assert.equal(await memory.read(whole(100), size), 100, "all memory is free again");
});

test("bodies in use are not dropped, and further ones are refused until their memory is free", async () => {
  const memory = new BodyMemory(limits);
  const using = Promise.withResolvers<void>();
  const first = memory.read(whole(60), () => using.promise);
  await setImmediate();
  await assert.rejects(memory.read(whole(60), size), refused(429));
  assert.equal(await memory.read(whole(40), size), 40);
  using.resolve();
  await first;
  assert.equal(await memory.read(whole(100), size), 100);
});

test("the memory of a body whose use or transfer fails is free again", async () => {
  const memory = new BodyMemory(limits);
  async function* broken(): AsyncGenerator<Uint8Array> {
    yield Buffer.alloc(80);
    throw new Error("the client disconnected");
  }
  await assert.rejects(memory.read({ ...requestOf("/"), body: broken() }, size), /disconnected/);
  const failing = async (): Promise<never> => {
    throw new Error("no disk");
  };
  await assert.rejects(memory.read(whole(80), failing), /no disk/);
  assert.equal(await memory.read(whole(100), size), 100);
});

test("a body has a limited time to arrive", async () => {
  const memory = new BodyMemory({ ...limits, bodyTime: 10 });
  const { request, release } = held(80);
  await assert.rejects(memory.read(request, size), refused(408));
  assert.equal(await memory.read(whole(100), size), 100);
  release();
});
