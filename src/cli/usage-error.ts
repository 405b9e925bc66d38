/** Creates the error for an invalid command line. */
import { TouchmarkError } from "../core/errors.ts";

/** A USAGE error; `hint` says what to write instead. */
export function usageError(message: string, hint?: string): TouchmarkError {
  return new TouchmarkError("USAGE", message, hint === undefined ? {} : { hint });
}
