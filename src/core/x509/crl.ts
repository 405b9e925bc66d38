/**
 * Certificate revocation lists of version 2, complete ones and deltas (RFC 5280, section 5):
 *
 *     SEQUENCE { TBSCertList, signatureAlgorithm, signature BIT STRING }
 *     TBSCertList: SEQUENCE { version 1, signature algorithm, issuer, thisUpdate, nextUpdate?, revokedCertificates?, [0] extensions }
 *
 * Parsing verifies nothing. The entries, of which there may be a million, are not parsed into values.
 */
import { equalBytes, toHex } from "../bytes.ts";
import { contextTag, Members, openDer, parseDer, tags, type Der } from "../asn1/der.ts";
import { readBitStringBytes, readInteger, readTime } from "../asn1/der-values.ts";
import { malformed, TouchmarkError } from "../errors.ts";
import type { Instant } from "../instant.ts";
import { freshestPoints, type DistributionPoint } from "./distribution-points.ts";
import { readExtensions, refuseUnknown, type Extension } from "./extension-list.ts";
import type { SignedStructure } from "./is-signed-by.ts";
import { readScope, type ListScope } from "./list-scope.ts";
import { readName, type Name } from "./name.ts";
import { findEntry, type RevokedEntry } from "./revoked-entry.ts";
import { readAlgorithmIdentifier } from "./signature-algorithm.ts";
import { coreLimits } from "../limits.ts";

export interface RevocationList extends SignedStructure {
  readonly issuer: Name;
  readonly thisUpdate: Instant;
  /** The time by which the next list is issued. */
  readonly nextUpdate?: Instant;
  readonly number?: bigint;
  /** Present in a delta: the number of the base list that it updates. */
  readonly baseNumber?: bigint;
  /** Absent where the list covers all certificates of its issuer. */
  readonly scope?: ListScope;
  /** URLs of the deltas to this list. */
  readonly freshest?: readonly DistributionPoint[];
  /** Finds the entry with this serial number, in the bytes of the certificate's INTEGER. Throws MALFORMED, or UNSUPPORTED. */
  find(serial: Uint8Array): RevokedEntry | undefined;
}

const crlNumberOid = "2.5.29.20";
const deltaIndicatorOid = "2.5.29.27";
const issuingDistributionPointOid = "2.5.29.28";
const freshestCrlOid = "2.5.29.46";
const understood: ReadonlySet<string> = new Set([crlNumberOid, deltaIndicatorOid, issuingDistributionPointOid, freshestCrlOid]);

/** Throws MALFORMED, LIMIT_EXCEEDED past a bound, or UNSUPPORTED for an unknown critical extension. */
export function parseCrl(bytes: Uint8Array): RevocationList {
  const what = "the revocation list";
  if (bytes.length > coreLimits.crlBytes) {
    throw new TouchmarkError("LIMIT_EXCEEDED", `${what} has ${bytes.length} bytes, over the limit of ${coreLimits.crlBytes}`);
  }
  const outer = new Members(openDer(bytes, what), tags.sequence, what);
  const tbs = outer.take("tbsCertList", tags.sequence);
  const signatureAlgorithm = readAlgorithmIdentifier(opened(outer.take("signatureAlgorithm"), what), `${what}.signatureAlgorithm`);
  const signature = readBitStringBytes(outer.take("signature"), `${what}.signature`);
  outer.end();

  const members = new Members(openDer(tbs.raw, what), tags.sequence, what);
  const version = readInteger(members.take("version"), `${what}.version`);
  if (version !== 1n) throw malformed(`${what} is of version ${version + 1n}, expected 2`);
  if (!equalBytes(members.take("signature").raw, signatureAlgorithm.raw)) {
    throw malformed(`${what} names one signature algorithm inside and another outside of what is signed`);
  }
  const issuer = readName(opened(members.take("issuer"), what), `${what}.issuer`);
  const thisUpdate = readTime(members.take("thisUpdate"), `${what}.thisUpdate`);
  const next = members.optional(tags.utcTime) ?? members.optional(tags.generalizedTime);
  const entries = members.optional(tags.sequence)?.content ?? new Uint8Array();
  const list = members.optional(contextTag(0));
  members.end();

  const extensions = readExtensions(list && opened(list, what), contextTag(0), what);
  refuseUnknown(extensions, understood, what);
  const number = readNumber(extensions, crlNumberOid);
  const baseNumber = readNumber(extensions, deltaIndicatorOid);
  const scope = readScope(extensions.get(issuingDistributionPointOid));
  const freshest = freshestPoints({ extensions });
  const found = new Map<string, RevokedEntry | undefined>();
  return {
    tbs,
    issuer,
    thisUpdate,
    ...(next && { nextUpdate: readTime(next, `${what}.nextUpdate`) }),
    ...(number !== undefined && { number }),
    ...(baseNumber !== undefined && { baseNumber }),
    ...(scope && { scope }),
    ...(freshest && { freshest }),
    signatureAlgorithm,
    signature,
    find(serial) {
      const key = toHex(serial);
      if (!found.has(key)) found.set(key, findEntry(entries, serial));
      return found.get(key);
    },
  };
}

function opened(value: Der, what: string): Der {
  return parseDer(value.raw, what, { maxBytes: 64 * 1024, maxDepth: 16, maxValues: 2000 });
}

function readNumber(extensions: ReadonlyMap<string, Extension>, oid: string): bigint | undefined {
  const extension = extensions.get(oid);
  const number = extension && readInteger(parseDer(extension.value, "the revocation list's number"), "the revocation list's number");
  if (number !== undefined && number < 0n) throw malformed(`the revocation list has the number ${number}`);
  return number;
}
