/** The built command as a process of its own, as a person runs it. */
import { spawn, type ChildProcessByStdio } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { Readable } from "node:stream";

/** Milliseconds after which a process that hangs is ended, so that its test fails. */
const timeout = 120_000;
const bin = join(import.meta.dirname, "../../bin/touchmark.js");

export interface Surroundings {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

export type Running = ChildProcessByStdio<null, Readable, Readable>;

/** Starts `touchmark …`; `command` may begin with that word. */
export function start(command: string, { cwd, env }: Surroundings): Running {
  const words = command.split(" ");
  if (words[0] === "touchmark") words.shift();
  return spawn(process.execPath, [bin, ...words], { cwd, env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "pipe"], timeout });
}

export interface Ended {
  readonly status: number | null;
  readonly output: string;
}

/** Waits until it has ended. */
export async function ended(running: Running): Promise<Ended> {
  const parts: string[] = [];
  for (const stream of [running.stdout, running.stderr]) stream.setEncoding("utf8").on("data", (text: string) => parts.push(text));
  const [status] = await once(running, "close");
  return { status, output: parts.join("") };
}

/** Waits until it has printed this, and returns all it printed so far. */
export async function printed(running: Running, text: RegExp): Promise<string> {
  let output = "";
  for await (const chunk of running.stdout.setEncoding("utf8").iterator({ destroyOnReturn: false })) {
    output += String(chunk);
    if (text.test(output)) return output;
  }
  throw new Error(`it ended before it printed ${text}: ${output}`);
}
