/** A key on a PKCS #11 token, with the module and the PIN of the environment variables. */
import { TouchmarkError } from "../core/errors.ts";
import type { UserFolders } from "../files/user-folders.ts";
import { openPkcs11Key, type Pkcs11Signer } from "../signers/pkcs11/pkcs11-signer.ts";
import type { Ask, TokenKeySettings } from "./signer-settings.ts";

/** Opens the key. Throws USAGE for an invalid URI. */
export function openToken({ uri, certificateChain, askPin }: TokenKeySettings, { env }: Pick<UserFolders, "env">): Pkcs11Signer {
  const pin = (token: string): Promise<string> => pinFor(token, env, askPin);
  return openPkcs11Key({ uri, modulePath: variable(env, "PKCS11_MODULE_PATH"), pin, env, certificateChain });
}

async function pinFor(token: string, env: UserFolders["env"], ask: Ask | undefined): Promise<string> {
  const given = variable(env, "PKCS11_PIN");
  if (given !== undefined) return given;
  if (ask) return ask(token);
  throw new TouchmarkError("WRONG_PASSWORD", `${token} needs a PIN, and there is no terminal to ask for it on`, {
    hint: "Set TOUCHMARK_PKCS11_PIN, or add pin-source=PATH to the URI.",
  });
}

/** Touchmark's variable comes before cosign's. */
function variable(env: UserFolders["env"], name: string): string | undefined {
  return env[`TOUCHMARK_${name}`] ?? env[`COSIGN_${name}`];
}
