/**
 * AlgorithmIdentifier (RFC 5280, section 4.1.1.2), `SEQUENCE { algorithm OID, parameters ANY OPTIONAL }`, and the
 * signature scheme of each: ECDSA (RFC 5758), RSASSA-PKCS1-v1_5 and -PSS (RFC 4055), Ed25519 (RFC 8410). SHA-1 and
 * MD5 are not accepted.
 */
import { contextTag, Members, parseDer, tags, type Der } from "../asn1/der.ts";
import { readInteger, readOid } from "../asn1/der-values.ts";
import { malformed } from "../errors.ts";
import type { PublicKey } from "../keys/public-key.ts";
import { signingSchemes as schemes, type SignatureScheme } from "../keys/signature-schemes.ts";

export interface AlgorithmIdentifier {
  readonly oid: string;
  readonly parameters: Der | undefined;
  readonly raw: Uint8Array;
}

export function readAlgorithmIdentifier(value: Der, what: string): AlgorithmIdentifier {
  const members = new Members(value, tags.sequence, what);
  const oid = readOid(members.take("algorithm", tags.oid), what);
  const [, parameters] = value.children;
  if (parameters) members.take("parameters");
  members.end();
  return { oid, parameters, raw: value.raw };
}

interface Entry {
  readonly scheme: SignatureScheme;
  /** Kinds of keys, in Node's names, that make such signatures. */
  readonly keys: readonly string[];
  readonly parameters: "absent" | "null";
}

const ecdsa = { keys: ["ec"], parameters: "absent" } as const;
const pkcs1 = { keys: ["rsa"], parameters: "null" } as const;

const algorithms: ReadonlyMap<string, Entry> = new Map<string, Entry>([
  ["1.2.840.10045.4.3.2", { scheme: schemes["ecdsa-sha256"], ...ecdsa }],
  ["1.2.840.10045.4.3.3", { scheme: schemes["ecdsa-sha384"], ...ecdsa }],
  ["1.2.840.10045.4.3.4", { scheme: schemes["ecdsa-sha512"], ...ecdsa }],
  ["1.2.840.113549.1.1.11", { scheme: schemes["rsa-pkcs1-sha256"], ...pkcs1 }],
  ["1.2.840.113549.1.1.12", { scheme: schemes["rsa-pkcs1-sha384"], ...pkcs1 }],
  ["1.2.840.113549.1.1.13", { scheme: schemes["rsa-pkcs1-sha512"], ...pkcs1 }],
  ["1.3.101.112", { scheme: schemes.ed25519, keys: ["ed25519"], parameters: "absent" }],
]);

const pssOid = "1.2.840.113549.1.1.10";
const mgf1Oid = "1.2.840.113549.1.1.8";
const hashes: ReadonlyMap<string, { readonly scheme: SignatureScheme; readonly length: bigint }> = new Map([
  ["2.16.840.1.101.3.4.2.1", { scheme: schemes["rsa-pss-sha256"], length: 32n }],
  ["2.16.840.1.101.3.4.2.2", { scheme: schemes["rsa-pss-sha384"], length: 48n }],
  ["2.16.840.1.101.3.4.2.3", { scheme: schemes["rsa-pss-sha512"], length: 64n }],
]);

/** The scheme that the algorithm names; undefined if it is not accepted or does not fit this kind of key. Throws MALFORMED. */
export function schemeNamedBy(algorithm: AlgorithmIdentifier, key: PublicKey): SignatureScheme | undefined {
  const kind = key.key.asymmetricKeyType ?? "";
  if (algorithm.oid === pssOid) return kind === "rsa" || kind === "rsa-pss" ? readPss(algorithm) : undefined;
  const entry = algorithms.get(algorithm.oid);
  if (!entry?.keys.includes(kind)) return undefined;
  // RFC 4055, section 2.1, requires readers to accept a missing NULL for RSA.
  const isNull = algorithm.parameters?.tag === tags.null && algorithm.parameters.content.length === 0;
  if (algorithm.parameters !== undefined && !(entry.parameters === "null" && isNull)) {
    throw malformed(`the signature algorithm ${algorithm.oid} has parameters it cannot have`);
  }
  return entry.scheme;
}

/** RSASSA-PSS-params (RFC 4055, section 3.1): the same hash in both places, and a salt of its length. All defaults are SHA-1. */
function readPss({ parameters }: AlgorithmIdentifier): SignatureScheme | undefined {
  const what = "the RSASSA-PSS parameters";
  if (parameters === undefined) return undefined;
  const members = new Members(parameters, tags.sequence, what);
  const parts = [0, 1, 2, 3].map((number) => members.optional(contextTag(number)));
  members.end();
  const [hash, mask, salt, trailer] = parts.map((part) => part && parseDer(part.content, what));
  if (!hash || !mask || !salt) return undefined;
  const generator = readAlgorithmIdentifier(mask, what);
  if (generator.oid !== mgf1Oid || generator.parameters === undefined) return undefined;
  const { oid } = readAlgorithmIdentifier(hash, what);
  const found = hashes.get(oid);
  const isSame = readAlgorithmIdentifier(generator.parameters, what).oid === oid;
  if (!found || !isSame || readInteger(salt, what) !== found.length) return undefined;
  return trailer === undefined || readInteger(trailer, what) === 1n ? found.scheme : undefined;
}
