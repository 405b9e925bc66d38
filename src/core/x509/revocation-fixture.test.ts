/** Revocation data for tests: lists and OCSP responses of any shape, and certificates that name their URLs. */
import { sign, type KeyObject } from "node:crypto";
import { encodeUtf8 } from "../bytes.ts";
import { contextTag, encodeDer, tags } from "../asn1/der.ts";
import type { Instant } from "../instant.ts";
import { encodeOcspRequest, keyHash } from "./ocsp-request.ts";
import type { Certificate } from "./certificate.ts";
import { bitString, extension, integer, nameFrom, octetString, oid, oids, sequence, time } from "./fixture.test.ts";
import { parseDer } from "../asn1/der.ts";

const uri = (url: string): Uint8Array => encodeDer(contextTag(6, "primitive"), encodeUtf8(url));
const tagged = (number: number, ...parts: readonly Uint8Array[]): Uint8Array => encodeDer(contextTag(number), ...parts);
const primitive = (number: number, ...bytes: readonly number[]): Uint8Array =>
  encodeDer(contextTag(number, "primitive"), Uint8Array.from(bytes));
const enumerated = (value: number): Uint8Array => encodeDer(tags.enumerated, Uint8Array.of(value));
const ecdsa = sequence(oid(oids.ecdsaSha256));

/** The names of one distribution point. */
export const pointOf = (...urls: readonly string[]): Uint8Array => tagged(0, tagged(0, ...urls.map(uri)));
export const distributionPoints = (id: string, ...points: readonly Uint8Array[]): Uint8Array => extension(id, sequence(...points));

/** Extensions of a certificate. */
export const revocable: {
  readonly ocsp: (...urls: readonly string[]) => Uint8Array;
  /** One distribution point with these URLs. */
  readonly crl: (...urls: readonly string[]) => Uint8Array;
  readonly freshest: (...urls: readonly string[]) => Uint8Array;
} = {
  ocsp: (...urls) => extension("1.3.6.1.5.5.7.1.1", sequence(...urls.map((url) => sequence(oid("1.3.6.1.5.5.7.48.1"), uri(url))))),
  crl: (...urls) => distributionPoints("2.5.29.31", sequence(pointOf(...urls))),
  freshest: (...urls) => distributionPoints("2.5.29.46", sequence(pointOf(...urls))),
};

export interface EntryShape {
  readonly serial: number;
  readonly at?: Instant;
  readonly reason?: number;
  readonly invalidFrom?: Instant;
  readonly extensions?: readonly Uint8Array[];
}

export interface ScopeShape {
  readonly urls?: readonly string[];
  readonly only?: "signers" | "authorities" | "attributes";
  readonly someReasons?: boolean;
  readonly isIndirect?: boolean;
}

export interface CrlShape {
  readonly issuer?: string;
  readonly signedBy: KeyObject;
  readonly thisUpdate?: Instant;
  /** Null for none. */
  readonly nextUpdate?: Instant | null;
  readonly entries?: readonly EntryShape[];
  readonly number?: number;
  readonly baseNumber?: number;
  readonly scope?: ScopeShape;
  readonly freshest?: readonly string[];
  readonly extensions?: readonly Uint8Array[];
  readonly version?: number;
  /** Replaces the entries: the content of revokedCertificates. */
  readonly revoked?: Uint8Array;
}

const revokedAt = Date.UTC(2026, 4, 1);
const day = 24 * 60 * 60 * 1000;
/** The time of verification in tests, unless they say otherwise. */
export const now: Instant = Date.UTC(2026, 5, 1);

export const makeEntry = ({ serial, at = revokedAt, reason, invalidFrom, extensions = [] }: EntryShape): Uint8Array => {
  const list = [
    ...(reason === undefined ? [] : [extension("2.5.29.21", enumerated(reason))]),
    ...(invalidFrom === undefined ? [] : [extension("2.5.29.24", time(invalidFrom))]),
    ...extensions,
  ];
  return sequence(integer(serial), time(at), ...(list.length > 0 ? [sequence(...list)] : []));
};

const makeScope = ({ urls, only, someReasons, isIndirect }: ScopeShape): Uint8Array =>
  sequence(
    ...(urls ? [pointOf(...urls)] : []),
    ...(only === "signers" ? [primitive(1, 0xff)] : []),
    ...(only === "authorities" ? [primitive(2, 0xff)] : []),
    ...(someReasons ? [primitive(3, 1, 0x40)] : []),
    ...(isIndirect ? [primitive(4, 0xff)] : []),
    ...(only === "attributes" ? [primitive(5, 0xff)] : []),
  );

