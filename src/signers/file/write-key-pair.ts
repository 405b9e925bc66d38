/** A new key pair as two files, beside each other: PREFIX.key, encrypted as cosign does it, and PREFIX.pub. */
import { randomBytes, type KeyObject } from "node:crypto";
import { link, lstat, open, rm } from "node:fs/promises";
import { TouchmarkError } from "../../core/errors.ts";
import { encodePem } from "../../core/pem.ts";
import { publicKeyOf, type PublicKey } from "../../core/public-key.ts";
import { encryptSigstoreKey, type Password } from "./sigstore-key.ts";

export interface KeyPairOptions {
  /** Path of both files without their endings; cosign's own is `cosign`. */
  readonly prefix: string;
  readonly privateKey: KeyObject;
  readonly password: Password;
  readonly signal: AbortSignal;
}

export interface KeyPairFiles {
  readonly privateKeyPath: string;
  readonly publicKeyPath: string;
  readonly publicKey: PublicKey;
}

/**
 * Writes both files or none; never over one that exists (FILE_EXISTS), and never a part of one under its final
 * name: each is written under another and then linked. Throws FILE_NOT_FOUND where it cannot write.
 */
export async function writeKeyPair({ prefix, privateKey, password, signal }: KeyPairOptions): Promise<KeyPairFiles> {
  signal.throwIfAborted();
  const privateKeyPath = `${prefix}.key`;
  const publicKeyPath = `${prefix}.pub`;
  const publicKey = publicKeyOf(privateKey, "the new key");
  await refuseExisting(privateKeyPath, publicKeyPath);
  const encrypted = await encryptSigstoreKey(privateKey, password);
  signal.throwIfAborted();

  const ending = `${randomBytes(8).toString("hex")}.tmp`;
  const files = [
    { path: privateKeyPath, draft: `${privateKeyPath}.${ending}`, text: encrypted, mode: 0o600 },
    { path: publicKeyPath, draft: `${publicKeyPath}.${ending}`, text: encodePem("PUBLIC KEY", publicKey.spki), mode: 0o644 },
  ];
  const published: string[] = [];
  try {
    await Promise.all(files.map(writeDraft));
    for (const file of files) {
      await publish(file);
      published.push(file.path);
    }
  } catch (error) {
    await Promise.all(published.map((path) => rm(path)));
    throw error;
  } finally {
    await Promise.all(files.map(({ draft }) => rm(draft, { force: true })));
  }
  return { privateKeyPath, publicKeyPath, publicKey };
}

/** So that nobody waits for the encryption, or types a password, for nothing; `publish` is what makes sure of it. */
async function refuseExisting(...paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    const found = await lstat(path).catch(() => undefined);
    if (found) throw fileExists(path);
  }
}

interface NewFile {
  readonly path: string;
  /** Where it is written first. */
  readonly draft: string;
  readonly text: string;
  readonly mode: number;
}

async function writeDraft({ path, draft, text, mode }: NewFile): Promise<void> {
  try {
    await using file = await open(draft, "wx", mode);
    await file.writeFile(text);
    await file.sync();
  } catch (error) {
    throw cannotWrite(path, error);
  }
}

/** Gives the draft its final name; by a link, which unlike a rename never replaces what is there. */
async function publish({ path, draft }: NewFile): Promise<void> {
  try {
    await link(draft, path);
  } catch (error) {
    throw codeOf(error) === "EEXIST" ? fileExists(path) : cannotWrite(path, error);
  }
}

function fileExists(path: string): TouchmarkError {
  return new TouchmarkError("FILE_EXISTS", `${path} exists already`);
}

function cannotWrite(path: string, cause: unknown): TouchmarkError {
  return new TouchmarkError("FILE_NOT_FOUND", `cannot write ${path}: ${codeOf(cause)}`, {
    cause,
    hint: "Check that the folder exists, that this user may write there, and that there is room.",
  });
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "unknown reason";
}
