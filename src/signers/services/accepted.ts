/** Verifies the response of a service: a wrong response is an error, not evidence. */
import { TouchmarkError, type Code } from "../../core/errors.ts";
import type { Result } from "../../verification/result.ts";

/** Returns the verified value. Throws the verification's code if it fails; `who` is the service. */
export function accepted<T>(result: Result<T>, who: string): T {
  if ("value" in result) return result.value;
  throw wrongAnswer(result.check.code, who, result.check.detail);
}

export function wrongAnswer(code: Code, who: string, why: string): TouchmarkError {
  return new TouchmarkError(code, `the answer of ${who} cannot be used: ${why}`, {
    hint: "Check that the trusted root and the signing configuration belong together; if they do, tell the operator of the service.",
  });
}
