/**
 * Ed25519 and Ed25519ph over a message in parts (RFC 8032, section 5.1.7), hashed a slice at a time; Node's own verification needs the
 * message whole. Accepts nothing that OpenSSL refuses: R is compared byte for byte, without the cofactor.
 */
import { createHash, type KeyObject } from "node:crypto";
import { slicesOf, type Sliced } from "../async/in-slices.ts";
import { concat, encodeUtf8, equalBytes } from "../bytes.ts";

/** dom2(1, "") of Ed25519ph; the context is empty. */
const domain = concat([encodeUtf8("SigEd25519 no Ed25519 collisions"), Uint8Array.of(1, 0)]);

export type Ed25519Variant = "ed25519" | "ed25519ph";

/** Loads the curve when it is first needed. A malformed signature is false. */
export async function ed25519InSlices(
  variant: Ed25519Variant,
  publicKey: KeyObject,
  parts: readonly Uint8Array[],
  signature: Uint8Array,
): Promise<Sliced<boolean>> {
  const { ed25519 } = await import("@noble/curves/ed25519.js");
  const { x = "" } = publicKey.export({ format: "jwk" });
  return verification(ed25519.Point, variant, { key: Buffer.from(x, "base64url"), parts, signature });
}

interface Signed {
  /** The 32 bytes of the public key. */
  readonly key: Uint8Array;
  readonly parts: readonly Uint8Array[];
  readonly signature: Uint8Array;
}

type Curve = (typeof import("@noble/curves/ed25519.js"))["ed25519"]["Point"];

function* verification(Point: Curve, variant: Ed25519Variant, { key, parts, signature }: Signed): Sliced<boolean> {
  if (signature.length !== 64) return false;
  const [r, s] = [signature.subarray(0, 32), signature.subarray(32)];
  const prehash = variant === "ed25519ph";
  const message = prehash ? [yield* sha512(parts)] : parts;
  const k = yield* sha512([...(prehash ? [domain] : []), r, key, ...message]);
  const { Fn } = Point;
  const scalar = littleEndian(s);
  if (scalar >= Fn.ORDER) return false;
  try {
    const a = Point.fromBytes(key);
    const expected = Point.BASE.multiplyUnsafe(scalar).add(a.negate().multiplyUnsafe(Fn.create(littleEndian(k))));
    return equalBytes(expected.toBytes(), r);
  } catch {
    return false; // the key is no point of the curve
  }
}

function* sha512(parts: readonly Uint8Array[]): Sliced<Uint8Array> {
  const hasher = createHash("sha512");
  yield* slicesOf(parts, (slice) => hasher.update(slice));
  return hasher.digest();
}

function littleEndian(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes.toReversed()).toString("hex")}`);
}
