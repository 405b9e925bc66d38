/** A key of each kind that the Notary Project supports. */
import { createPublicKey, generateKeyPairSync } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { KeyPair } from "../../src/core/x509/fixture.test.ts";
import { parsePrivateKey } from "../../src/signers/file/parse-private-key.ts";

/** By key name. */
export const notaryKeys: Readonly<Record<string, () => Promise<KeyPair>>> = {
  "ecdsa-p256": curve("P-256"),
  "ecdsa-p384": curve("P-384"),
  "ecdsa-p521": curve("P-521"),
  "rsa-2048": rsa(2048),
  "rsa-3072": rsa(3072),
  "rsa-4096": rsa(4096),
};

function curve(namedCurve: string): () => Promise<KeyPair> {
  return async () => generateKeyPairSync("ec", { namedCurve });
}

/** Pregenerated, since larger keys take seconds to generate. */
function rsa(bits: number): () => Promise<KeyPair> {
  return async () => {
    const path = join(import.meta.dirname, `../vectors/keys/cosign/rsa-${bits}.key`);
    const file = parsePrivateKey(await readFile(path), path);
    const privateKey = file.encrypted ? await file.decrypt("correct-horse") : file.key;
    return { privateKey, publicKey: createPublicKey(privateKey) };
  };
}
