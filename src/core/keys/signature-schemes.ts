/**
 * Signature schemes: one entry holds everything about a scheme, so no other code switches on a name.
 *
 * ECDSA: FIPS 186-5, section 6, as DER `SEQUENCE { r, s }` or, `-p1363`, as r‖s. RSASSA-PKCS1-v1_5 and
 * RSASSA-PSS: RFC 8017, section 8; PSS with MGF1 over the same hash and a salt of the hash's length.
 * Ed25519, and Ed25519ph with an empty context: RFC 8032, section 5.1.
 */
import { constants, createVerify, sign, verify, type KeyObject, type SigningOptions } from "node:crypto";
import { slicesOf, type Sliced } from "../async/in-slices.ts";
import { ed25519InSlices } from "./ed25519-in-slices.ts";
import type { HashAlgorithm } from "./hash.ts";

export interface SignatureScheme {
  readonly name: string;
  /** Whether the signature verifies; a malformed one is false, never an exception. */
  readonly verify: (publicKey: KeyObject, message: Uint8Array, signature: Uint8Array) => boolean | Promise<boolean>;
  /** Like `verify`, for a large message in parts, a slice at a time. */
  readonly verifySliced: (
    publicKey: KeyObject,
    parts: readonly Uint8Array[],
    signature: Uint8Array,
  ) => Sliced<boolean> | Promise<Sliced<boolean>>;
}

/** A scheme that Node verifies itself, synchronously. */
export interface NativeScheme extends Pick<SignatureScheme, "name"> {
  readonly verify: (publicKey: KeyObject, message: Uint8Array, signature: Uint8Array) => boolean;
}

export interface SigningScheme extends SignatureScheme, NativeScheme {
  readonly verify: NativeScheme["verify"];
  readonly family: SchemeFamily;
  /** The hash of the message that is signed; absent where the scheme signs the message itself. */
  readonly hash?: HashAlgorithm;
  readonly sign: (privateKey: KeyObject, message: Uint8Array) => Uint8Array;
}

/** A scheme that has a name in JOSE and COSE. */
export interface JoseScheme extends SigningScheme {
  readonly hash: HashAlgorithm;
  /** Its name in JWS (RFC 7518, section 3.1). */
  readonly jws: string;
  /** Its number in COSE (RFC 9053, section 2.1; RFC 8230, section 2). */
  readonly cose: number;
}

/** `-p1363` is ECDSA with the r‖s encoding of the signature. */
export type SchemeFamily = "ecdsa" | "ecdsa-p1363" | "rsa-pkcs1" | "rsa-pss" | "ed25519";

/** Options are functions so that node:crypto is loaded only when something is signed or verified. */
const optionsOf: Readonly<Record<SchemeFamily, () => SigningOptions>> = {
  ecdsa: () => ({ dsaEncoding: "der" }),
  "ecdsa-p1363": () => ({ dsaEncoding: "ieee-p1363" }),
  "rsa-pkcs1": () => ({ padding: constants.RSA_PKCS1_PADDING }),
  "rsa-pss": () => ({ padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST }),
  ed25519: () => ({}),
};

function verifier(hash: HashAlgorithm | undefined, options: () => SigningOptions): NativeScheme["verify"] {
  return (publicKey, message, signature) => {
    try {
      return verify(hash, message, { key: publicKey, ...options() }, signature);
    } catch {
      return false; // the key's own parameters exclude this scheme
    }
  };
}

function signing(name: string, family: SchemeFamily, hash?: HashAlgorithm): SigningScheme {
  const options = optionsOf[family];
  return {
    name,
    family,
    ...(hash && { hash }),
    sign: (privateKey, message) => sign(hash, message, { key: privateKey, ...options() }),
    verify: verifier(hash, options),
    verifySliced: hash ? slicedVerifier(hash, options) : (...signed) => ed25519InSlices("ed25519", ...signed),
  };
}

