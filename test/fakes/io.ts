/** An Io without a process, which keeps its output. */
import type { Io } from "../../src/cli/io.ts";
import { streamOf } from "../../src/core/bytes.ts";
import { testClock } from "./clock.ts";

export interface TestIo {
  readonly io: Io;
  readonly stdout: () => string;
  readonly stderr: () => string;
}

export function testIo(changes: Partial<Io>): TestIo {
  const out: string[] = [];
  const err: string[] = [];
  const io: Io = {
    stdin: () => streamOf(new Uint8Array()),
    stdout: { isTerminal: false, write: (text) => void out.push(text) },
    stderr: { isTerminal: false, write: (text) => void err.push(text) },
    askSecret: undefined,
    ask: undefined,
    env: {},
    home: "/dev/null/home", // no folder can be created below a file
    uid: undefined,
    now: testClock,
    onReload: () => () => undefined,
    signal: new AbortController().signal,
    ...changes,
  };
  return { io, stdout: () => out.join(""), stderr: () => err.join("") };
}
