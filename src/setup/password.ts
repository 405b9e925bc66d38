/** Passwords of private keys: from the environment, else from a prompt. An empty variable is an empty password. */
import { TouchmarkError } from "../core/errors.ts";
import type { UserFolders } from "../files/user-folders.ts";
import type { Ask } from "./signer-settings.ts";

const variables = ["TOUCHMARK_PASSWORD", "COSIGN_PASSWORD"] as const;

/** Returns the password of the key `name`. Throws WRONG_PASSWORD if none is set and there is no prompt. */
export async function passwordFor(name: string, env: UserFolders["env"], ask: Ask | undefined): Promise<string> {
  const given = passwordIn(env);
  if (given !== undefined) return given;
  if (ask) return ask(name);
  throw new TouchmarkError("WRONG_PASSWORD", `${name} needs a password, and there is no terminal to ask for it on`);
}

/** Returns the password that the environment sets. */
export function passwordIn(env: UserFolders["env"]): string | undefined {
  const name = variables.find((variable) => env[variable] !== undefined);
  return name === undefined ? undefined : env[name];
}
