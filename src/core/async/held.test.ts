import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { held } from "./held.ts";

const { signal } = new AbortController();

describe("a value that is refreshed in the background", () => {
  it("loads once, returns the old value during a refresh, and the new one afterwards", async () => {
    const clock = { now: 0 };
    const loads: (() => void)[] = [];
    let count = 0;
    const load = (): Promise<number> => {
      const { promise, resolve } = Promise.withResolvers<number>();
      const value = ++count;
      loads.push(() => resolve(value));
      return promise;
    };
    const current = held(load, { refreshAfter: 10, clock: () => clock.now });
    const asked = [current(signal), current(signal)];
    await Promise.resolve();
    loads[0]?.();
    assert.deepEqual(await Promise.all(asked), [1, 1]);
    clock.now = 10;
    assert.deepEqual([await current(signal), await current(signal)], [1, 1]);
    assert.equal(loads.length, 2, "one refresh at a time");
    loads[1]?.();
    await new Promise(setImmediate);
    assert.equal(await current(signal), 2);
  });

  it("keeps the value when a refresh fails, and reports the failure", async () => {
    const clock = { now: 0 };
    const failures: unknown[] = [];
    let fails = false;
    const load = async (): Promise<string> => {
      if (fails) throw new Error("down");
      return "good";
    };
    const current = held(load, { refreshAfter: 10, clock: () => clock.now, onFailure: (failure) => void failures.push(failure) });
    assert.equal(await current(signal), "good");
    fails = true;
    clock.now = 10;
    assert.equal(await current(signal), "good");
    await new Promise(setImmediate);
    assert.equal(failures.length, 1);
    assert.equal(await current(signal), "good");
    assert.equal(failures.length, 1, "not tried again at once");
  });

  it("ends with a failure that says so: the next callers wait, and receive the error", async () => {
    const clock = { now: 0 };
    let fails = false;
    const load = async (): Promise<string> => {
      if (fails) throw new Error("expired");
      return "good";
    };
    const current = held(load, { refreshAfter: 10, clock: () => clock.now, endsValue: (failure) => String(failure).includes("expired") });
    await current(signal);
    fails = true;
    clock.now = 10;
    await current(signal);
    await new Promise(setImmediate);
    await assert.rejects(current(signal), /expired/);
    fails = false;
    assert.equal(await current(signal), "good");
  });

  it("gives up a refresh that hangs, and is not set back by it later", async () => {
    const clock = { now: 0 };
    const failures: unknown[] = [];
    const loads: { readonly finish: (value: number) => void; readonly signal: AbortSignal }[] = [];
    const load = (inner: AbortSignal): Promise<number> => {
      const { promise, resolve } = Promise.withResolvers<number>();
      loads.push({ finish: resolve, signal: inner });
      return promise;
    };
    const current = held(load, { refreshAfter: 10, clock: () => clock.now, onFailure: (failure) => void failures.push(failure) });
    const first = current(signal);
    loads[0]?.finish(1);
    await first;
    for (const now of [10, 19, 20]) {
      clock.now = now;
      assert.equal(await current(signal), 1);
    }
    assert.deepEqual(
      loads.map((one) => one.signal.aborted),
      [false, true, false],
    );
    assert.equal(failures.length, 1);
    loads[2]?.finish(3);
    await new Promise(setImmediate);
    loads[1]?.finish(2);
    await new Promise(setImmediate);
    assert.equal(await current(signal), 3);
  });

  it("rejects for all waiting callers when the first load fails, and loads again on the next call", async () => {
    let fails = true;
    const load = async (): Promise<string> => {
      if (fails) throw new Error("down");
      return "good";
    };
    const current = held(load, { refreshAfter: 10, clock: () => 0 });
    await assert.rejects(current(signal), /down/);
    fails = false;
    assert.equal(await current(signal), "good");
  });
});
