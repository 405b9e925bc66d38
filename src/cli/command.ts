/** A command as data: what it takes, what it says of itself, and the function it is. */
import type { Arguments } from "./arguments.ts";
import type { Io } from "./io.ts";

export interface Command {
  /** What follows the name: `[flags] REF…`. */
  readonly usage: string;
  readonly summary: string;
  /** Paragraphs for --help, where the summary is not enough. */
  readonly details?: string;
  readonly flags: readonly Flag[];
  readonly operands: { readonly min: number; readonly max: number };
  readonly examples: readonly Example[];
  /** Returns the exit status. */
  readonly run: (args: Arguments, io: Io) => Promise<number>;
}

export interface Flag {
  readonly name: string;
  readonly short?: string;
  /** Placeholder of its value; a flag without one is on or off. */
  readonly value?: string;
  readonly repeatable?: boolean;
  readonly summary: string;
}

export interface Example {
  readonly command: string;
  readonly explains: string;
}
