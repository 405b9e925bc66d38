/** The public keys of a TUF repository (TUF specification 1.0, section 4.2.2), known by what they are and not by their ids. */
import { constants, createPublicKey, verify, type SigningOptions } from "node:crypto";
import { encodeUtf8 } from "../../core/bytes.ts";
import { TouchmarkError } from "../../core/errors.ts";
import type { Fields } from "../../core/json/json.ts";
import type { KeyAlgorithmName } from "../../core/keys/key-algorithms.ts";
import { publicKeyOf, type PublicKey } from "../../core/keys/public-key.ts";
import { parsePublicKey } from "../../trust/parse-public-key.ts";

export interface TufKey {
  /** The same for the same key, whatever ids it goes by. */
  readonly fingerprint: string;
  readonly verify: (message: Uint8Array, signature: Uint8Array) => boolean;
}

interface Scheme {
  readonly keyTypes: readonly string[];
  readonly algorithm: KeyAlgorithmName;
  readonly read: (text: string) => PublicKey;
  readonly hash: "sha256" | null;
  readonly options: SigningOptions;
}

const schemes: ReadonlyMap<string, Scheme> = new Map<string, Scheme>([
  [
    "ecdsa-sha2-nistp256",
    {
      keyTypes: ["ecdsa", "ecdsa-sha2-nistp256"],
      algorithm: "ecdsa-p256",
      read: readPem,
      hash: "sha256",
      options: { dsaEncoding: "der" },
    },
  ],
  ["ed25519", { keyTypes: ["ed25519"], algorithm: "ed25519", read: readEd25519, hash: null, options: {} }],
  [
    "rsassa-pss-sha256",
    {
      keyTypes: ["rsa"],
      algorithm: "rsa",
      read: readPem,
      hash: "sha256",
      // The specification leaves the salt's length open, and writers differ.
      options: { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_AUTO },
    },
  ],
]);

/** Undefined for a key that cannot be used here: it counts toward no threshold. Throws MALFORMED for what is no key object. */
export function readKey(fields: Fields): TufKey | undefined {
  const scheme = schemes.get(fields.string("scheme"));
  const keyType = fields.string("keytype");
  const text = fields.fields("keyval").string("public");
  if (!scheme?.keyTypes.includes(keyType)) return undefined;
  const publicKey = usable(() => scheme.read(text));
  if (publicKey?.algorithm.name !== scheme.algorithm) return undefined;
  const { key, fingerprint } = publicKey;
  return {
    fingerprint,
    verify: (message, signature) => verify(scheme.hash, message, { key, ...scheme.options }, signature),
  };
}

function readPem(text: string): PublicKey {
  return parsePublicKey(encodeUtf8(text), "the key");
}

/** 32 bytes in hex. */
function readEd25519(text: string): PublicKey {
  if (!/^[0-9a-f]{64}$/i.test(text)) throw new TouchmarkError("INVALID_KEY", "the key is not 32 bytes in hex");
  const x = Buffer.from(text, "hex").toString("base64url");
  return publicKeyOf(createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x }, format: "jwk" }), "the key");
}

function usable(read: () => PublicKey): PublicKey | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof TouchmarkError && error.code === "INVALID_KEY") return undefined;
    throw error;
  }
}
