/** A condition that the user should know of, and that does not stop the operation. */
import type { Remedy } from "./errors.ts";

export interface Warning {
  /** A sentence, without a full stop. */
  readonly message: string;
  /** The recommended action: a sentence. */
  readonly hint?: string;
  /** The same action in machine-readable form, for a front end. */
  readonly remedy?: Remedy;
}
