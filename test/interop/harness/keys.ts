/** The kinds of keys both sides sign with, and what cosign needs to read a signature by each. */
import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { join } from "node:path";
import { importKey } from "./cosign.ts";

export interface KeyKind {
  readonly name: string;
  readonly generate: () => KeyObject;
  /** cosign assumes SHA-256 when it verifies, though it signs with the hash of the curve. */
  readonly cosignVerifies: readonly string[];
  /** cosign signs Ed25519 pre-hashed and verifies it pure, so that it refuses what it signed itself. */
  readonly cosignReadsItself: boolean;
}

export const keyKinds: readonly KeyKind[] = [
  ecdsa("ecdsa-p256", "P-256"),
  ecdsa("ecdsa-p384", "P-384", ["--signature-digest-algorithm", "sha384"]),
  ecdsa("ecdsa-p521", "P-521", ["--signature-digest-algorithm", "sha512"]),
  rsa("rsa-2048", 2048),
  rsa("rsa-4096", 4096),
  {
    name: "ed25519",
    generate: () => generateKeyPairSync("ed25519").privateKey,
    cosignVerifies: [],
    cosignReadsItself: false,
  },
];

/** Makes a key of each kind, and `other`, as cosign's key files; returns the prefix of a kind's files. */
export async function makeKeys(folder: string): Promise<(name: string) => string> {
  const all = [...keyKinds, ecdsa("other", "P-256")];
  await Promise.all(all.map(({ name, generate }) => importKey(join(folder, name), generate().export({ type: "pkcs8", format: "pem" }))));
  return (name) => join(folder, name);
}

function ecdsa(name: string, namedCurve: string, cosignVerifies: readonly string[] = []): KeyKind {
  return {
    name,
    generate: () => generateKeyPairSync("ec", { namedCurve }).privateKey,
    cosignVerifies,
    cosignReadsItself: true,
  };
}

function rsa(name: string, modulusLength: number): KeyKind {
  return { name, generate: () => generateKeyPairSync("rsa", { modulusLength }).privateKey, cosignVerifies: [], cosignReadsItself: true };
}
