/**
 * The memory for bodies that are read whole, of all requests together. Where it does not suffice, the body that has been arriving for longest
 * gives way: clients that mean it send a manifest at once, and those who hold back the last byte would keep all others out.
 */
import type { ApiRequest } from "../../http/request.ts";
import { RegistryError } from "../registry-error.ts";
import type { RegistryServerLimits } from "../limits.ts";

interface Arriving {
  chunks: Uint8Array[];
  bytes: number;
  readonly refuse: (error: RegistryError) => void;
}

export class BodyMemory {
  readonly #limits: Pick<RegistryServerLimits, "bodyMemory" | "bodyTime">;
  /** Bytes of all bodies, those arriving and those in use. */
  #held = 0;
  /** In the order of their beginnings. */
  readonly #arriving = new Set<Arriving>();

  constructor(limits: Pick<RegistryServerLimits, "bodyMemory" | "bodyTime">) {
    this.#limits = limits;
  }

  /** Reads the body and passes it on; its memory is free once `use` has settled. Throws TOOMANYREQUESTS if there is none, or if it takes too long to arrive. */
  async read<T>(request: ApiRequest, use: (bytes: Uint8Array) => Promise<T>): Promise<T> {
    const refusal = Promise.withResolvers<never>();
    refusal.promise.catch(() => undefined); // a body may have arrived, or failed, first
    const mine: Arriving = { chunks: [], bytes: 0, refuse: refusal.reject };
    const { bodyTime } = this.#limits;
    const timer = setTimeout(() => mine.refuse(busy(`the manifest has not arrived within ${bodyTime / 1000} seconds`, 408)), bodyTime);
    this.#arriving.add(mine);
    try {
      const bytes = await Promise.race([this.#gather(request.body, mine), refusal.promise]);
      clearTimeout(timer);
      this.#arriving.delete(mine);
      return await use(bytes);
    } finally {
      clearTimeout(timer);
      this.#end(mine);
    }
  }

  async #gather(body: AsyncIterable<Uint8Array>, mine: Arriving): Promise<Uint8Array> {
    for await (const chunk of body) {
      if (!this.#arriving.has(mine)) break; // it has given way, or its time is over
      this.#makeRoom(chunk.length, mine);
      mine.chunks.push(chunk);
      mine.bytes += chunk.length;
      this.#held += chunk.length;
    }
    const bytes = Buffer.concat(mine.chunks);
    mine.chunks = [];
    return bytes;
  }

  #makeRoom(bytes: number, mine: Arriving): void {
    for (const other of this.#arriving) {
      if (this.#held + bytes <= this.#limits.bodyMemory) return;
      if (other === mine || other.bytes === 0) continue;
      this.#end(other);
      other.refuse(busy("the manifest gave way to those that arrive faster"));
    }
    if (this.#held + bytes > this.#limits.bodyMemory) throw busy("too many manifests are being pushed");
  }

  #end(one: Arriving): void {
    this.#arriving.delete(one);
    this.#held -= one.bytes;
    one.bytes = 0;
    one.chunks = [];
  }
}

function busy(message: string, status = 429): RegistryError {
  return new RegistryError("TOOMANYREQUESTS", message, { status, headers: { "Retry-After": "1" } });
}
