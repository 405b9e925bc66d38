/** What a command sees of the process it runs in. stdout is data, stderr is prose and progress. */
import type { Instant } from "../core/instant.ts";

export interface Io {
  /** What is piped in, from where it was left, until the signal is aborted. */
  readonly stdin: (signal: AbortSignal) => AsyncIterable<Uint8Array>;
  readonly stdout: Output;
  readonly stderr: Output;
  /** Asks on the terminal without showing what is typed; undefined where there is no terminal. */
  readonly askSecret: ((prompt: string) => Promise<string>) | undefined;
  /** Asks on the terminal; undefined where there is no terminal. */
  readonly ask: ((prompt: string) => Promise<string>) | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The user's home folder. */
  readonly home: string;
  readonly now: () => Instant;
  /** Aborted when the user interrupts; its reason is a TouchmarkError. */
  readonly signal: AbortSignal;
}

export interface Output {
  readonly isTerminal: boolean;
  write(text: string): void;
}
