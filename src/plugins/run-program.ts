/** Runs an external program once: input on stdin, bounded output, and no process left behind. */
import { spawn, type ChildProcess } from "node:child_process";
import { concat } from "../core/bytes.ts";
import { TouchmarkError } from "../core/errors.ts";
import { interruption, throwIfAborted } from "../core/async/interruption.ts";
import { pluginLimits } from "./limits.ts";

export interface ProgramRun {
  /** Its name in messages. */
  readonly name: string;
  readonly path: string;
  /** Its only argument. */
  readonly command: string;
  readonly input: Uint8Array;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Maximum bytes of stdout; more kills it. */
  readonly maxOutput: number;
  /** Timeout in milliseconds. */
  readonly maxTime: number;
  readonly signal: AbortSignal;
}

export interface ProgramEnd {
  /** The exit status; null if a signal killed it. */
  readonly status: number | null;
  readonly stdout: Uint8Array;
  /** The beginning of stderr. */
  readonly stderr: Uint8Array;
}

/** Runs the program to its end. Throws PLUGIN_FAILED where it cannot be run, LIMIT_EXCEEDED, TIMEOUT, or the signal's abort reason. */
export function runProgram({ name, path, command, input, env, maxOutput, maxTime, signal }: ProgramRun): Promise<ProgramEnd> {
  throwIfAborted(signal);
  const { promise, resolve, reject } = Promise.withResolvers<ProgramEnd>();
  // A process group of its own, so that its child processes can be killed with it.
  const child = spawn(path, [command], { env, detached: true, windowsHide: true, stdio: ["pipe", "pipe", "pipe"] });
  const stop = (error: TouchmarkError) => {
    reject(error);
    killGroup(child);
    // A process that left the group may hold these open forever.
    for (const stream of child.stdio) stream?.destroy();
    child.unref();
  };
  const onAbort = () => stop(interruption(signal));
  signal.addEventListener("abort", onAbort);
  const timer = setTimeout(() => stop(new TouchmarkError("TIMEOUT", `${name} did not finish ${command} within ${maxTime} ms`)), maxTime);
  const stdout = gathered(child, "stdout", maxOutput, () =>
    stop(new TouchmarkError("LIMIT_EXCEEDED", `${name} answers ${command} with more than ${maxOutput} bytes`)),
  );
  const stderr = gathered(child, "stderr", pluginLimits.stderrBytes, () => undefined);
  child.on("error", (cause) => {
    stop(new TouchmarkError("PLUGIN_FAILED", `${name} cannot be run (${codeOf(cause)})`, { cause }));
  });
  const finish = (status: number | null) => resolve({ status, stdout: concat(stdout), stderr: concat(stderr) });
  let draining: NodeJS.Timeout | undefined;
  child.on("exit", (status) => {
    killGroup(child);
    // A process that left the group may hold the streams open. What the program wrote before its end is read first: timers run before reads.
    draining = setTimeout(() => setImmediate(leave, status), pluginLimits.drainTime);
  });
  const leave = (status: number | null) => {
    finish(status);
    for (const stream of child.stdio) stream?.destroy();
  };
  child.on("close", finish);
  child.stdin.on("error", () => {}); // a program that does not read its input is judged by its output
  child.stdin.end(input);
  return promise.finally(() => {
    clearTimeout(timer);
    clearTimeout(draining);
    signal.removeEventListener("abort", onAbort);
  });
}

/** Collects a stream up to a bound; the rest is read and dropped. */
function gathered(child: ChildProcess, name: "stdout" | "stderr", max: number, onMore: () => void): readonly Uint8Array[] {
  const chunks: Uint8Array[] = [];
  let remaining = max;
  child[name]?.on("data", (chunk: Uint8Array) => {
    if (chunk.length <= remaining) chunks.push(chunk);
    else onMore();
    remaining = Math.max(0, remaining - chunk.length);
  });
  return chunks;
}

/** Kills the program and the child processes that it left. */
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
