/** `--bundle FILE`, or `--signature FILE`: a signature in a file of its own. */
import { readDetachedSignature, type DetachedSignature } from "../engine/detached-signature.ts";
import { fileFormats } from "../formats/all.ts";
import { readSource } from "../files/read-source.ts";
import { usageError, type Arguments } from "./arguments.ts";
import type { Flag } from "./grammar.ts";
import type { Io } from "./io.ts";

export const bundleFlag = (summary: string): Flag => ({ name: "bundle", value: "FILE", summary: `${summary} (sigstore bundle)` });

/** The same under the name that notation has for it. */
export const signatureFlag = (summary: string): Flag => ({ name: "signature", value: "FILE", summary: `${summary} (Notary Project)` });

const maxBytes = Math.max(...fileFormats.map(({ files }) => files.maxBytes));

/** Its path, by either flag. Throws USAGE for both, and for `-`: what is piped in or out is another file. */
export function bundleOf(args: Arguments): string | undefined {
  const [flag, ...more] = ["bundle", "signature"].filter((name) => args.has(name));
  if (flag === undefined) return undefined;
  if (more.length > 0)
    throw usageError("--bundle and --signature both name the signature's file", "Give one of them; either takes any kind.");
  const path = args.value(flag);
  if (path === "-" || path === "") throw usageError(`--${flag} names a file; found ${JSON.stringify(path)}`);
  return path;
}

/** What is in it. Throws FILE_NOT_FOUND, or LIMIT_EXCEEDED for more than a signature may have. */
export async function readBundle(path: string, { env }: Io, signal: AbortSignal): Promise<DetachedSignature> {
  return readDetachedSignature({ path, bytes: await readSource(path, { maxBytes, env, signal }) }, fileFormats);
}
