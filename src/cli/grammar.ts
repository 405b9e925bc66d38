/** What words a command takes: its flags and operands. */
export interface Grammar {
  /** What follows the command's name: `[flags] REF…`. */
  readonly usage: string;
  readonly flags: readonly Flag[];
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

export interface Flag {
  readonly name: string;
  readonly short?: string;
  /** Placeholder of its value; a flag without one is on or off. `a|b` is a choice, FILE, KEY, PREFIX and DIR are paths. */
  readonly value?: string;
  /** What the value is one of, where that is too much for a placeholder. */
  readonly choices?: readonly string[];
  readonly repeatable?: boolean;
  readonly summary: string;
}
