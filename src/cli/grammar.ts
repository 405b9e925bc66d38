/** The flags and operands of a command. */
import type { Flags } from "./flags/flag.ts";

export interface Grammar {
  /** The text after the command's name: `[flags] REF…`. */
  readonly usage: string;
  readonly flags: Flags;
  readonly operands: Operands;
}

/** The operands: words that are not flags. */
export interface Operands {
  readonly min: number;
  readonly max: number;
  /** The placeholder for completion: as a flag's value, or COMMAND. */
  readonly value?: string;
  /** The placeholder of the first operand, if it differs. */
  readonly first?: string;
}
