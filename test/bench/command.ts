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
  /** Seconds after which it is ended, which is an error. */
  readonly patience?: number;
}

/** Seconds it took; a run that does not succeed is no measurement, and an error. */
export async function run({ program, args, env, patience = 120 }: Command): Promise<number> {
  const begun = performance.now();
  const child = spawn(program, args, { env, stdio: ["ignore", "ignore", "pipe"], timeout: patience * 1000 });
  const ended = Promise.withResolvers<number | string | null>();
  child.on("error", ended.reject).on("exit", (status, signal) => ended.resolve(status ?? signal));
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (said += text));
  const status = await ended.promise;
  const seconds = (performance.now() - begun) / 1000;
  if (status !== 0) throw new Error(`${program} ${args.slice(0, 10).join(" ")} ended with ${status}\n${said.slice(0, 2000)}`);
  return seconds;
}

/** The most memory one run of it held, in bytes, as the kernel tells its parent (maximum resident set size). */
export async function peakMemory({ program, args, env }: Command): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), "touchmark-bench-"));
  try {
    const file = join(folder, "kibibytes");
    await run({ program: "/usr/bin/time", args: ["--format", "%M", "--output", file, program, ...args], env });
    return Number(await readFile(file, "utf8")) * 1024;
  } finally {
    await rm(folder, { recursive: true });
  }
}
