/** The supported certificate extensions (RFC 5280, section 4.2.1). Absent is undefined; each reader throws MALFORMED. */
import { contextTag, inside, Members, parseDer, tags, type Der } from "../asn1/der.ts";
import { readAscii, readBitString, readBoolean, readInteger, readOctetString, readOid } from "../asn1/der-values.ts";
import { malformed } from "../errors.ts";
import type { Certificate } from "./certificate.ts";
import type { Extension } from "./extension-list.ts";

export const extensionOids = {
  subjectKeyIdentifier: "2.5.29.14",
  keyUsage: "2.5.29.15",
  subjectAltName: "2.5.29.17",
  basicConstraints: "2.5.29.19",
  nameConstraints: "2.5.29.30",
  authorityKeyIdentifier: "2.5.29.35",
  extendedKeyUsage: "2.5.29.37",
} as const;

export interface BasicConstraints {
  readonly ca: boolean;
  /** Maximum number of intermediate authorities between this one and the leaf. */
  readonly pathLength?: number;
}

export function basicConstraints(certificate: Certificate): BasicConstraints | undefined {
  const what = "the certificate's basicConstraints";
  const value = read(certificate, extensionOids.basicConstraints, what);
  if (value === undefined) return undefined;
  const members = new Members(value, tags.sequence, what);
  const flag = members.optional(tags.boolean);
  const length = members.optional(tags.integer);
  members.end();
  const ca = flag !== undefined && readBoolean(flag, what);
  if (length === undefined) return { ca };
  const pathLength = Number(readInteger(length, what));
  if (!ca || pathLength < 0) throw malformed(`${what} has a path length it cannot have`);
  return { ca, pathLength };
}

const keyUsages = [
  "digitalSignature",
  "contentCommitment",
  "keyEncipherment",
  "dataEncipherment",
  "keyAgreement",
  "keyCertSign",
  "cRLSign",
  "encipherOnly",
  "decipherOnly",
] as const;
export type KeyUsage = (typeof keyUsages)[number];

export function keyUsage(certificate: Certificate): ReadonlySet<KeyUsage> | undefined {
  const what = "the certificate's keyUsage";
  const value = read(certificate, extensionOids.keyUsage, what);
  if (value === undefined) return undefined;
  const { bytes } = readBitString(value, what);
  return new Set(keyUsages.filter((_, bit) => ((bytes[bit >> 3] ?? 0) & (0x80 >> (bit & 7))) !== 0));
}

/** OIDs, at least one. */
export function extendedKeyUsage(certificate: Certificate): readonly string[] | undefined {
  const what = "the certificate's extKeyUsage";
  const value = read(certificate, extensionOids.extendedKeyUsage, what);
  const usages = value && inside(value, tags.sequence, what).map((usage) => readOid(usage, what));
  if (usages?.length === 0) throw malformed(`${what} is empty`);
  return usages;
}

export type GeneralName =
  | { readonly kind: "email" | "dns" | "uri"; readonly value: string }
  | { readonly kind: "other"; readonly oid: string; readonly value: Der }
  /** A directory name, an IP address and the like; its value is not parsed. */
  | { readonly kind: "unread"; readonly tag: number };

const asciiNames: ReadonlyMap<number, "email" | "dns" | "uri"> = new Map([
  [contextTag(1, "primitive"), "email" as const],
  [contextTag(2, "primitive"), "dns" as const],
  [contextTag(6, "primitive"), "uri" as const],
]);

/** All names, in order; empty where there is no such extension. */
export function subjectAltNames(certificate: Certificate): readonly GeneralName[] {
  const what = "the certificate's subjectAltName";
  const value = read(certificate, extensionOids.subjectAltName, what);
  return value === undefined ? [] : inside(value, tags.sequence, what).map((name) => readGeneralName(name, what));
}

function readGeneralName(name: Der, what: string): GeneralName {
  const kind = asciiNames.get(name.tag);
  if (kind) return { kind, value: readAscii(name.content, what) };
  if (name.tag !== contextTag(0)) return { kind: "unread", tag: name.tag };
  const members = new Members(name, contextTag(0), what);
  const oid = readOid(members.take("type-id"), what);
  const explicit = new Members(members.take("value"), contextTag(0), what);
  const value = explicit.take("value");
  explicit.end();
  members.end();
  return { kind: "other", oid, value };
}

export function subjectKeyIdentifier(certificate: Certificate): Uint8Array | undefined {
  const what = "the certificate's subjectKeyIdentifier";
  const value = read(certificate, extensionOids.subjectKeyIdentifier, what);
  return value && readOctetString(value, what);
}

/** The issuer's key identifier. */
export function authorityKeyIdentifier(certificate: Certificate): Uint8Array | undefined {
  const what = "the certificate's authorityKeyIdentifier";
  const value = read(certificate, extensionOids.authorityKeyIdentifier, what);
  return value && new Members(value, tags.sequence, what).optional(contextTag(0, "primitive"))?.content;
}

/** Certificates of a trusted root are read repeatedly, so the result is memoised. */
const parsed = new WeakMap<Extension, Der>();

function read({ extensions }: Certificate, oid: string, what: string): Der | undefined {
  const extension = extensions.get(oid);
  if (!extension) return undefined;
  const value = parsed.get(extension) ?? parseDer(extension.value, what, { maxDepth: 16, maxValues: 2000 });
  parsed.set(extension, value);
  return value;
}
