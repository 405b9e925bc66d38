/** A token from the user: the token, a file that holds it, or the variable SIGSTORE_ID_TOKEN. */
import { decodeUtf8 } from "../../../core/bytes.ts";
import { TouchmarkError } from "../../../core/errors.ts";
import { throwIfAborted } from "../../../core/async/interruption.ts";
import { readSource } from "../../../files/read-source.ts";
import type { Provider } from "./provider.ts";
import { keylessLimits } from "../limits.ts";

/** Reads it as cosign does: the token itself or, if it is not one, the path of a file that holds it; `name` is for messages. */
export function givenToken(value: string, name = "the identity token"): Provider {
  return {
    name,
    token: async ({ env, signal }) => {
      if (looksLikeToken(value)) return value;
      try {
        return decodeUtf8(await readSource(value, { maxBytes: keylessLimits.tokenFileBytes, env, signal }));
      } catch {
        throwIfAborted(signal);
        // The value is not in the message: it may be most of a token.
        throw new TouchmarkError("IDENTITY_TOKEN_MISSING", `the value of ${name} is neither a token nor a file that can be read`, {
          hint: "Give the token, the path of a file that holds it, or env://NAME.",
        });
      }
    },
  };
}

export const tokenVariable: Provider = {
  name: "SIGSTORE_ID_TOKEN",
  token: async ({ env }) => env["SIGSTORE_ID_TOKEN"] || undefined,
};

/** Whether it starts as every JSON object does in base64, or has at least three parts, as hardly any path does. */
function looksLikeToken(value: string): boolean {
  return value.startsWith("eyJ") || /^\s*[\w-]+\.[\w-]+\.[\w-]+\s*$/.test(value);
}
