/** The kinds of keys both sides sign with. */
import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { join } from "node:path";
import { importKey } from "./cosign.ts";

export interface KeyKind {
  readonly name: string;
  readonly generate: () => KeyObject;
  /** The hash that cosign signs with, which is not always the one that it verifies with. */
  readonly hash: "sha256" | "sha384" | "sha512";
}

export const keyKinds: readonly KeyKind[] = [
  ecdsa("ecdsa-p256", "P-256"),
  ecdsa("ecdsa-p384", "P-384", "sha384"),
  ecdsa("ecdsa-p521", "P-521", "sha512"),
  rsa("rsa-2048", 2048),
  rsa("rsa-4096", 4096),
  { name: "ed25519", generate: () => generateKeyPairSync("ed25519").privateKey, hash: "sha512" },
];

/** Makes a key of each kind, and `other`, as cosign's key files; returns the prefix of a kind's files. */
export async function makeKeys(folder: string): Promise<(name: string) => string> {
  const all = [...keyKinds, ecdsa("other", "P-256")];
  await Promise.all(all.map(({ name, generate }) => importKey(join(folder, name), generate().export({ type: "pkcs8", format: "pem" }))));
  return (name) => join(folder, name);
}

function ecdsa(name: string, namedCurve: string, hash: KeyKind["hash"] = "sha256"): KeyKind {
  return { name, generate: () => generateKeyPairSync("ec", { namedCurve }).privateKey, hash };
}

function rsa(name: string, modulusLength: number): KeyKind {
  return { name, generate: () => generateKeyPairSync("rsa", { modulusLength }).privateKey, hash: "sha256" };
}
