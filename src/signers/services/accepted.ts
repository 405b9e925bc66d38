/** Verifies the response of a service: a wrong response is an error, not evidence. */
import { TouchmarkError, type Code } from "../../core/errors.ts";
import type { Result } from "../../verification/result.ts";

/** Returns the verified value. Throws the verification's code if it fails; `who` is the service. */
export function accepted<T>(proof: Result<T>, who: string): T {
  if ("value" in proof) return proof.value;
  throw wrongAnswer(proof.check.code, who, proof.check.detail);
}

export function wrongAnswer(code: Code, who: string, why: string): TouchmarkError {
  return new TouchmarkError(code, `the answer of ${who} cannot be used: ${why}`, {
    hint: "Check that the trusted root and the signing configuration belong together; if they do, tell whoever runs the service.",
  });
}
