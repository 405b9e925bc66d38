/** Hash algorithms as ASN.1 AlgorithmIdentifiers (RFC 5754, section 2), with parameters NULL or absent. */
import { Members, tags, type Der } from "../asn1/der.ts";
import { readOid } from "../asn1/der-values.ts";
import { malformed } from "../errors.ts";
import type { HashAlgorithm } from "./hash.ts";

const names: Readonly<Record<string, HashAlgorithm>> = {
  "2.16.840.1.101.3.4.2.1": "sha256",
  "2.16.840.1.101.3.4.2.2": "sha384",
  "2.16.840.1.101.3.4.2.3": "sha512",
};

/** Throws MALFORMED for anything but the three accepted algorithms. */
export function readHashAlgorithm(value: Der, what: string): HashAlgorithm {
  const members = new Members(value, tags.sequence, what);
  const oid = readOid(members.take("algorithm"), `${what}.algorithm`);
  members.optional(tags.null);
  members.end();
  const name = names[oid];
  if (name === undefined) throw malformed(`${what} is ${oid}, expected SHA-256, SHA-384 or SHA-512`);
  return name;
}
