/**
 * OCSP responses (RFC 6960, section 4.2.1):
 *
 *     OCSPResponse: SEQUENCE { responseStatus ENUMERATED, [0] SEQUENCE { responseType OID, response OCTET STRING }? }
 *     BasicOCSPResponse: SEQUENCE { ResponseData, signatureAlgorithm, signature BIT STRING, [0] SEQUENCE OF Certificate? }
 *     ResponseData: SEQUENCE { [0] version?, responderID, producedAt, responses SEQUENCE OF SingleResponse, [1] extensions? }
 *     SingleResponse: SEQUENCE { certID, [0] good | [1] revoked | [2] unknown, thisUpdate, [0] nextUpdate?, [1] extensions? }
 *
 * Parsing verifies nothing.
 */
import { contextTag, inside, Members, parseDer, tags, type Der } from "../asn1/der.ts";
import { readBitStringBytes, readOctetString, readOid, readTime } from "../asn1/der-values.ts";
import { malformed, TouchmarkError } from "../errors.ts";
import type { Instant } from "../instant.ts";
import { parseCertificate, type Certificate } from "./certificate.ts";
import { readExtensions, refuseUnknown } from "./extension-list.ts";
import type { SignedStructure } from "./is-signed-by.ts";
import { invalidityDate, readReason, type RevokedEntry } from "./revoked-entry.ts";
import { readAlgorithmIdentifier } from "./signature-algorithm.ts";
import { coreLimits } from "../limits.ts";

export interface OcspResponse extends SignedStructure {
  /** The responder: the DER of a subject, or the SHA-1 of a key. */
  readonly responder: { readonly name: Uint8Array } | { readonly keyHash: Uint8Array };
  /** Certificates in the response, which may include the responder's. */
  readonly certificates: readonly Certificate[];
  readonly answers: readonly OcspAnswer[];
}

export interface OcspAnswer {
  /** The certificate that it is about: a CertID. */
  readonly id: Der;
  readonly status: "good" | "unknown" | RevokedEntry;
  readonly thisUpdate: Instant;
  readonly nextUpdate?: Instant;
}

const basicOid = "1.3.6.1.5.5.7.48.1.1";
const statuses = ["successful", "malformed request", "internal error", "try later", "status 4", "request must be signed", "unauthorized"];
const invalidityDateOids: ReadonlySet<string> = new Set(["2.5.29.24"]);
const goodTag = contextTag(0, "primitive");
const revokedTag = contextTag(1);
const unknownTag = contextTag(2, "primitive");
const what = "the OCSP answer";

/** Throws MALFORMED, LIMIT_EXCEEDED past a bound, UNSUPPORTED for a critical extension, REVOCATION_UNKNOWN for an error status. */
export function parseOcspResponse(bytes: Uint8Array): OcspResponse {
  const outer = new Members(parseDer(bytes, what, { maxBytes: coreLimits.ocspBytes, maxDepth: 24, maxValues: 5000 }), tags.sequence, what);
  const status = outer.take("responseStatus", tags.enumerated).content;
  if (status.length !== 1 || status[0] !== 0) {
    throw new TouchmarkError("REVOCATION_UNKNOWN", `the OCSP responder answers: ${statuses[status[0] ?? -1] ?? "an unknown status"}`);
  }
  const response = new Members(only(outer.take("responseBytes"), contextTag(0)), tags.sequence, what);
  outer.end();
  const type = readOid(response.take("responseType"), what);
  if (type !== basicOid) throw malformed(`${what} is of the type ${type}, expected a basic one (${basicOid})`);
  const basic = parseDer(readOctetString(response.take("response"), what), what, { maxDepth: 24, maxValues: 5000 });
  response.end();
  return readBasic(basic);
}

function readBasic(value: Der): OcspResponse {
  const members = new Members(value, tags.sequence, what);
  const tbs = members.take("tbsResponseData", tags.sequence);
  const signatureAlgorithm = readAlgorithmIdentifier(members.take("signatureAlgorithm"), `${what}.signatureAlgorithm`);
  const signature = readBitStringBytes(members.take("signature"), `${what}.signature`);
  const list = members.optional(contextTag(0));
  const certificates = list ? inside(only(list, contextTag(0)), tags.sequence, `${what}.certs`) : [];
  members.end();
  if (certificates.length > coreLimits.ocspCertificates) {
    throw new TouchmarkError(
      "LIMIT_EXCEEDED",
      `${what} has ${certificates.length} certificates, over the limit of ${coreLimits.ocspCertificates}`,
    );
  }

  const data = new Members(tbs, tags.sequence, what);
  const version = data.optional(contextTag(0));
  if (version) throw malformed(`${what} is of another version than 1`);
  const responder = readResponder(data.take("responderID"));
  readTime(data.take("producedAt", tags.generalizedTime), `${what}.producedAt`);
  const answers = inside(data.take("responses"), tags.sequence, `${what}.responses`).map(readAnswer);
  const extensions = readExtensions(data.optional(contextTag(1)), contextTag(1), what);
  data.end();
  refuseUnknown(extensions, new Set(), what);
  return {
    tbs,
    responder,
    certificates: certificates.map(({ raw }) => parseCertificate(raw, "a certificate in the OCSP answer")),
    answers,
    signatureAlgorithm,
    signature,
  };
}

function readResponder(value: Der): OcspResponse["responder"] {
  if (value.tag === contextTag(1)) return { name: only(value, contextTag(1)).raw };
  return { keyHash: readOctetString(only(value, contextTag(2)), `${what}.responderID`) };
}

function readAnswer(value: Der): OcspAnswer {
  const members = new Members(value, tags.sequence, what);
  const id = members.take("certID", tags.sequence);
  const status = members.take("certStatus");
  const thisUpdate = readTime(members.take("thisUpdate", tags.generalizedTime), `${what}.thisUpdate`);
  const next = members.optional(contextTag(0));
  const extensions = readExtensions(members.optional(contextTag(1)), contextTag(1), what);
  members.end();
  refuseUnknown(extensions, invalidityDateOids, what);
  const invalidFrom = invalidityDate(extensions);
  return {
    id,
    status: readStatus(status, invalidFrom),
    thisUpdate,
    ...(next && { nextUpdate: readTime(only(next, contextTag(0)), `${what}.nextUpdate`) }),
  };
}

function readStatus(value: Der, invalidFrom: Instant | undefined): OcspAnswer["status"] {
  if (value.tag === goodTag || value.tag === unknownTag) return value.tag === goodTag ? "good" : "unknown";
  const members = new Members(value, revokedTag, `${what}.certStatus`);
  const at = readTime(members.take("revocationTime", tags.generalizedTime), `${what}.revocationTime`);
  const reason = members.optional(contextTag(0));
  members.end();
  return {
    at,
    ...(invalidFrom !== undefined && { invalidFrom }),
    ...(reason && { reason: readReason(only(reason, contextTag(0))) }),
  };
}

/** Returns the one value inside an explicit tag. */
function only(value: Der, tag: number): Der {
  const [inner, ...more] = inside(value, tag, what);
  if (inner === undefined || more.length > 0) throw malformed(`${what} has ${value.children.length} values, expected one`);
  return inner;
}
