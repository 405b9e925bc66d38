/** Keys as people keep them in files. */
import { checkPbes2 } from "../../../src/signers/file/pbes2.ts";
import { parsePrivateKey } from "../../../src/signers/file/parse-private-key.ts";
import { parseSigstoreKey } from "../../../src/signers/file/sigstore-key.ts";
import { parsePublicKey } from "../../../src/trust/parse-public-key.ts";
import { publicKeyOf } from "../../../src/core/keys/public-key.ts";
import { files, pemBlocks } from "../seeds.ts";
import { usualCodes, type FuzzTarget } from "../target.ts";

export const keys: readonly FuzzTarget[] = [
  {
    name: "private-key",
    shape: "pem",
    codes: ["INVALID_KEY", "LIMIT_EXCEEDED"],
    seeds: () => files("test/vectors/keys/openssl/*.pem", "test/vectors/keys/cosign/ecdsa-p256.key"),
    words: ["EC PRIVATE KEY", "RSA PRIVATE KEY", "ENCRYPTED PRIVATE KEY", "ENCRYPTED SIGSTORE PRIVATE KEY"],
    read(input) {
      const file = parsePrivateKey(input, "input");
      if (!file.encrypted) publicKeyOf(file.key, "input");
    },
  },
  {
    name: "public-key",
    shape: "pem",
    codes: ["INVALID_KEY", "LIMIT_EXCEEDED"],
    seeds: () => files("test/vectors/keys/cosign/*.pub", "test/vectors/keys/openssl/*.pem", "test/vectors/keys/refused/*.pem"),
    words: ["PUBLIC KEY", "RSA PUBLIC KEY", "PRIVATE KEY", "CERTIFICATE"],
    read: (input) => parsePublicKey(input, "input"),
  },
  {
    name: "pbes2",
    shape: "der",
    codes: usualCodes,
    seeds: () => pemBlocks("test/vectors/keys/openssl/pkcs8-{encrypted,pbes1,scrypt,too-many-iterations}.pem"),
    read: (input) => checkPbes2(Buffer.from(input), "input"),
  },
  {
    name: "sigstore-key",
    shape: "json",
    codes: usualCodes,
    seeds: () => pemBlocks("test/vectors/keys/cosign/{ecdsa-p256,empty-password}.key"),
    words: ["scrypt", "nacl/secretbox"],
    read: (input) => parseSigstoreKey(input, "input"),
  },
];
