/** Compares a log entry with a signature: the signature itself, its content, and its verification key. */
import { equalBytes, toHex } from "../core/bytes.ts";
import { preAuthParts } from "../core/envelopes/dsse.ts";
import { TouchmarkError } from "../core/errors.ts";
import type { HashAlgorithm } from "../core/keys/hash.ts";
import { hashInSlices } from "../core/keys/hash-in-slices.ts";
import { parsePem } from "../core/asn1/pem.ts";
import type { PublicKey } from "../core/keys/public-key.ts";
import { parsePublicKey } from "../trust/parse-public-key.ts";
import type { LogBody } from "./log-body.ts";
import type { SignedContent } from "../core/signed-content.ts";

export interface LoggedSignature {
  readonly signature: Uint8Array;
  readonly content: SignedContent;
  readonly verifier: SignatureVerifier;
}

export type SignatureVerifier =
  /** DER. */
  { readonly kind: "certificate"; readonly certificate: Uint8Array } | { readonly kind: "key"; readonly key: PublicKey };

/** How the entry differs from this signature; undefined if it matches. */
export async function differenceOf(body: LogBody, logged: LoggedSignature): Promise<string | undefined> {
  if (body.signature ? !equalBytes(body.signature, logged.signature) : body.of !== "envelope") return "another signature";
  const expected = await hashOfContent(logged.content, body);
  if (expected === undefined) return `a ${body.hash.name} hash of a ${body.of}, which cannot be compared here`;
  if (body.hash.hex !== expected) return `other content, with the ${body.hash.name} hash ${JSON.stringify(body.hash.hex.slice(0, 128))}`;
  return isVerifier(body.verifier, logged.verifier) ? undefined : "a signature by another key or certificate";
}

async function hashOfContent(content: SignedContent, { of, hash: { name } }: LogBody): Promise<string | undefined> {
  if (of === "envelope") return content.kind === "envelope" && content.bytes ? hexOf(name, [content.bytes]) : undefined;
  if (content.kind === "envelope") {
    return hexOf(name, of === "payload" ? [content.payload] : preAuthParts(content.payloadType, content.payload));
  }
  if (of === "payload") return undefined;
  if (content.kind === "message") return hexOf(name, [content.message]);
  return name === "sha256" ? content.sha256 : undefined;
}

async function hexOf(name: HashAlgorithm, parts: readonly Uint8Array[]): Promise<string> {
  return toHex(await hashInSlices(name, parts));
}

/** A certificate must be identical; a key must be the same key, in any encoding or certificate. */
function isVerifier(pem: Uint8Array, verifier: SignatureVerifier): boolean {
  try {
    if (verifier.kind === "key") return parsePublicKey(pem, "the log entry's key").fingerprint === verifier.key.fingerprint;
    const [first] = parsePem(pem, "the log entry's certificate");
    return first?.label === "CERTIFICATE" && equalBytes(first.bytes, verifier.certificate);
  } catch (error) {
    if (error instanceof TouchmarkError) return false; // what cannot be read is not the same
    throw error;
  }
}
