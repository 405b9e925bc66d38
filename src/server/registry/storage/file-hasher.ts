/**
 * Computes SHA-256 of large files while they grow, in its own thread that reads the written bytes, so that the thread
 * that serves requests stays free for their bodies. It starts when first needed.
 */
import type { Hash } from "node:crypto";
import { Worker } from "node:worker_threads";

interface Order {
  readonly verb: "follow" | "digest" | "forget";
  readonly path: string;
  /** Bytes of the file that are written and final. */
  readonly size: number;
}

interface Answer {
  readonly path: string;
  /** The digest, or the error. */
  readonly hex?: string;
  readonly failure?: string;
}

export class FileHasher {
  #worker: Worker | undefined;
  readonly #asked = new Map<string, PromiseWithResolvers<string>>();

  /** States that so many bytes of the file can be hashed in advance; `digest` reads the missing ones. */
  follow(path: string, size: number): void {
    this.#thread().postMessage({ verb: "follow", path, size } satisfies Order);
  }

  /** Returns the SHA-256 of the file's first `size` bytes in hex; rejects if they cannot be read or the thread ends. Only one call at a time for a file. */
  digest(path: string, size: number): Promise<string> {
    const answer = Promise.withResolvers<string>();
    this.#asked.set(path, answer);
    const thread = this.#thread();
    thread.ref(); // only a pending request keeps the process alive
    thread.postMessage({ verb: "digest", path, size } satisfies Order);
    return answer.promise;
  }

  /** Drops the state of `follow`. */
  forget(path: string): void {
    this.#worker?.postMessage({ verb: "forget", path, size: 0 } satisfies Order);
  }

  /** Ends the thread; its pending requests are rejected. */
  async close(): Promise<void> {
    await this.#worker?.terminate();
  }

  #thread(): Worker {
    this.#worker ??= this.#start();
    return this.#worker;
  }

  #start(): Worker {
    let cause: unknown;
    const worker = new Worker(`(${hashFiles.toString()})()`, { eval: true, execArgv: [] });
    worker.on("message", ({ path, hex, failure }: Answer) => {
      const answer = this.#asked.get(path);
      this.#asked.delete(path);
      if (this.#asked.size === 0) worker.unref();
      if (hex === undefined) answer?.reject(new Error(failure));
      else answer?.resolve(hex);
    });
    worker.on("error", (error) => (cause = error)); // followed by its exit
    worker.on("exit", () => {
      this.#worker = undefined; // the next one reads from the beginning
      for (const answer of this.#asked.values()) answer.reject(new Error("the thread that hashes has ended", { cause }));
      this.#asked.clear();
    });
    worker.unref();
    return worker;
  }
}

/** The thread's code. It is started from this text, which works in sources, library and command: it uses nothing outside. */
function hashFiles(): void {
  const { createHash } = process.getBuiltinModule("node:crypto");
  const { closeSync, openSync, readSync } = process.getBuiltinModule("node:fs");
  const { parentPort } = process.getBuiltinModule("node:worker_threads");
  const begun = new Map<string, { readonly hash: Hash; size: number }>();
  const buffer = Buffer.allocUnsafeSlow(256 * 1024);

  function hashUpTo(path: string, size: number): Hash {
    const file = openSync(path, "r");
    try {
      const state = begun.get(path) ?? { hash: createHash("sha256"), size: 0 };
      begun.set(path, state);
      while (state.size < size) {
        const count = readSync(file, buffer, 0, Math.min(buffer.length, size - state.size), state.size);
        if (count === 0) throw new Error(`the file ends at byte ${state.size}, expected ${size}`);
        state.hash.update(buffer.subarray(0, count));
        state.size += count;
      }
      return state.hash;
    } finally {
      closeSync(file);
    }
  }

  parentPort?.on("message", ({ verb, path, size }: Order) => {
    try {
      if (verb === "follow") hashUpTo(path, size);
      if (verb === "digest") parentPort.postMessage({ path, hex: hashUpTo(path, size).digest("hex") } satisfies Answer);
    } catch (error) {
      // A file that could not be followed is read again for the digest, and fails then.
      if (verb === "digest") parentPort.postMessage({ path, failure: String(error) } satisfies Answer);
    }
    if (verb !== "follow") begun.delete(path);
  });
}
