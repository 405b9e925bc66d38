/** Runs one target's thread to its end, and ends it where an input holds it up or takes all its memory. */
import { Worker } from "node:worker_threads";
import type { Result } from "./engine.ts";
import { lookAt, makeShared } from "./shared.ts";
import type { WorkerRequest } from "./worker.ts";

/** Milliseconds that one input may hold up the thread. */
const maxHang = 10_000;
const heapMebibytes = 512;

export function fuzzTarget(request: Omit<WorkerRequest, "shared">): Promise<Result> {
  const shared = makeShared();
  const worker = new Worker(new URL("worker.ts", import.meta.url), {
    workerData: { ...request, shared },
    resourceLimits: { maxOldGenerationSizeMb: heapMebibytes, stackSizeMb: 1 },
  });
  return new Promise<Result>((resolve, reject) => {
    let last = lookAt(shared);
    const watchdog = setInterval(() => {
      const now = lookAt(shared);
      if (now.step === last.step && now.input) end("hang", `one input takes more than ${maxHang} ms`);
      last = now;
    }, maxHang);
    function end(kind: "hang" | "memory", detail: string): void {
      const { step, input = new Uint8Array() } = lookAt(shared);
      finish(() => resolve({ executions: step >> 1, kept: [], faults: [{ input, fault: { kind, detail } }] }));
      void worker.terminate();
    }
    function finish(settle: () => void): void {
      clearInterval(watchdog);
      settle();
    }
    worker.once("message", (result: Result) => finish(() => resolve(result)));
    worker.once("error", (error: Error & { readonly code?: string }) => {
      if (error.code === "ERR_WORKER_OUT_OF_MEMORY") end("memory", `the thread ran out of its ${heapMebibytes} MiB`);
      else finish(() => reject(error));
    });
    // After the message or an error, this settles nothing.
    worker.once("exit", (code) => finish(() => reject(new Error(`the thread ended with status ${code} and said nothing`))));
  });
}
