/** One run of a program, from its start to its end. */
import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface Command {
  readonly program: string;
  readonly args: readonly string[];
  /** All of its environment. */
  readonly env: Readonly<Record<string, string>>;
}

export interface Measured {
  readonly seconds: number;
  /** The most memory that one process held, in bytes, as the kernel tells its parent (maximum resident set size). */
  readonly peakMemory: number;
}

/** Seconds it took. A run that does not succeed is no measurement, and an error. */
export async function run(command: Command): Promise<number> {
  const seconds = await runWithin(command, 600);
  if (seconds === undefined) throw new Error(`${command.program} did not end`);
  return seconds;
}

/** Undefined if it had not come to its end after so many seconds, and was ended. */
export async function runWithin({ program, args, env }: Command, patience: number): Promise<number | undefined> {
  const begun = performance.now();
  const child = spawn(program, args, { env, stdio: ["ignore", "ignore", "pipe"], timeout: patience * 1000 });
  const ended = Promise.withResolvers<number | null>();
  child.on("error", ended.reject).on("exit", ended.resolve);
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (said += text));
  const status = await ended.promise;
  const seconds = (performance.now() - begun) / 1000;
  if (seconds >= patience) return undefined;
  if (status !== 0) throw new Error(`${program} ${args.slice(0, 10).join(" ")} ended with status ${status}\n${said.slice(-2000)}`);
  return seconds;
}

/** The same under GNU time, which takes a millisecond of its own. */
export async function runMeasured({ program, args, env }: Command): Promise<Measured> {
  const folder = await mkdtemp(join(tmpdir(), "touchmark-bench-"));
  try {
    const file = join(folder, "kibibytes");
    const seconds = await run({ program: "/usr/bin/time", args: ["--format", "%M", "--output", file, program, ...args], env });
    return { seconds, peakMemory: Number(await readFile(file, "utf8")) * 1024 };
  } finally {
    await rm(folder, { recursive: true });
  }
}
