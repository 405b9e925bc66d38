/** Reads passwords and PINs from the terminal. */
import { TouchmarkError } from "../core/errors.ts";
import { passwordIn } from "../setup/password.ts";
import type { Io } from "./io.ts";

type Terminal = Pick<Io, "askSecret">;

/** The password of the key `name`. Throws WRONG_PASSWORD without a terminal. */
export async function askPassword(name: string, io: Terminal): Promise<string> {
  return onTerminal(io)(`Password of ${name}: `);
}

/** The PIN of the token `name`. Throws WRONG_PASSWORD without a terminal. */
export async function askPin(name: string, { askSecret }: Terminal): Promise<string> {
  if (askSecret) return askSecret(`PIN of ${name}: `);
  throw new TouchmarkError("WRONG_PASSWORD", `${name} needs a PIN, and there is no terminal to ask for it on`, {
    hint: "Set TOUCHMARK_PKCS11_PIN, or add pin-source=PATH to the URI.",
  });
}

/** The password for a new private key: from the environment, else typed twice. Throws WRONG_PASSWORD if the two differ. */
export async function newPassword(io: Terminal & Pick<Io, "env">): Promise<string> {
  const given = passwordIn(io.env);
  if (given !== undefined) return given;
  const ask = onTerminal(io);
  const password = await ask("Password for the new private key (empty for none): ");
  const again = await ask("The same again: ");
  if (again !== password)
    throw new TouchmarkError("WRONG_PASSWORD", "the two passwords differ; no key was written", { hint: "Run the command again." });
  return password;
}

function onTerminal({ askSecret }: Terminal): (prompt: string) => Promise<string> {
  if (askSecret) return askSecret;
  throw new TouchmarkError("WRONG_PASSWORD", "the private key needs a password, and there is no terminal to ask for it on");
}
