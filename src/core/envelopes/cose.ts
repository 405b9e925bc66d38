/**
 * COSE_Sign1 (RFC 9052, section 4.2), tagged, with the payload attached:
 *
 *     18([ protected: bstr .cbor MAP, unprotected: MAP, payload: bstr, signature: bstr ])
 *     signed: ["Signature1", protected, external: h'', payload]
 */
import { encodeCbor, isCborArray, isCborMap, parseCbor, Tagged, type Cbor, type CborLimits, type CborMap } from "./cbor.ts";
import { malformed } from "../errors.ts";

/** Header labels (section 3.1, RFC 9360). */
export const coseLabels = { algorithm: 1, critical: 2, contentType: 3, x5chain: 33 } as const;

export interface CoseSign1 {
  /** The encoded map that is signed. */
  readonly protectedBytes: Uint8Array;
  readonly protected: CborMap;
  readonly unprotected: CborMap;
  readonly payload: Uint8Array;
  readonly signature: Uint8Array;
}

const sign1Tag = 18;

/** Reads a COSE_Sign1 message; `what` names it in messages. Throws MALFORMED, or LIMIT_EXCEEDED past a bound. */
export function parseCoseSign1(bytes: Uint8Array, what: string, limits: CborLimits = {}): CoseSign1 {
  const outer = parseCbor(bytes, what, limits);
  if (!(outer instanceof Tagged) || outer.tag !== sign1Tag) throw malformed(`${what} is not a COSE_Sign1: the tag ${sign1Tag} is missing`);
  const parts = outer.value;
  if (!isCborArray(parts) || parts.length !== 4) throw malformed(`${what} is not an array of four`);
  const [first, unprotected, payload, signature] = parts;
  const protectedBytes = bytesIn(first, `${what}.protected`);
  // An empty map is encoded as zero bytes (section 3).
  const signedMap = protectedBytes.length === 0 ? new Map() : parseCbor(protectedBytes, `${what}.protected`, limits);
  if (!isCborMap(signedMap) || (protectedBytes.length > 0 && signedMap.size === 0))
    throw malformed(`${what}.protected is not a map of headers`);
  if (!isCborMap(unprotected)) throw malformed(`${what}.unprotected is not a map`);
  const twice = [...signedMap.keys()].find((label) => unprotected.has(label));
  if (twice !== undefined) throw malformed(`${what} has the header ${JSON.stringify(twice).slice(0, 100)} both protected and unprotected`);
  return {
    protectedBytes,
    protected: signedMap,
    unprotected,
    payload: bytesIn(payload, `${what}.payload`),
    signature: bytesIn(signature, `${what}.signature`),
  };
}

/** Returns the bytes to be signed (section 4.4). */
export function coseToBeSigned({ protectedBytes, payload }: Pick<CoseSign1, "protectedBytes" | "payload">): Uint8Array {
  return encodeCbor(["Signature1", protectedBytes, new Uint8Array(), payload]);
}

/** Encodes the message in deterministic encoding, except for the protected header, which keeps its signed bytes. */
export function encodeCoseSign1(message: Omit<CoseSign1, "protected">): Uint8Array {
  return encodeCbor(new Tagged(sign1Tag, [message.protectedBytes, message.unprotected, message.payload, message.signature]));
}

function bytesIn(value: Cbor | undefined, what: string): Uint8Array {
  if (!(value instanceof Uint8Array)) throw malformed(`${what} is not a byte string`);
  return value;
}
