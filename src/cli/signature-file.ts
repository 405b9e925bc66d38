/** Reads the detached signature that `--bundle` or `--signature` names. */
import { toLatin1 } from "../core/bytes.ts";
import type { Warning } from "../core/warning.ts";
import { readDetachedSignature, type DetachedSignature } from "../engine/detached-signature.ts";
import { fileFormats } from "../formats/all.ts";
import { readSource } from "../files/read-source.ts";
import { spell } from "./flags/flag.ts";
import type { SignatureFileArgs } from "./flags/signature-file.ts";
import type { Io } from "./io.ts";
import { warningLines } from "./render/text.ts";
import { usageError } from "./usage-error.ts";

const maxBytes = Math.max(...fileFormats.map(({ files }) => files.maxBytes));

/** The path from either flag. Throws USAGE for both, and for `-`, since stdin and stdout are for another file. */
export function signaturePath(args: SignatureFileArgs): string | undefined {
  if (args.bundle !== undefined && args.signature !== undefined)
    throw usageError("--bundle and --signature both name the signature's file", "Give one of them; either takes any kind.");
  const path = args.bundle ?? args.signature;
  if (path !== "-" && path !== "") return path;
  throw usageError(`${spell(args.bundle === undefined ? "signature" : "bundle")} names a file; found ${JSON.stringify(path)}`);
}

/** Reads the file, with a warning for a bare signature. Throws FILE_NOT_FOUND, or LIMIT_EXCEEDED for a file larger than any signature. */
export async function readSignatureFile(
  path: string,
  { env, stderr }: Pick<Io, "env" | "stderr">,
  signal: AbortSignal,
): Promise<DetachedSignature> {
  const bytes = await readSource(path, { maxBytes, env, signal });
  if (isBareSignature(bytes)) stderr.write(warningLines([bareSignature(path)]));
  return readDetachedSignature({ path, bytes }, fileFormats, signal);
}

function bareSignature(path: string): Warning {
  return {
    message: `${path} holds a signature in base64 and nothing else, as cosign 2 wrote them: no format can be told from it`,
    hint: "Have the file signed into a bundle: touchmark sign-blob --bundle FILE, or cosign sign-blob --bundle FILE.",
  };
}

/** Whether the text is a base64 signature of 64 (Ed25519) to 512 (RSA) bytes. */
function isBareSignature(bytes: Uint8Array): boolean {
  return bytes.length >= 84 && bytes.length <= 720 && /^[A-Za-z0-9+/\r\n]+={0,2}\s*$/.test(toLatin1(bytes));
}
