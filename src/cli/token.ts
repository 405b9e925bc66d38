/** A key on a PKCS #11 token, as the flags and variables name it. */
import { TouchmarkError } from "../core/errors.ts";
import type { Signer } from "../core/signer.ts";
import { openPkcs11Key } from "../signers/pkcs11/pkcs11-signer.ts";
import type { SigningArgs } from "./flags/signing.ts";
import type { Io } from "./io.ts";

/** Throws USAGE for a URI that is none. */
export function openToken(uri: string, args: Pick<SigningArgs, "certificateChain">, io: Io): Signer {
  return openPkcs11Key({
    uri,
    modulePath: variable(io, "PKCS11_MODULE_PATH"),
    pin: (token) => pinFor(token, io),
    env: io.env,
    certificateChain: args.certificateChain,
  });
}

async function pinFor(token: string, io: Io): Promise<string> {
  const given = variable(io, "PKCS11_PIN");
  if (given !== undefined) return given;
  if (io.askSecret) return io.askSecret(`PIN of ${token}: `);
  throw new TouchmarkError("WRONG_PASSWORD", `${token} needs a PIN, and there is no terminal to ask for it on`, {
    hint: "Set TOUCHMARK_PKCS11_PIN, or add pin-source=PATH to the URI.",
  });
}

/** Ours before cosign's. */
function variable({ env }: Io, name: string): string | undefined {
  return env[`TOUCHMARK_${name}`] ?? env[`COSIGN_${name}`];
}
