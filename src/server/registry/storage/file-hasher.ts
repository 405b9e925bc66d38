/**
 * SHA-256 of large files while they grow, by a thread of its own that reads what was written: the thread that
 * serves requests has enough to do with their bodies. It starts when first needed.
 */
import type { Hash } from "node:crypto";
import { Worker } from "node:worker_threads";

interface Order {
  readonly verb: "follow" | "digest" | "forget";
  readonly path: string;
  /** Bytes of the file that are there and stay as they are. */
  readonly size: number;
}

interface Answer {
  readonly path: string;
  /** The digest, or why there is none. */
  readonly hex?: string;
  readonly failure?: string;
}

export class FileHasher {
  #worker: Worker | undefined;
  readonly #asked = new Map<string, PromiseWithResolvers<string>>();

  /** Says that so many bytes of the file can be hashed: a head start for `digest`, which reads what is missing. */
  follow(path: string, size: number): void {
    this.#thread().postMessage({ verb: "follow", path, size } satisfies Order);
  }

  /** SHA-256 of the file's first `size` bytes, as hexadecimal digits; rejects if they cannot be read or the thread ends. Once at a time for a file. */
  digest(path: string, size: number): Promise<string> {
    const answer = Promise.withResolvers<string>();
    this.#asked.set(path, answer);
    const thread = this.#thread();
    thread.ref(); // the process stays for the answer, and for nothing else
    thread.postMessage({ verb: "digest", path, size } satisfies Order);
    return answer.promise;
  }

  /** Ends what `follow` began. */
  forget(path: string): void {
    this.#worker?.postMessage({ verb: "forget", path, size: 0 } satisfies Order);
  }

  /** Ends the thread; what it was asked for is rejected. */
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
    worker.on("error", (error) => (cause = error)); // and then it exits
    worker.on("exit", () => {
      this.#worker = undefined; // the next one reads from the beginning
      for (const answer of this.#asked.values()) answer.reject(new Error("the thread that hashes has ended", { cause }));
      this.#asked.clear();
    });
    worker.unref();
    return worker;
  }
}

/** What the thread does. It is started from this text, the same in sources, library and command: nothing outside is at hand. */
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
      // What could not be followed is read again for the digest, and fails then.
      if (verb === "digest") parentPort.postMessage({ path, failure: String(error) } satisfies Answer);
    }
    if (verb !== "follow") begun.delete(path);
  });
}
