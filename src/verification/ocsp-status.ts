/** Revocation status by an OCSP response (RFC 6960, sections 3.2 and 4.2.2). */
import { equalBytes } from "../core/bytes.ts";
import type { Instant } from "../core/instant.ts";
import { isCertificateId, encodeOcspRequest, keyHash } from "../core/x509/ocsp-request.ts";
import { parseOcspResponse, type OcspResponse } from "../core/x509/ocsp.ts";
import type { Certificate } from "../core/x509/certificate.ts";
import { crlPoints, ocspUrls } from "../core/x509/distribution-points.ts";
import { extendedKeyUsage, extensionOids, keyUsage } from "../core/x509/extensions.ts";
import { isSignedBy } from "../core/x509/is-signed-by.ts";
import { statusFrom, revokedForGood, staleness, revocationStatusOf, type RevocationQuestion } from "./revocation-question.ts";
import { firstKnown, good, unknown, type RevocationStatus } from "./revocation-status.ts";

const ocspSigningOid = "1.3.6.1.5.5.7.3.9";
const noCheckOid = "1.3.6.1.5.5.7.48.1.5";
const understood: ReadonlySet<string> = new Set([
  extensionOids.keyUsage,
  extensionOids.extendedKeyUsage,
  extensionOids.basicConstraints,
  extensionOids.subjectAltName,
]);

/** Returns the status of the first responder with a valid response. */
export function ocspStatus(urls: readonly string[], question: RevocationQuestion): Promise<RevocationStatus> {
  const request = encodeOcspRequest(question.certificate, question.issuer);
  return firstKnown(urls, (url) => {
    const context = { source: "OCSP responder", question: { kind: "ocsp", url, request }, facts: question.facts } as const;
    return statusFrom(context, (bytes) => answerOf(parseOcspResponse(bytes), question));
  });
}

async function answerOf(response: OcspResponse, question: RevocationQuestion): Promise<RevocationStatus> {
  const { certificate, issuer, at } = question;
  const fault = await responderFault(response, issuer, at);
  if (fault !== undefined) return unknown(fault);
  const [answer, ...more] = response.answers.filter(({ id }) => isCertificateId(id, certificate, issuer));
  if (!answer || more.length > 0)
    return unknown(`its response ${answer ? "mentions the certificate several times" : "does not mention the certificate"}`);
  const { status } = answer;
  const final = typeof status === "object" ? revokedForGood(status, question) : undefined;
  if (final) return final;
  const stale = staleness(answer, at);
  if (stale !== undefined) return unknown(stale);
  if (status === "unknown") return unknown("it does not know the certificate");
  return status === "good" ? good("not revoked", answer.nextUpdate) : revocationStatusOf(status, question, answer);
}

/** Why no authorised responder signed this response; undefined if one did. */
async function responderFault(response: OcspResponse, issuer: Certificate, at: Instant): Promise<string | undefined> {
  if (isResponder(issuer, response) && (await isSignedBy(response, issuer))) return undefined;
  const delegate = response.certificates.find((one) => isResponder(one, response));
  if (!delegate || !(await isSignedBy(response, delegate))) return "its answer is not signed by the certificate's issuer or its delegate";
  return delegateFault(delegate, issuer, at);
}

function isResponder(certificate: Certificate, { responder }: OcspResponse): boolean {
  if ("name" in responder) return equalBytes(responder.name, certificate.subject.raw);
  return equalBytes(responder.keyHash, keyHash(certificate));
}

/**
 * The issuer itself must have issued the delegate, for this purpose (section 4.2.2.2). A delegate that could be revoked, without the
 * no-check extension, is not accepted: checking it would need a further responder, recursively.
 */
async function delegateFault(delegate: Certificate, issuer: Certificate, at: Instant): Promise<string | undefined> {
  const { extensions, notBefore, notAfter } = delegate;
  if (!equalBytes(delegate.issuer.raw, issuer.subject.raw) || !(await isSignedBy(delegate, issuer))) {
    return "its answer is signed with a certificate that the issuer did not make";
  }
  if (at < notBefore || at > notAfter) return "its own certificate is not valid now";
  if (!extendedKeyUsage(delegate)?.includes(ocspSigningOid)) return "its own certificate is not for OCSP (extended key usage)";
  if (keyUsage(delegate)?.has("digitalSignature") === false) return "its own certificate is not for signatures (key usage)";
  const unread = [...extensions].find(([oid, { critical }]) => critical && !understood.has(oid));
  if (unread) return `its own certificate has the critical extension ${unread[0]}, which is not understood`;
  const isRevocable = ocspUrls(delegate).length > 0 || crlPoints(delegate) !== undefined;
  return isRevocable && !extensions.has(noCheckOid) ? "its own certificate may be revoked (it has no id-pkix-ocsp-nocheck)" : undefined;
}
