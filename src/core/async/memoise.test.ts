import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { memoise, memoiseByKey, Memo } from "./memoise.ts";

const { signal } = new AbortController();

/** Work that the test settles, numbered by run. */
function counted() {
  const runs: { readonly finish: (error?: Error) => void; readonly signal: AbortSignal }[] = [];
  const work = (inner: AbortSignal): Promise<number> => {
    const { promise, resolve, reject } = Promise.withResolvers<number>();
    const number = runs.length + 1;
    inner.addEventListener("abort", () => reject(inner.reason));
    runs.push({ signal: inner, finish: (error) => (error ? reject(error) : resolve(number)) });
    return promise;
  };
  return { runs, work };
}

describe("memoise", () => {
  it("does nothing before the first call, and runs the work once", async () => {
    const { runs, work } = counted();
    const get = memoise(work);
    assert.equal(runs.length, 0);
    const all = [get(signal), get(signal)];
    runs[0]?.finish();
    assert.deepEqual(await Promise.all([...all, get(signal)]), [1, 1, 1]);
    assert.equal(runs.length, 1);
  });

  it("rejects for all waiting callers on failure, and does not keep it", async () => {
    const { runs, work } = counted();
    const get = memoise(work);
    const all = [get(signal), get(signal)];
    runs[0]?.finish(new Error("broken"));
    for (const one of await Promise.allSettled(all)) assert.equal(one.status, "rejected");
    const again = get(signal);
    runs[1]?.finish();
    assert.equal(await again, 2);
  });

  it("keeps no failure of work that throws synchronously", async () => {
    let fails = true;
    const get = memoise(() => {
      if (fails) throw new Error("broken");
      return Promise.resolve("done");
    });
    await assert.rejects(get(signal), /broken/);
    fails = false;
    assert.equal(await get(signal), "done");
  });

  it("keeps running for the others when one caller aborts, and ends with the last", async () => {
    const { runs, work } = counted();
    const get = memoise(work);
    const [one, other] = [new AbortController(), new AbortController()];
    const left = [get(one.signal), get(other.signal)];
    one.abort();
    await assert.rejects(left[0] ?? assert.fail(), { code: "INTERRUPTED" });
    assert.equal(runs[0]?.signal.aborted, false);
    other.abort();
    await assert.rejects(left[1] ?? assert.fail(), { code: "INTERRUPTED" });
    assert.equal(runs[0]?.signal.aborted, true);
    const again = get(signal);
    runs[1]?.finish();
    assert.equal(await again, 2);
  });

  it("starts nothing for a caller whose signal is already aborted", async () => {
    const { runs, work } = counted();
    await assert.rejects(memoise(work)(AbortSignal.abort()), { code: "INTERRUPTED" });
    assert.equal(runs.length, 0);
  });

  it("keeps a result until it expires by the injected clock", async () => {
    let now = 0;
    let run = 0;
    const get = memoise(async () => ({ run: ++run, end: now + 10 }), { until: ({ end }) => end, clock: () => now });
    assert.equal((await get(signal)).run, 1);
    now = 9;
    assert.equal((await get(signal)).run, 1);
    now = 10;
    const both = await Promise.all([get(signal), get(signal)]);
    assert.deepEqual(
      both.map((one) => one.run),
      [2, 2],
    );
  });

  it("does not keep a result longer because the clock was set back", async () => {
    let now = 1000;
    let run = 0;
    const get = memoise(async () => ++run, { until: () => now + 10, clock: () => now });
    assert.equal(await get(signal), 1);
    now = 0;
    assert.equal(await get(signal), 2);
  });

  it("returns an already expired result to waiting callers, and does not keep it", async () => {
    let run = 0;
    const get = memoise(async () => ++run, { until: () => 5, clock: () => 5 });
    assert.deepEqual([await get(signal), await get(signal)], [1, 2]);
  });
});

describe("memoise by key", () => {
  it("keeps one result for each key, up to a maximum, and evicts the oldest", async () => {
    const asked: string[] = [];
    const get = memoiseByKey(async (key: string) => asked.push(key), { maxKeys: 2 });
    for (const key of ["a", "b", "a", "c", "b", "a"]) await get(key, signal);
    assert.deepEqual(asked, ["a", "b", "c", "a"]);
  });

  it("keeps nothing for keys whose work failed", async () => {
    let tries = 0;
    const get = memoiseByKey(
      async (key: string) => {
        tries++;
        throw new Error(key);
      },
      { maxKeys: 2 },
    );
    for (const key of ["a", "a"]) await assert.rejects(get(key, signal), /a/);
    assert.equal(tries, 2);
  });
});

describe("a memo", () => {
  it("evicts no running work for a result that is not kept", async () => {
    const memo = new Memo<string, number>(2, { until: () => -Infinity, clock: () => 0 });
    const { runs, work } = counted();
    const running = memo.renew("a", undefined, work);
    assert.equal(await memo.renew("b", undefined, async () => 0)(signal), 0);
    memo.renew("c", undefined, async () => 0);
    assert.equal(memo.held("a"), running);
    runs[0]?.finish();
    assert.equal(await running(signal), 1);
  });

  it("renews a stale result once, however many callers report it", async () => {
    const memo = new Memo<string, number>(2);
    let run = 0;
    const work = async (): Promise<number> => ++run;
    const first = memo.renew("a", undefined, work);
    assert.equal(memo.renew("a", undefined, work), first);
    assert.equal(await first(signal), 1);
    const second = memo.renew("a", first, work);
    assert.equal(memo.renew("a", first, work), second);
    assert.equal(await (memo.held("a") ?? assert.fail())(signal), 2);
  });
});
