/** The Io of a real process. */
import { createInterface } from "node:readline/promises";
import { addAbortSignal, Writable } from "node:stream";
import { TouchmarkError } from "../core/errors.ts";
import { homeFolder } from "../setup/local-settings.ts";
import type { Io, Output } from "./io.ts";

export function processIo(): Io {
  const interruption = new AbortController();
  for (const name of ["SIGINT", "SIGTERM"] as const) {
    process.once(name, () => interruption.abort(new TouchmarkError("INTERRUPTED", "interrupted")));
  }
  return {
    stdin: (signal) => addAbortSignal(signal, process.stdin),
    stdout: outputTo("stdout"),
    stderr: outputTo("stderr"),
    get askSecret() {
      return process.stdin.isTTY ? askSecret : undefined;
    },
    get ask() {
      return process.stdin.isTTY ? ask : undefined;
    },
    env: process.env,
    home: homeFolder(),
    uid: process.getuid?.(),
    now: Date.now,
    onReload: (listener) => {
      process.on("SIGHUP", listener);
      return () => process.off("SIGHUP", listener);
    },
    signal: interruption.signal,
  };
}

/** Opens the stream on first use, which saves some milliseconds of start-up. */
function outputTo(name: "stdout" | "stderr"): Output {
  let opened: NodeJS.WriteStream | undefined;
  const stream = (): NodeJS.WriteStream => (opened ??= process[name].on("error", ignoreClosedPipe));
  return {
    get isTerminal() {
      return stream().isTTY;
    },
    write: (text) => void stream().write(text),
  };
}

/** Ignores EPIPE: a reader that closes the pipe early (head, grep -q) needs no more output. */
function ignoreClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== "EPIPE") throw error;
}

/** Reads a line from the terminal without echo. */
async function askSecret(prompt: string): Promise<string> {
  try {
    return await readLine(prompt, new Writable({ write: (_chunk, _encoding, done) => done() }));
  } finally {
    process.stderr.write("\n");
  }
}

function ask(prompt: string): Promise<string> {
  return readLine(prompt, process.stderr);
}

async function readLine(prompt: string, echo: NodeJS.WritableStream): Promise<string> {
  const lines = createInterface({ input: process.stdin, output: echo, terminal: true });
  process.stderr.write(prompt);
  const interrupted = new Promise<never>((_resolve, reject) => {
    lines.once("SIGINT", () => reject(new TouchmarkError("INTERRUPTED", "interrupted")));
    lines.once("close", () => reject(new TouchmarkError("INTERRUPTED", "the input ended before a line was typed")));
  });
  try {
    return await Promise.race([lines.question(""), interrupted]);
  } finally {
    lines.close();
  }
}
