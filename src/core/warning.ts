/** Something that a person should know, and that stops nothing. */
import type { Remedy } from "./errors.ts";

export interface Warning {
  /** A sentence, without a full stop. */
  readonly message: string;
  /** What to do about it: a sentence. */
  readonly hint?: string;
  /** The same, for a front end that has words of its own for it. */
  readonly remedy?: Remedy;
}
