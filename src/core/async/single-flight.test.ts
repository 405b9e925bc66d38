import assert from "node:assert/strict";
import { test } from "node:test";
import { singleFlight } from "./single-flight.ts";

function controlled(): {
  readonly work: (signal: AbortSignal) => Promise<string>;
  readonly finish: (value: string) => void;
  readonly aborted: () => boolean;
} {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  let inner: AbortSignal | undefined;
  return {
    work: (signal) => {
      inner = signal;
      signal.addEventListener("abort", () => reject(signal.reason));
      return promise;
    },
    finish: resolve,
    aborted: () => inner?.aborted === true,
  };
}

test("a caller that aborts does not end the work for the others", async () => {
  const { work, finish, aborted } = controlled();
  const shared = singleFlight(work, () => assert.fail("nothing to forget"));
  const leaver = new AbortController();
  const left = shared(leaver.signal);
  const stayed = shared(new AbortController().signal);
  leaver.abort();
  await assert.rejects(left, { code: "INTERRUPTED" });
  assert.equal(aborted(), false);
  finish("done");
  assert.equal(await stayed, "done");
});

test("the last caller to abort ends the work, and it is removed before another call can join", async () => {
  const { work, aborted } = controlled();
  let forgotten = 0;
  const shared = singleFlight(work, () => void forgotten++);
  const controller = new AbortController();
  const both = [shared(controller.signal), shared(controller.signal)];
  controller.abort();
  assert.equal(forgotten, 1);
  assert.equal(aborted(), true);
  for (const result of await Promise.allSettled(both)) assert.equal(result.status, "rejected");
});

test("finished work stays finished when its callers abort later", async () => {
  const { work, finish } = controlled();
  const shared = singleFlight(work, () => assert.fail("nothing to forget"));
  const controller = new AbortController();
  finish("done");
  assert.equal(await shared(controller.signal), "done");
  controller.abort();
  assert.equal(await shared(new AbortController().signal), "done");
});

test("failed work is removed, and rejects for all waiting callers", async () => {
  let forgotten = 0;
  const shared = singleFlight(
    async () => {
      throw new Error("broken");
    },
    () => void forgotten++,
  );
  const signal = new AbortController().signal;
  const results = await Promise.allSettled([shared(signal), shared(signal)]);
  assert.deepEqual(
    results.map(({ status }) => status),
    ["rejected", "rejected"],
  );
  assert.equal(forgotten, 1);
});

test("what failed work has started beside it ends, since nobody waits for it", async () => {
  let beside: AbortSignal | undefined;
  const shared = singleFlight(
    async (signal) => {
      beside = signal;
      throw new Error("failed");
    },
    () => undefined,
  );
  await assert.rejects(shared(new AbortController().signal), { message: "failed" });
  assert.equal(beside?.aborted, true);
});
