/**
 * Signature schemes: one entry holds all there is about one, so that nothing below switches on a name.
 *
 * ECDSA: FIPS 186-5, section 6, as DER `SEQUENCE { r, s }` or, `-p1363`, as r‖s. RSASSA-PKCS1-v1_5 and
 * RSASSA-PSS: RFC 8017, section 8; PSS with MGF1 over the same hash and a salt of the hash's length.
 * Ed25519, and Ed25519ph with an empty context: RFC 8032, section 5.1.
 */
import { constants, createVerify, sign, verify, type KeyObject, type SigningOptions } from "node:crypto";
import { slicesOf, type Sliced } from "../async/in-slices.ts";

export interface SignatureScheme {
  readonly name: string;
  /** Whether the signature verifies; a broken one is false, never an exception. */
  readonly verify: (publicKey: KeyObject, message: Uint8Array, signature: Uint8Array) => boolean | Promise<boolean>;
  /** As `verify`, of a message in parts and a slice at a time; absent where the scheme cannot but take the message whole. */
  readonly verifySliced?: (publicKey: KeyObject, parts: readonly Uint8Array[], signature: Uint8Array) => Sliced<boolean>;
}

export interface SigningScheme extends SignatureScheme {
  readonly sign: (privateKey: KeyObject, message: Uint8Array) => Uint8Array;
}

type Hash = "sha256" | "sha384" | "sha512";

/** `options` is a function so that node:crypto is loaded when there is something to sign or to verify, and not before. */
function native(name: string, hash: Hash | null, options: () => SigningOptions): SigningScheme {
  return {
    name,
    sign: (privateKey, message) => sign(hash, message, { key: privateKey, ...options() }),
    verify(publicKey, message, signature) {
      try {
        return verify(hash, message, { key: publicKey, ...options() }, signature);
      } catch {
        return false; // a key whose own parameters rule this scheme out
      }
    },
    ...(hash && {
      *verifySliced(publicKey: KeyObject, parts: readonly Uint8Array[], signature: Uint8Array): Sliced<boolean> {
        const verifier = createVerify(hash);
        yield* slicesOf(parts, (slice) => verifier.update(slice));
        try {
          return verifier.verify({ key: publicKey, ...options() }, signature);
        } catch {
          return false;
        }
      },
    }),
  };
}

const der = (): SigningOptions => ({ dsaEncoding: "der" });
const p1363 = (): SigningOptions => ({ dsaEncoding: "ieee-p1363" });
const pkcs1 = (): SigningOptions => ({ padding: constants.RSA_PKCS1_PADDING });
const pss = (): SigningOptions => ({ padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST });

/** Only read: the tools that write it do not read it back. */
export const ed25519ph: SignatureScheme = {
  name: "ed25519ph",
  async verify(publicKey, message, signature) {
    // OpenSSL's pre-hashed variant is out of Node's reach; loaded only when a pure signature did not verify.
    const { ed25519ph: curve } = await import("@noble/curves/ed25519.js");
    const { x = "" } = publicKey.export({ format: "jwk" });
    try {
      return curve.verify(signature, message, Buffer.from(x, "base64url"), { zip215: false });
    } catch {
      return false;
    }
  },
};

export type SigningSchemeName =
  | "ecdsa-sha256"
  | "ecdsa-sha384"
  | "ecdsa-sha512"
  | "ecdsa-sha256-p1363"
  | "ecdsa-sha384-p1363"
  | "ecdsa-sha512-p1363"
  | "rsa-pkcs1-sha256"
  | "rsa-pkcs1-sha384"
  | "rsa-pkcs1-sha512"
  | "rsa-pss-sha256"
  | "rsa-pss-sha384"
  | "rsa-pss-sha512"
  | "ed25519";

export const signingSchemes: Readonly<Record<SigningSchemeName, SigningScheme>> = {
  "ecdsa-sha256": native("ecdsa-sha256", "sha256", der),
  "ecdsa-sha384": native("ecdsa-sha384", "sha384", der),
  "ecdsa-sha512": native("ecdsa-sha512", "sha512", der),
  "ecdsa-sha256-p1363": native("ecdsa-sha256-p1363", "sha256", p1363),
  "ecdsa-sha384-p1363": native("ecdsa-sha384-p1363", "sha384", p1363),
  "ecdsa-sha512-p1363": native("ecdsa-sha512-p1363", "sha512", p1363),
  "rsa-pkcs1-sha256": native("rsa-pkcs1-sha256", "sha256", pkcs1),
  "rsa-pkcs1-sha384": native("rsa-pkcs1-sha384", "sha384", pkcs1),
  "rsa-pkcs1-sha512": native("rsa-pkcs1-sha512", "sha512", pkcs1),
  "rsa-pss-sha256": native("rsa-pss-sha256", "sha256", pss),
  "rsa-pss-sha384": native("rsa-pss-sha384", "sha384", pss),
  "rsa-pss-sha512": native("rsa-pss-sha512", "sha512", pss),
  ed25519: native("ed25519", null, () => ({})),
};
