/** The image that an operand names: `registry.example/app:1.0`. */
import { TouchmarkError } from "../core/errors.ts";
import { parseReference, type Reference } from "../core/oci/reference.ts";

/** Throws INVALID_REFERENCE. */
export function parseImageOperand(text: string): Reference {
  const scheme = /^[a-z][a-z+-]{0,20}:\/\//i.exec(text)?.[0];
  if (scheme === undefined) return parseReference(text);
  throw new TouchmarkError("INVALID_REFERENCE", `an image is named by its registry's host and its name, and begins with no ${scheme}`, {
    hint: `Leave out ${scheme}.`,
  });
}
