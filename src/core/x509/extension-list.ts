/**
 * Extensions of certificates, revocation lists and OCSP responses (RFC 5280, section 4.1.2.9):
 *
 *     [n] { SEQUENCE OF SEQUENCE { extnID OID, critical BOOLEAN DEFAULT FALSE, extnValue OCTET STRING } }
 */
import { inside, Members, tags, type Der } from "../asn1/der.ts";
import { readBoolean, readOctetString, readOid } from "../asn1/der-values.ts";
import { malformed, TouchmarkError } from "../errors.ts";

export interface Extension {
  readonly critical: boolean;
  /** The content of its OCTET STRING. */
  readonly value: Uint8Array;
}

/** Reads extensions by OID; empty where there is no list. `what` names their owner in messages. Throws MALFORMED, also for a repeated OID. */
export function readExtensions(explicit: Der | undefined, tag: number, what: string): ReadonlyMap<string, Extension> {
  if (explicit === undefined) return new Map();
  const members = new Members(explicit, tag, `${what}.extensions`);
  const extensions = readExtensionList(members.take("list"), what);
  members.end();
  return extensions;
}

/** The same without the tag around it. */
export function readExtensionList(list: Der, what: string): ReadonlyMap<string, Extension> {
  const extensions = new Map<string, Extension>();
  for (const entry of inside(list, tags.sequence, `${what}.extensions`)) {
    const members = new Members(entry, tags.sequence, `${what}.extensions`);
    const oid = readOid(members.take("extnID"), `${what}.extensions`);
    const flag = members.optional(tags.boolean);
    const critical = flag !== undefined && readBoolean(flag, `${what}.extensions.critical`);
    const content = readOctetString(members.take("extnValue"), `${what}.extensions.extnValue`);
    members.end();
    if (extensions.has(oid)) throw malformed(`${what} has the extension ${oid} twice`);
    extensions.set(oid, { critical, value: content });
  }
  return extensions;
}

/** Throws UNSUPPORTED for a critical extension that is not known. */
export function refuseUnknown(extensions: ReadonlyMap<string, Extension>, understood: ReadonlySet<string>, what: string): void {
  const unknown = [...extensions].find(([oid, { critical }]) => critical && !understood.has(oid));
  if (unknown) throw new TouchmarkError("UNSUPPORTED", `${what} has the critical extension ${unknown[0]}, which is not understood`);
}
