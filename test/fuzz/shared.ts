/** The input that a thread reads, in memory that another thread sees. */
import { maxInputBytes } from "./fault.ts";

export interface Shared {
  /** Executions begun or ended, and bytes of the input: 0 while none is read. */
  readonly state: Int32Array;
  readonly input: Uint8Array;
}

export function makeShared(): Shared {
  return { state: new Int32Array(new SharedArrayBuffer(8)), input: new Uint8Array(new SharedArrayBuffer(maxInputBytes)) };
}

export function shareInput({ state, input }: Shared, bytes: Uint8Array): void {
  input.set(bytes.subarray(0, maxInputBytes));
  Atomics.store(state, 1, bytes.length + 1);
  Atomics.add(state, 0, 1);
}

export function nextExecution({ state }: Shared): void {
  Atomics.store(state, 1, 0);
  Atomics.add(state, 0, 1);
}

/** How far the thread is, and what it reads now. */
export function lookAt({ state, input }: Shared): { readonly step: number; readonly input: Uint8Array | undefined } {
  const [step, length] = [Atomics.load(state, 0), Atomics.load(state, 1)];
  return { step, input: length === 0 ? undefined : Uint8Array.from(input.subarray(0, length - 1)) };
}
