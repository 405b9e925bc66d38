/** The error of a command line that is not as it must be. */
import { TouchmarkError } from "../core/errors.ts";

/** USAGE; `hint` says what to write instead. */
export function usageError(message: string, hint?: string): TouchmarkError {
  return new TouchmarkError("USAGE", message, hint === undefined ? {} : { hint });
}
