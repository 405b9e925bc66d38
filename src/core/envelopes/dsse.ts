/**
 * DSSE envelopes (secure-systems-lab/dsse, envelope.md and protocol.md):
 *
 *     {"payload":BASE64,"payloadType":TYPE,"signatures":[{"sig":BASE64,"keyid"?:TEXT}]}
 *     PAE(type, payload) = "DSSEv1" SP LEN(type) SP type SP LEN(payload) SP payload      LEN in bytes, as ASCII
 */
import { concat, encodeUtf8, fromBase64 } from "../bytes.ts";
import type { Fields } from "../json/json.ts";

export interface DsseEnvelope {
  readonly payload: Uint8Array;
  readonly payloadType: string;
  readonly signatures: readonly Uint8Array[];
}

/** The bytes that are signed. */
export function preAuthEncoding(payloadType: string, payload: Uint8Array): Uint8Array {
  const type = encodeUtf8(payloadType);
  return concat([encodeUtf8(`DSSEv1 ${type.length} `), type, encodeUtf8(` ${payload.length} `), payload]);
}

/** Reads an envelope of at most `maxSignatures`; throws MALFORMED, or LIMIT_EXCEEDED. */
export function parseDsse(fields: Fields, maxSignatures: number): DsseEnvelope {
  return {
    payload: fromBase64(fields.string("payload"), `${fields.at}.payload`),
    payloadType: fields.string("payloadType"),
    signatures: fields.objects("signatures", maxSignatures).map((signature) => fromBase64(signature.string("sig"), `${signature.at}.sig`)),
  };
}
