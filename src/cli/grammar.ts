/** What words a command takes: its flags and operands. */
import type { Flags } from "./flags/flag.ts";

export interface Grammar {
  /** What follows the command's name: `[flags] REF…`. */
  readonly usage: string;
  readonly flags: Flags;
  readonly operands: Operands;
}

/** Words that are no flags. */
export interface Operands {
  readonly min: number;
  readonly max: number;
  /** Placeholder of each, where a shell can complete it: as a flag's value, or COMMAND. */
  readonly value?: string;
  /** Placeholder of the first, where that is another. */
  readonly first?: string;
}
