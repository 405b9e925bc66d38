/** The handler for the contract of server adapters: the path selects its behaviour, and `/state` reports the outcome. */
import { setTimeout as sleep } from "node:timers/promises";
import { jsonResponse, type ApiHandler, type ApiResponse } from "../../src/server/http/response.ts";
import { readBody, type ApiRequest } from "../../src/server/http/request.ts";

/** The state of the handler so far. */
export interface ContractState {
  /** Chunks taken from endless streams. */
  readonly pulled: number;
  /** Endless streams that were closed. */
  readonly closed: number;
  /** Handlers that wait to be aborted, or were aborted. */
  readonly waiting: number;
  readonly aborted: number;
  /** Request bodies that broke off. */
  readonly broken: number;
  /** Responses to `/endless`, `/file` and `/stream/…` that are finished or broken off. */
  readonly finished: number;
}

/** Bytes of a chunk of the endless stream. */
export const endlessChunk: number = 64 * 1024;
/** The chunks of `/stream/…`. */
export const parts: readonly string[] = ["one ", "two ", "three"];

/** `file` is the path of the file that `/file?start=A&end=B` sends. */
export function contractHandler(file: string): ApiHandler {
  const state = { pulled: 0, closed: 0, waiting: 0, aborted: 0, broken: 0, finished: 0 };
  const finished = (): void => void state.finished++;

  async function* endless(): AsyncGenerator<Uint8Array> {
    try {
      for (;;) {
        state.pulled++;
        yield Buffer.alloc(endlessChunk);
      }
    } finally {
      state.closed++;
    }
  }

  const answers: Readonly<Record<string, (request: ApiRequest) => ApiResponse | Promise<ApiResponse>>> = {
    "/state": () => jsonResponse(200, state),
    "/bytes": () => ({ status: 200, headers: { "Content-Type": "text/plain" }, body: "hello" }),
    "/empty": () => ({ status: 204 }),
    "/throws": () => {
      throw new Error("secret");
    },
    "/file": ({ query }) => ({
      status: 206,
      body: { file, start: Number(query.get("start")), end: Number(query.get("end")) },
      finished,
    }),
    "/file/missing": () => ({ status: 200, body: { file: `${file}.missing`, start: 0, end: 1 } }),
    "/stream/unsized": () => ({ status: 200, body: { stream: inOneBuffer() }, finished }),
    "/stream/sized": () => ({ status: 200, body: { stream: inOneBuffer(), size: parts.join("").length }, finished }),
    "/stream/short": () => ({ status: 200, body: { stream: inOneBuffer(), size: 100 }, finished }),
    "/stream/long": () => ({ status: 200, body: { stream: inOneBuffer(), size: 5 }, finished }),
    "/stream/fails": () => ({ status: 200, body: { stream: failing() }, finished }),
    "/endless": () => ({ status: 200, body: { stream: endless() }, finished }),
    "/waits": async ({ signal }) => {
      state.waiting++;
      await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
      state.aborted++;
      throw signal.reason;
    },
    "/takes": async ({ query }) => {
      state.waiting++;
      await sleep(Number(query.get("ms")));
      return { status: 200, body: "done" };
    },
    "/echo": async (request) => {
      try {
        return { status: 200, body: await readBody(request) };
      } catch (error) {
        state.broken++;
        throw error;
      }
    },
  };
  return async (request) => (answers[request.path] ?? (() => ({ status: 404 })))(request);
}

/** Yields chunks in the same buffer, which is overwritten when the next chunk is requested. */
async function* inOneBuffer(): AsyncGenerator<Uint8Array> {
  const buffer = Buffer.alloc(16);
  for (const part of parts) yield buffer.fill(0).subarray(0, buffer.write(part));
}

async function* failing(): AsyncGenerator<Uint8Array> {
  yield Buffer.from(parts[0] ?? "");
  throw new Error("the stream broke");
}
