/** Writes bytes to the connection. All functions reject as soon as the signal reports a closed connection. */
import type { ServerResponse } from "node:http";
import { throwIfAborted } from "../../../core/async/interruption.ts";

/** Resolves when the connection has taken the bytes, so that their buffer may be reused. */
export async function writeBytes(response: ServerResponse, bytes: Uint8Array, signal: AbortSignal): Promise<void> {
  return untilAborted(signal, (resolve, reject) => {
    response.write(bytes, (error) => (error ? reject(error) : resolve()));
  });
}

/** Resolves when the whole response is sent. */
export async function endResponse(response: ServerResponse, signal: AbortSignal, bytes?: Uint8Array | string): Promise<void> {
  return untilAborted(signal, (resolve) => {
    response.end(bytes, () => resolve());
  });
}

/** Returns the next element; stops waiting once the signal is aborted. */
export async function nextOf<T>(iterator: AsyncIterator<T>, signal: AbortSignal): Promise<IteratorResult<T>> {
  return untilAborted(signal, (resolve, reject) => void iterator.next().then(resolve, reject));
}

function untilAborted<T>(signal: AbortSignal, start: (resolve: (value: T) => void, reject: (reason: unknown) => void) => void): Promise<T> {
  throwIfAborted(signal);
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason);
    const done =
      <V>(settle: (value: V) => void) =>
      (value: V): void => {
        signal.removeEventListener("abort", abort);
        settle(value);
      };
    signal.addEventListener("abort", abort, { once: true });
    start(done(resolve), done(reject));
  });
}
