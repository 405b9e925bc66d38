/** One run of a program of somebody else: what it is told on stdin, what it says within bounds, and nothing of it left behind. */
import { spawn, type ChildProcess } from "node:child_process";
import { concat } from "../core/bytes.ts";
import { TouchmarkError } from "../core/errors.ts";
import { interruption, throwIfAborted } from "../core/async/interruption.ts";
import { pluginLimits } from "./limits.ts";

export interface ProgramRun {
  /** What messages call it. */
  readonly name: string;
  readonly path: string;
  /** Its one argument. */
  readonly command: string;
  readonly input: Uint8Array;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Bytes of stdout; more ends it. */
  readonly maxOutput: number;
  /** Milliseconds; more ends it. */
  readonly maxTime: number;
  readonly signal: AbortSignal;
}

export interface ProgramEnd {
  /** Null where something killed it. */
  readonly status: number | null;
  readonly stdout: Uint8Array;
  /** The beginning. */
  readonly stderr: Uint8Array;
}

/** Runs it to its end. Throws PLUGIN_FAILED where it cannot be run, LIMIT_EXCEEDED, TIMEOUT, or what the signal was aborted with. */
export function runProgram({ name, path, command, input, env, maxOutput, maxTime, signal }: ProgramRun): Promise<ProgramEnd> {
  throwIfAborted(signal);
  const { promise, resolve, reject } = Promise.withResolvers<ProgramEnd>();
  // A group of its own, so that what it starts can be ended with it.
  const child = spawn(path, [command], { env, detached: true, windowsHide: true, stdio: ["pipe", "pipe", "pipe"] });
  const stop = (error: TouchmarkError) => {
    reject(error);
    killGroup(child);
    // Whatever got away may hold these open for good.
    for (const stream of child.stdio) stream?.destroy();
    child.unref();
  };
  const onAbort = () => stop(interruption(signal));
  signal.addEventListener("abort", onAbort);
  const timer = setTimeout(() => stop(new TouchmarkError("TIMEOUT", `${name} did not finish ${command} within ${maxTime} ms`)), maxTime);
  const stdout = gathered(child, "stdout", maxOutput, () =>
    stop(new TouchmarkError("LIMIT_EXCEEDED", `${name} answers ${command} with more than ${maxOutput} bytes`)),
  );
  const stderr = gathered(child, "stderr", pluginLimits.complaintBytes, () => undefined);
  child.on("error", (cause) => {
    stop(new TouchmarkError("PLUGIN_FAILED", `${name} cannot be run (${codeOf(cause)})`, { cause }));
  });
  child.on("exit", () => killGroup(child));
  child.on("close", (status) => resolve({ status, stdout: concat(stdout), stderr: concat(stderr) }));
  child.stdin.on("error", () => {}); // one that does not read its input is judged by its answer
  child.stdin.end(input);
  return promise.finally(() => {
    clearTimeout(timer);
    signal.removeEventListener("abort", onAbort);
  });
}

/** What comes from a stream, up to a bound; what comes after it is read and dropped. */
function gathered(child: ChildProcess, name: "stdout" | "stderr", max: number, onMore: () => void): readonly Uint8Array[] {
  const chunks: Uint8Array[] = [];
  let room = max;
  child[name]?.on("data", (chunk: Uint8Array) => {
    if (chunk.length <= room) chunks.push(chunk);
    else onMore();
    room = Math.max(0, room - chunk.length);
  });
  return chunks;
}

/** The program, and what it started and did not wait for. */
function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(process.platform === "win32" ? pid : -pid, "SIGKILL");
  } catch {
    // all of them have ended
  }
}

function codeOf(error: Error): string {
  return "code" in error ? String(error.code) : error.message;
}