function slicedVerifier(hash: HashAlgorithm, options: () => SigningOptions): SignatureScheme["verifySliced"] {
  return function* (publicKey, parts, signature) {
    const running = createVerify(hash);
    yield* slicesOf(parts, (slice) => running.update(slice));
    try {
      return running.verify({ key: publicKey, ...options() }, signature);
    } catch {
      return false;
    }
  };
}

function jose(name: string, family: SchemeFamily, hash: HashAlgorithm, names: Pick<JoseScheme, "jws" | "cose">): JoseScheme {
  return { ...signing(name, family, hash), hash, ...names };
}

/** For verification only: the tools that write it do not read it back. */
export const ed25519ph: SignatureScheme = {
  name: "ed25519ph",
  async verify(publicKey, message, signature) {
    // Node does not expose OpenSSL's pre-hashed variant; loaded only when a pure signature did not verify.
    const { ed25519ph: curve } = await import("@noble/curves/ed25519.js");
    const { x = "" } = publicKey.export({ format: "jwk" });
    try {
      return curve.verify(signature, message, Buffer.from(x, "base64url"), { zip215: false });
    } catch {
      return false;
    }
  },
  verifySliced: (...signed) => ed25519InSlices("ed25519ph", ...signed),
};

/** For verification only, in TUF metadata: its specification leaves the salt length open, and writers differ. */
export const rsaPssSha256AnySalt: NativeScheme = {
  name: "rsa-pss-sha256-any-salt",
  verify: verifier("sha256", () => ({ padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_AUTO })),
};

type JoseSchemeName =
  | "ecdsa-sha256-p1363"
  | "ecdsa-sha384-p1363"
  | "ecdsa-sha512-p1363"
  | "rsa-pss-sha256"
  | "rsa-pss-sha384"
  | "rsa-pss-sha512";

export const joseSchemes: Readonly<Record<JoseSchemeName, JoseScheme>> = {
  "ecdsa-sha256-p1363": jose("ecdsa-sha256-p1363", "ecdsa-p1363", "sha256", { jws: "ES256", cose: -7 }),
  "ecdsa-sha384-p1363": jose("ecdsa-sha384-p1363", "ecdsa-p1363", "sha384", { jws: "ES384", cose: -35 }),
  "ecdsa-sha512-p1363": jose("ecdsa-sha512-p1363", "ecdsa-p1363", "sha512", { jws: "ES512", cose: -36 }),
  "rsa-pss-sha256": jose("rsa-pss-sha256", "rsa-pss", "sha256", { jws: "PS256", cose: -37 }),
  "rsa-pss-sha384": jose("rsa-pss-sha384", "rsa-pss", "sha384", { jws: "PS384", cose: -38 }),
  "rsa-pss-sha512": jose("rsa-pss-sha512", "rsa-pss", "sha512", { jws: "PS512", cose: -39 }),
};

export type SigningSchemeName =
  | JoseSchemeName
  | "ecdsa-sha256"
  | "ecdsa-sha384"
  | "ecdsa-sha512"
  | "rsa-pkcs1-sha256"
  | "rsa-pkcs1-sha384"
  | "rsa-pkcs1-sha512"
  | "ed25519";

export const signingSchemes: Readonly<Record<SigningSchemeName, SigningScheme>> = {
  ...joseSchemes,
  "ecdsa-sha256": signing("ecdsa-sha256", "ecdsa", "sha256"),
  "ecdsa-sha384": signing("ecdsa-sha384", "ecdsa", "sha384"),
  "ecdsa-sha512": signing("ecdsa-sha512", "ecdsa", "sha512"),
  "rsa-pkcs1-sha256": signing("rsa-pkcs1-sha256", "rsa-pkcs1", "sha256"),
  "rsa-pkcs1-sha384": signing("rsa-pkcs1-sha384", "rsa-pkcs1", "sha384"),
  "rsa-pkcs1-sha512": signing("rsa-pkcs1-sha512", "rsa-pkcs1", "sha512"),
  ed25519: signing("ed25519", "ed25519"),
};
