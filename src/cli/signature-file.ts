/** The file that `--bundle` or `--signature` names, and the signature in it. */
import { readDetachedSignature, type DetachedSignature } from "../engine/detached-signature.ts";
import { fileFormats } from "../formats/all.ts";
import { readSource } from "../files/read-source.ts";
import { spell } from "./flags/flag.ts";
import type { SignatureFileArgs } from "./flags/signature-file.ts";
import type { Io } from "./io.ts";
import { usageError } from "./usage-error.ts";

const maxBytes = Math.max(...fileFormats.map(({ files }) => files.maxBytes));

/** Its path, by either flag. Throws USAGE for both, and for `-`: what is piped in or out is another file. */
export function signaturePath(args: SignatureFileArgs): string | undefined {
  if (args.bundle !== undefined && args.signature !== undefined)
    throw usageError("--bundle and --signature both name the signature's file", "Give one of them; either takes any kind.");
  const path = args.bundle ?? args.signature;
  if (path !== "-" && path !== "") return path;
  throw usageError(`${spell(args.bundle === undefined ? "signature" : "bundle")} names a file; found ${JSON.stringify(path)}`);
}

/** What is in it. Throws FILE_NOT_FOUND, or LIMIT_EXCEEDED for more than a signature may have. */
export async function readSignatureFile(path: string, { env }: Pick<Io, "env">, signal: AbortSignal): Promise<DetachedSignature> {
  return readDetachedSignature({ path, bytes: await readSource(path, { maxBytes, env, signal }) }, fileFormats);
}
