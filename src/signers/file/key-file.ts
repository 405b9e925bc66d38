/** The signer for a private key in a file or an environment variable. */
import type { KeyObject } from "node:crypto";
import { throwIfAborted } from "../../core/async/interruption.ts";
import { memoise } from "../../core/async/memoise.ts";
import { publicKeyOf } from "../../core/keys/public-key.ts";
import type { Signer, SignerDescription } from "../../core/signer.ts";
import { readSource } from "../../files/read-source.ts";
import { parsePrivateKey } from "./parse-private-key.ts";
import type { Password } from "./sigstore-key.ts";
import { trustLimits } from "../../trust/limits.ts";

export interface KeyFileSource {
  /** A path, or `env://VAR`. */
  readonly reference: string;
  /** Prompts for the password, at most once, if the key is encrypted. */
  readonly password: () => Promise<Password>;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The certificate of this key and its chain, in PEM: a path, or `env://VAR`. */
  readonly certificateChain?: string | undefined;
}

interface OpenKey {
  readonly privateKey: KeyObject;
  readonly description: SignerDescription;
}

/**
 * Creates the signer for a key file. The file is read and decrypted once, at the first `describe` or `sign`, so
 * that a caller can run it concurrently with requests; a failure is not memoised. Throws FILE_NOT_FOUND, INVALID_KEY,
 * WRONG_PASSWORD, and MALFORMED or CERTIFICATE_INVALID for a chain that is not this key's.
 */
export function openKeyFile(source: KeyFileSource): Signer {
  const open = memoise((signal) => readKeyFile(source, signal));

  return {
    async describe(signal) {
      return (await open(signal)).description;
    },
    async sign({ bytes, scheme }, signal) {
      const { privateKey, description } = await open(signal);
      throwIfAborted(signal);
      const { sign } = scheme ?? description.publicKey.algorithm.signs;
      return { signature: sign(privateKey, bytes), by: description };
    },
  };
}

async function readKeyFile({ reference, password, env, certificateChain }: KeyFileSource, signal: AbortSignal): Promise<OpenKey> {
  throwIfAborted(signal);
  const text = await readSource(reference, { env, maxBytes: trustLimits.keyFileBytes, signal });
  const file = parsePrivateKey(text, reference);
  const privateKey = file.encrypted ? await file.decrypt(await password()) : file.key;
  const publicKey = publicKeyOf(privateKey, reference);
  if (certificateChain === undefined) return { privateKey, description: { publicKey } };
  const { readCertificateChain } = await import("./certificate-chain.ts");
  return { privateKey, description: { publicKey, chain: await readCertificateChain(certificateChain, publicKey, { env, signal }) } };
}
