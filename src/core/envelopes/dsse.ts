/**
 * DSSE envelopes (secure-systems-lab/dsse, envelope.md and protocol.md):
 *
 *     {"payload":BASE64,"payloadType":TYPE,"signatures":[{"sig":BASE64,"keyid"?:TEXT}]}
 *     PAE(type, payload) = "DSSEv1" SP LEN(type) SP type SP LEN(payload) SP payload      LEN in bytes, as ASCII
 */
import type { Sliced } from "../async/in-slices.ts";
import { concat, encodeUtf8, fromBase64 } from "../bytes.ts";
import type { Fields } from "../json/json.ts";
import { splitJson, type SplitLimits } from "../json/split.ts";
import { base64String } from "./base64-string.ts";

export interface DsseEnvelope {
  readonly payload: Uint8Array;
  readonly payloadType: string;
  readonly signatures: readonly Uint8Array[];
}

/** Returns the bytes to be signed. */
export function preAuthEncoding(payloadType: string, payload: Uint8Array): Uint8Array {
  return concat(preAuthParts(payloadType, payload));
}

/** The bytes to be signed, in parts, the last of which is the payload itself: hashing needs no copy. */
export function preAuthParts(payloadType: string, payload: Uint8Array): readonly Uint8Array[] {
  const type = encodeUtf8(payloadType);
  return [encodeUtf8(`DSSEv1 ${type.length} `), type, encodeUtf8(` ${payload.length} `), payload];
}

/** Reads an envelope of at most `maxSignatures` whose payload may already be decoded; throws MALFORMED, or LIMIT_EXCEEDED. */
export function parseDsse(fields: Fields, maxSignatures: number, payload?: Uint8Array): DsseEnvelope {
  return {
    payload: payload ?? fromBase64(fields.string("payload"), `${fields.at}.payload`),
    payloadType: fields.string("payloadType"),
    signatures: fields.objects("signatures", maxSignatures).map((signature) => fromBase64(signature.string("sig"), `${signature.at}.sig`)),
  };
}

export interface DocumentWithPayload {
  /** The document without the payload. */
  readonly head: Fields;
  /** Undefined if the document has no payload. */
  readonly payload?: Uint8Array;
}

export interface PayloadLimits extends SplitLimits {
  /** Member names from the top of the document to the payload: `payload` in an envelope, `dsseEnvelope`, `payload` in a bundle. */
  readonly path: readonly string[];
}

/** Reads a document that contains an envelope's payload, of any size, in slices. `parseDsse` takes both. Throws MALFORMED or LIMIT_EXCEEDED. */
export function* splitPayload(bytes: Uint8Array, what: string, { path, ...limits }: PayloadLimits): Sliced<DocumentWithPayload> {
  const { head, member } = yield* splitJson(bytes, what, path, limits);
  return member ? { head, payload: yield* base64String(member, [what, ...path].join(".")) } : { head };
}
