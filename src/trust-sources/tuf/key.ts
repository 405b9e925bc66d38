/** The public keys of a TUF repository (TUF specification 1.0, section 4.2.2), identified by their content and not by key id. */
import { createPublicKey } from "node:crypto";
import { encodeUtf8 } from "../../core/bytes.ts";
import { TouchmarkError } from "../../core/errors.ts";
import type { Fields } from "../../core/json/json.ts";
import type { KeyAlgorithmName } from "../../core/keys/key-algorithms.ts";
import { publicKeyOf, type PublicKey } from "../../core/keys/public-key.ts";
import { rsaPssSha256AnySalt, signingSchemes, type NativeScheme } from "../../core/keys/signature-schemes.ts";
import { parsePublicKey } from "../../trust/parse-public-key.ts";

export interface TufKey {
  /** Equal for equal keys, whatever their ids. */
  readonly fingerprint: string;
  readonly verify: (message: Uint8Array, signature: Uint8Array) => boolean;
}

interface TufScheme {
  readonly keyTypes: readonly string[];
  readonly algorithm: KeyAlgorithmName;
  readonly read: (text: string) => PublicKey;
  readonly scheme: NativeScheme;
}

/** Key types and schemes by their TUF names. */
const tufSchemes: ReadonlyMap<string, TufScheme> = new Map<string, TufScheme>([
  [
    "ecdsa-sha2-nistp256",
    { keyTypes: ["ecdsa", "ecdsa-sha2-nistp256"], algorithm: "ecdsa-p256", read: readPem, scheme: signingSchemes["ecdsa-sha256"] },
  ],
  ["ed25519", { keyTypes: ["ed25519"], algorithm: "ed25519", read: readEd25519, scheme: signingSchemes.ed25519 }],
  ["rsassa-pss-sha256", { keyTypes: ["rsa"], algorithm: "rsa", read: readPem, scheme: rsaPssSha256AnySalt }],
]);

/** Parses a key object; undefined for an unsupported key, which counts toward no threshold. Throws MALFORMED. */
export function readKey(fields: Fields): TufKey | undefined {
  const known = tufSchemes.get(fields.string("scheme"));
  const keyType = fields.string("keytype");
  const text = fields.fields("keyval").string("public");
  if (!known?.keyTypes.includes(keyType)) return undefined;
  const publicKey = usable(() => known.read(text));
  if (publicKey?.algorithm.name !== known.algorithm) return undefined;
  const { key, fingerprint } = publicKey;
  return { fingerprint, verify: (message, signature) => known.scheme.verify(key, message, signature) };
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
