/**
 * Encodes a request to a timestamp authority (RFC 3161, section 2.4.1), always with the SHA-256 of the message, a nonce, and
 * a request for the authority's certificate:
 *
 *     TimeStampReq ::= SEQUENCE { version 1, SEQUENCE { hashAlgorithm, hashedMessage OCTET STRING }, nonce INTEGER, certReq TRUE }
 */
import { encodeDer, tags } from "../../../core/asn1/der.ts";
import { hash } from "../../../core/keys/hash.ts";

/** 2.16.840.1.101.3.4.2.1, SHA-256. */
const sha256 = Uint8Array.of(0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01);

/** `nonce` is from 0 to 2^64-1. */
export function encodeTimestampRequest(message: Uint8Array, nonce: bigint): Uint8Array {
  const algorithm = encodeDer(tags.sequence, encodeDer(tags.oid, sha256), encodeDer(tags.null));
  return encodeDer(
    tags.sequence,
    encodeDer(tags.integer, Uint8Array.of(1)),
    encodeDer(tags.sequence, algorithm, encodeDer(tags.octetString, hash("sha256", message))),
    encodeDer(tags.integer, integerBytes(nonce)),
    encodeDer(tags.boolean, Uint8Array.of(0xff)),
  );
}

/** Two's complement, in the fewest bytes. */
function integerBytes(value: bigint): Uint8Array {
  const hex = value.toString(16);
  const bytes = Buffer.from(hex.padStart(hex.length + (hex.length % 2), "0"), "hex");
  return (bytes[0] ?? 0) >= 0x80 ? Buffer.concat([Uint8Array.of(0), bytes]) : bytes;
}
