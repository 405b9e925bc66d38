/** A chain whose certificates can be revoked, and answers about it, for tests. */
import { factKey, type FactAnswer, type Facts, type FactQuestion } from "../core/facts/facts.ts";
import { encodeOcspRequest } from "../core/x509/ocsp-request.ts";
import type { Certificate } from "../core/x509/certificate.ts";
import { extensions, makeCertificate, makeKey, type KeyPair, type Shape } from "../core/x509/fixture.test.ts";
import { makeCrl, makeOcspResponse, now, type CrlShape, type OcspShape } from "../core/x509/revocation-fixture.test.ts";
import { verifyRevocation, type ChainRevocationQuestion } from "./verify-revocation.ts";
import type { RevocationStatus } from "./revocation-status.ts";

export const keys: Readonly<Record<"root" | "ca" | "leaf" | "other", KeyPair>> = {
  root: makeKey(),
  ca: makeKey(),
  leaf: makeKey(),
  other: makeKey(),
};
const authority = [extensions.authority(), extensions.keyCertSign];
export const root: Certificate = makeCertificate({ subject: "root", key: keys.root, extensions: authority });
export const ca: Certificate = makeCertificate({
  subject: "ca",
  issuer: "root",
  key: keys.ca,
  signedBy: keys.root.privateKey,
  extensions: authority,
});
export const leaf = (...list: readonly Uint8Array[]): Certificate => issued({ subject: "leaf", key: keys.leaf, extensions: list });
/** Revoked by the authority "ca". */
export const issued = (shape: Shape): Certificate => makeCertificate({ issuer: "ca", signedBy: keys.ca.privateKey, ...shape });

export const crl = (shape: Partial<CrlShape> = {}): FactAnswer => ({ bytes: makeCrl({ signedBy: keys.ca.privateKey, ...shape }) });
export const ocsp = (certificate: Certificate, shape: Partial<OcspShape> = {}): FactAnswer => ({
  bytes: makeOcspResponse({ certificate, issuer: ca, signedBy: keys.ca.privateKey, ...shape }),
});
export const unreachable: FactAnswer = { code: "UNREACHABLE", message: "the connection was refused" };
export const revokedLeaf: Pick<CrlShape, "entries"> = { entries: [{ serial: 7, reason: 1 }] };

export const crlOf = (url: string, issuer: Certificate = ca): FactQuestion => ({ kind: "crl", url, issuer });
export const ocspOf = (url: string, certificate: Certificate): FactQuestion => ({
  kind: "ocsp",
  url,
  request: encodeOcspRequest(certificate, ca),
});
export const facts = (...pairs: readonly (readonly [FactQuestion, FactAnswer])[]): Facts =>
  new Map(pairs.map(([question, answer]) => [factKey(question), answer]));

/** The status of the leaf only, unless a chain is given. */
export async function statusOf(
  certificate: Certificate,
  known: Facts,
  more: Partial<ChainRevocationQuestion> = {},
): Promise<RevocationStatus> {
  return (await verifyRevocation({ chain: [certificate, ca, root], facts: known, at: now, ...more })).status;
}
