/** What words a command takes: its flags and operands. */
export interface Grammar {
  /** What follows the command's name: `[flags] REF…`. */
  readonly usage: string;
  readonly flags: readonly Flag[];
  /** How many words that are no flags. */
  readonly operands: { readonly min: number; readonly max: number };
}

export interface Flag {
  readonly name: string;
  readonly short?: string;
  /** Placeholder of its value; a flag without one is on or off. */
  readonly value?: string;
  readonly repeatable?: boolean;
  readonly summary: string;
}
