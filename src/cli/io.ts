/** The process as a command sees it. stdout is for data, stderr for messages and progress. */
import type { Instant } from "../core/instant.ts";

export interface Io {
  /** Reads stdin from the current position, until the signal is aborted. */
  readonly stdin: (signal: AbortSignal) => AsyncIterable<Uint8Array>;
  readonly stdout: Output;
  readonly stderr: Output;
  /** Asks on the terminal without echo; undefined without a terminal. */
  readonly askSecret: ((prompt: string) => Promise<string>) | undefined;
  /** Asks on the terminal; undefined without a terminal. */
  readonly ask: ((prompt: string) => Promise<string>) | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The user's home folder. */
  readonly home: string;
  /** The user's number, on systems that have one. */
  readonly uid: number | undefined;
  readonly now: () => Instant;
  /** Calls the listener at each request to reload the configuration (SIGHUP); returns a function that ends that. */
  readonly onReload: (listener: () => void) => () => void;
  /** Aborted when the user interrupts, with a TouchmarkError as the reason. */
  readonly signal: AbortSignal;
}

export interface Output {
  readonly isTerminal: boolean;
  write(text: string): void;
}
