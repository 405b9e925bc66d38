/** Passwords of private keys: from the environment, else typed. An empty variable is an empty password. */
import { TouchmarkError } from "../core/errors.ts";
import type { Io } from "./io.ts";

const variables = ["TOUCHMARK_PASSWORD", "COSIGN_PASSWORD"] as const;

/** The password that opens the key `name`. */
export async function passwordFor(name: string, io: Io): Promise<string> {
  const given = fromEnvironment(io);
  if (given !== undefined) return given;
  return terminal(io)(`Password of ${name}: `);
}

/** A password for a new key, typed twice. */
export async function newPassword(io: Io): Promise<string> {
  const given = fromEnvironment(io);
  if (given !== undefined) return given;
  const ask = terminal(io);
  const password = await ask("Password for the new private key (empty for none): ");
  const again = await ask("The same again: ");
  if (again !== password)
    throw new TouchmarkError("WRONG_PASSWORD", "the two passwords differ; no key was written", { hint: "Run the command again." });
  return password;
}

function fromEnvironment({ env }: Io): string | undefined {
  const name = variables.find((variable) => env[variable] !== undefined);
  return name === undefined ? undefined : env[name];
}

function terminal({ askSecret }: Io): (prompt: string) => Promise<string> {
  if (askSecret) return askSecret;
  throw new TouchmarkError("WRONG_PASSWORD", "the private key needs a password, and there is no terminal to ask for it on");
}