/** A list valid for the day around `now`, of the authority "ca", unless the shape says otherwise. */
export function makeCrl(shape: CrlShape): Uint8Array {
  const { issuer = "ca", signedBy, thisUpdate = now - day, nextUpdate = now + day, entries = [], number = 5, version = 1 } = shape;
  const { revoked = Buffer.concat(entries.map(makeEntry)) } = shape;
  const list = [
    extension("2.5.29.20", integer(number)),
    ...(shape.baseNumber === undefined ? [] : [extension("2.5.29.27", integer(shape.baseNumber), true)]),
    ...(shape.scope ? [extension("2.5.29.28", makeScope(shape.scope), true)] : []),
    ...(shape.freshest ? [revocable.freshest(...shape.freshest)] : []),
    ...(shape.extensions ?? []),
  ];
  const tbs = sequence(
    integer(version),
    ecdsa,
    nameFrom(issuer),
    time(thisUpdate),
    ...(nextUpdate === null ? [] : [time(nextUpdate)]),
    ...(revoked.length > 0 ? [encodeDer(tags.sequence, revoked)] : []),
    tagged(0, sequence(...list)),
  );
  return sequence(tbs, ecdsa, bitString(sign("sha256", tbs, signedBy)));
}

export interface OcspShape {
  readonly certificate: Certificate;
  readonly issuer: Certificate;
  readonly signedBy: KeyObject;
  /** The responder, if not the issuer. */
  readonly responder?: Certificate;
  readonly byKey?: boolean;
  readonly certificates?: readonly Certificate[];
  readonly status?: "good" | "unknown" | Omit<EntryShape, "serial">;
  readonly thisUpdate?: Instant;
  readonly nextUpdate?: Instant | null;
  readonly extensions?: readonly Uint8Array[];
  /** Extensions of the whole response. */
  readonly responseExtensions?: readonly Uint8Array[];
  /** One less than the version; it is omitted where it is 1. */
  readonly version?: number;
  /** Replaces the one single response. */
  readonly answers?: readonly Uint8Array[];
}

/** A CertID as in our own requests. */
function certificateId(certificate: Certificate, issuer: Certificate): Uint8Array {
  const [tbs] = parseDer(encodeOcspRequest(certificate, issuer), "request").children;
  return tbs?.children[0]?.children[0]?.children[0]?.raw ?? sequence();
}

export function makeOcspAnswer(shape: OcspShape): Uint8Array {
  const { certificate, issuer, status = "good", thisUpdate = now - day, nextUpdate = now + day, extensions = [] } = shape;
  const entry = typeof status === "string" ? {} : status;
  const list = [...(entry.invalidFrom === undefined ? [] : [extension("2.5.29.24", time(entry.invalidFrom))]), ...extensions];
  const reason = entry.reason === undefined ? [] : [tagged(0, enumerated(entry.reason))];
  const word = typeof status === "string" ? primitive(status === "good" ? 0 : 2) : tagged(1, time(entry.at ?? revokedAt), ...reason);
  return sequence(
    certificateId(certificate, issuer),
    word,
    time(thisUpdate),
    ...(nextUpdate === null ? [] : [tagged(0, time(nextUpdate))]),
    ...(list.length > 0 ? [tagged(1, sequence(...list))] : []),
  );
}

/** A response of status good by the issuer, unless the shape says otherwise. */
export function makeOcspResponse(shape: OcspShape): Uint8Array {
  const { issuer, signedBy, responder = issuer, byKey, certificates = [], answers = [makeOcspAnswer(shape)] } = shape;
  const id = byKey ? tagged(2, octetString(keyHash(responder))) : tagged(1, responder.subject.raw);
  const { version, responseExtensions = [] } = shape;
  const tbs = sequence(
    ...(version === undefined ? [] : [tagged(0, integer(version))]),
    id,
    time(now),
    sequence(...answers),
    ...(responseExtensions.length > 0 ? [tagged(1, sequence(...responseExtensions))] : []),
  );
  const list = certificates.length > 0 ? [tagged(0, sequence(...certificates.map(({ raw }) => raw)))] : [];
  const basic = sequence(tbs, ecdsa, bitString(sign("sha256", tbs, signedBy)), ...list);
  return sequence(enumerated(0), tagged(0, sequence(oid("1.3.6.1.5.5.7.48.1.1"), octetString(basic))));
}

/** A response with an error status. */
export const makeOcspRefusal = (status: number): Uint8Array => sequence(enumerated(status));
