/** Reads public key files, each named by its path or as `env://VAR`. */
import { readSource, type SourceOptions } from "../files/read-source.ts";
import type { PublicKey } from "../core/keys/public-key.ts";
import { parsePublicKey } from "../trust/parse-public-key.ts";
import { trustLimits } from "../trust/limits.ts";

export type KeyFileOptions = Omit<SourceOptions, "maxBytes">;

/** Throws FILE_NOT_FOUND or INVALID_KEY, naming the reference. */
export async function readPublicKeyFile(reference: string, options: KeyFileOptions): Promise<PublicKey> {
  return parsePublicKey(await readSource(reference, { ...options, maxBytes: trustLimits.keyFileBytes }), reference);
}

/** Reads a key file as a policy document with its text and reference. Throws FILE_NOT_FOUND. */
export async function readKeyDocument(
  reference: string,
  options: KeyFileOptions,
): Promise<{ readonly name: string; readonly pem: string }> {
  const bytes = await readSource(reference, { ...options, maxBytes: trustLimits.keyFileBytes });
  return { name: reference, pem: Buffer.from(bytes).toString("utf8") };
}
