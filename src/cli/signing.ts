/** Opens the signer that the flags of `sign` and `sign-blob` name, and reads the signature options. */
import type { WriteOptions } from "../formats/writer.ts";
import { openSigner } from "../setup/signer.ts";
import type { OpenedSigner } from "../setup/signer-settings.ts";
import type { SigningArgs } from "./flags/signing.ts";
import type { Io } from "./io.ts";
import { printWarnings } from "./render/print-warnings.ts";
import { localSettings } from "./settings/local.ts";
import { signerSettings, type SigningContext } from "./settings/signer.ts";
import { signingTime } from "./signing-time.ts";

/** Prints warnings to stderr once they are known. Throws USAGE, and what `openSigner` does. */
export async function openSignerFor(args: SigningArgs, io: Io, context: SigningContext, signal: AbortSignal): Promise<OpenedSigner> {
  const { formats } = context;
  const opened = await openSigner(signerSettings(args, io, context), { ...localSettings(io), formats, signal });
  printWarnings(opened.warnings, io);
  return opened;
}

/** The signature options from the flags. Throws USAGE. */
export function signatureOptionsOf(args: Pick<SigningArgs, "expiry" | "envelope">, io: Io): Omit<WriteOptions, "at"> {
  const { expiry, envelope = "jws" } = args;
  return { envelope, ...(expiry !== undefined && { expiry: signingTime(io) + expiry.milliseconds }) };
}
