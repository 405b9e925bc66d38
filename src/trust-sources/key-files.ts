/** Trust from public key files, each named by its path or as `env://VAR`. */
import { readSource, type SourceOptions } from "../files/read-source.ts";
import type { PublicKey } from "../core/keys/public-key.ts";
import { parsePublicKey } from "../trust/parse-public-key.ts";
import { makeTrust, type Trust } from "../trust/trust.ts";
import { trustLimits } from "../trust/limits.ts";

export type KeyFileOptions = Omit<SourceOptions, "maxBytes">;

/** Throws FILE_NOT_FOUND or INVALID_KEY, naming the reference. */
export async function readPublicKeyFile(reference: string, options: KeyFileOptions): Promise<PublicKey> {
  return parsePublicKey(await readSource(reference, { ...options, maxBytes: trustLimits.keyFileBytes }), reference);
}

/** Trust in exactly these keys, each under the name it was asked for by. Throws as `readPublicKey` does. */
export async function readTrust(references: readonly string[], options: KeyFileOptions): Promise<Trust> {
  const keys = await Promise.all(references.map(async (name) => ({ name, publicKey: await readPublicKeyFile(name, options) })));
  return makeTrust(keys);
}
