/** A command as data: what it takes, what it says of itself, and the function it is. */
import type { Arguments } from "./arguments.ts";
import type { Grammar } from "./grammar.ts";
import type { Io } from "./io.ts";

export interface Command extends Grammar {
  readonly summary: string;
  /** Paragraphs for --help, where the summary is not enough. */
  readonly details?: string;
  readonly examples: readonly Example[];
  /** Returns the exit status. */
  readonly run: (args: Arguments, io: Io) => Promise<number>;
}

export interface Example {
  readonly command: string;
  readonly explains: string;
}
