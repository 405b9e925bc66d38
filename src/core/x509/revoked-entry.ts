/**
 * An entry of a revocation list (RFC 5280, section 5.3):
 *
 *     SEQUENCE { userCertificate INTEGER, revocationDate Time, extensions? }
 */
import { equalBytes } from "../bytes.ts";
import { Members, parseDer, readHeader, tags, type Der, type DerHeader } from "../asn1/der.ts";
import { readTime } from "../asn1/der-values.ts";
import { malformed } from "../errors.ts";
import type { Instant } from "../instant.ts";
import { readExtensionList, refuseUnknown, type Extension } from "./extension-list.ts";

export interface RevokedEntry {
  /** The revocation date. */
  readonly at: Instant;
  /** The invalidity date, which may be earlier than the revocation date. */
  readonly invalidFrom?: Instant;
  readonly reason?: number;
}

/** Reasons (RFC 5280, section 5.3.1) other than permanent revocation. */
export const onHold = 6;
/** In a delta only: the certificate is no longer on hold. */
export const removed = 8;

const what = "an entry of the revocation list";
const reasonOid = "2.5.29.21";
const invalidityDateOid = "2.5.29.24";
const understood: ReadonlySet<string> = new Set([reasonOid, invalidityDateOid]);
/** The bytes of the critical flag in an extension; other data may contain them by chance. */
const criticalFlag = Buffer.from("0101ff", "hex");

/**
 * Scans all entries, each parsed as far as needed to know that it is another certificate's. An unknown critical
 * extension in any entry invalidates the list (RFC 5280, section 5.3). Throws MALFORMED, or UNSUPPORTED.
 */
export function findEntry(entries: Uint8Array, serial: Uint8Array): RevokedEntry | undefined {
  const bytes = Buffer.from(entries.buffer, entries.byteOffset, entries.byteLength);
  let flag = bytes.indexOf(criticalFlag);
  let found: RevokedEntry | undefined;
  for (let at = 0; at < entries.length;) {
    const entry = expect(readHeader(entries, at, entries.length, what), tags.sequence);
    const number = expect(readHeader(entries, entry.contentStart, entry.contentEnd, what), tags.integer);
    expectShortest(entries, number);
    const isFound = isAt(entries, number, serial);
    if (isFound && found) throw malformed("the revocation list has one certificate twice");
    const isSuspect = flag !== -1 && flag < entry.contentEnd;
    if (isSuspect) flag = bytes.indexOf(criticalFlag, entry.contentEnd);
    if (isFound || isSuspect) {
      const read = readEntry(parseDer(entries.subarray(at, entry.contentEnd), what, { maxBytes: 64 * 1024, maxDepth: 8, maxValues: 200 }));
      if (isFound) found = read;
    }
    at = entry.contentEnd;
  }
  return found;
}

function expect(header: DerHeader, tag: number): DerHeader {
  if (header.tag !== tag) throw malformed(`${what} is not of the form it must have`);
  return header;
}

/** Requires the shortest encoding: otherwise a certificate's number would not match. */
function expectShortest(bytes: Uint8Array, { contentStart, contentEnd }: DerHeader): void {
  const first = bytes[contentStart] ?? 0;
  const second = bytes[contentStart + 1] ?? 0;
  const isPadded = contentEnd - contentStart > 1 && ((first === 0 && second < 0x80) || (first === 0xff && second >= 0x80));
  if (contentStart === contentEnd || isPadded) throw malformed(`${what} has a number that is not in its shortest form`);
}

function isAt(bytes: Uint8Array, { contentStart, contentEnd }: DerHeader, serial: Uint8Array): boolean {
  // The last bytes differ most: usually only one is compared.
  return bytes[contentEnd - 1] === serial.at(-1) && equalBytes(bytes.subarray(contentStart, contentEnd), serial);
}

function readEntry(value: Der): RevokedEntry {
  const members = new Members(value, tags.sequence, what);
  members.take("userCertificate", tags.integer);
  const at = readTime(members.take("revocationDate"), `${what}.revocationDate`);
  const list = members.optional(tags.sequence);
  members.end();
  const extensions = list ? readExtensionList(list, what) : new Map<string, Extension>();
  refuseUnknown(extensions, understood, what);
  const invalidFrom = invalidityDate(extensions);
  const reason = extensions.get(reasonOid);
  return { at, ...(invalidFrom !== undefined && { invalidFrom }), ...(reason && { reason: readReason(parseDer(reason.value, what)) }) };
}

/** The reason in the extensions of an entry, or of an OCSP response. Throws MALFORMED. */
export function invalidityDate(extensions: ReadonlyMap<string, Extension>): Instant | undefined {
  const extension = extensions.get(invalidityDateOid);
  return extension && readTime(parseDer(extension.value, "invalidityDate"), "invalidityDate");
}

/** Reads a CRLReason. Throws MALFORMED. */
export function readReason({ tag, content: [reason = 0, ...more] }: Der): number {
  if (tag !== tags.enumerated || more.length > 0) throw malformed("the reason of a revocation is none");
  return reason;
}
