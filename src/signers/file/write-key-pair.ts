/** Writes a new key pair as two files: PREFIX.key, encrypted as cosign does it, and PREFIX.pub. */
import type { KeyObject } from "node:crypto";
import { lstat, rm } from "node:fs/promises";
import { throwIfAborted } from "../../core/async/interruption.ts";
import { encodePem } from "../../core/asn1/pem.ts";
import { publicKeyOf, type PublicKey } from "../../core/keys/public-key.ts";
import { fileExists, writeAtomically } from "../../files/atomic-write.ts";
import { systemFiles, type FileOperations } from "../../files/durable-files.ts";
import { encryptSigstoreKey, type Password } from "./sigstore-key.ts";

export interface KeyPairOptions {
  /** Path of both files without their extensions; cosign's default is `cosign`. */
  readonly prefix: string;
  readonly privateKey: KeyObject;
  readonly password: Password;
  readonly signal: AbortSignal;
  readonly files?: FileOperations;
}

export interface KeyPairFiles {
  readonly privateKeyPath: string;
  readonly publicKeyPath: string;
  readonly publicKey: PublicKey;
}

/**
 * Writes both files or none; never over an existing one (FILE_EXISTS), and atomically: each is written under a
 * temporary name and then linked. Throws FILE_NOT_FOUND if it cannot write.
 */
export async function writeKeyPair({ prefix, privateKey, password, signal, ...options }: KeyPairOptions): Promise<KeyPairFiles> {
  throwIfAborted(signal);
  const { files = systemFiles } = options;
  const privateKeyPath = `${prefix}.key`;
  const publicKeyPath = `${prefix}.pub`;
  const publicKey = publicKeyOf(privateKey, "the new key");
  await refuseExisting(privateKeyPath, publicKeyPath);
  const encrypted = await encryptSigstoreKey(privateKey, password);
  throwIfAborted(signal);

  await using secret = await writeAtomically({ path: privateKeyPath, bytes: encrypted, mode: 0o600, files });
  const pem = encodePem("PUBLIC KEY", publicKey.spki);
  await using open = await writeAtomically({ path: publicKeyPath, bytes: pem, mode: 0o644, files });
  await secret.create();
  try {
    await open.create();
  } catch (error) {
    await rm(privateKeyPath);
    throw error;
  }
  return { privateKeyPath, publicKeyPath, publicKey };
}

/** An early check, before the password prompt and the encryption; `create` makes sure of it. */
async function refuseExisting(...paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    const found = await lstat(path).catch(() => undefined);
    if (found) throw fileExists(path);
  }
}
