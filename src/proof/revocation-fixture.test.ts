/** A chain whose certificates can be revoked, and answers about it, for tests. */
import assert from "node:assert/strict";
import { keyOf, type Answer, type Facts, type Question } from "../core/facts.ts";
import { encodeOcspRequest } from "../core/ocsp-request.ts";
import type { Certificate } from "../core/x509/certificate.ts";
import { extensions, makeCertificate, makeKey, type KeyPair, type Shape } from "../core/x509/fixture.test.ts";
import { makeCrl, makeOcspResponse, now, type CrlShape, type OcspShape } from "../core/x509/revocation-fixture.test.ts";
import { proveRevocation, type ChainRevocationQuestion } from "./prove-revocation.ts";
import type { Standing } from "./standing.ts";

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
/** By the authority "ca". */
export const issued = (shape: Shape): Certificate => makeCertificate({ issuer: "ca", signedBy: keys.ca.privateKey, ...shape });

export const crl = (shape: Partial<CrlShape> = {}): Answer => ({ bytes: makeCrl({ signedBy: keys.ca.privateKey, ...shape }) });
export const ocsp = (certificate: Certificate, shape: Partial<OcspShape> = {}): Answer => ({
  bytes: makeOcspResponse({ certificate, issuer: ca, signedBy: keys.ca.privateKey, ...shape }),
});
export const unreachable: Answer = { code: "UNREACHABLE", message: "the connection was refused" };
export const revokedLeaf: Pick<CrlShape, "entries"> = { entries: [{ serial: 7, reason: 1 }] };

export const crlOf = (url: string, issuer: Certificate = ca): Question => ({ kind: "crl", url, issuer });
export const ocspOf = (url: string, certificate: Certificate): Question => ({
  kind: "ocsp",
  url,
  request: encodeOcspRequest(certificate, ca),
});
export const facts = (...pairs: readonly (readonly [Question, Answer])[]): Facts =>
  new Map(pairs.map(([question, answer]) => [keyOf(question), answer]));

/** Of the leaf alone, unless a chain is given. */
export async function standing(certificate: Certificate, known: Facts, more: Partial<ChainRevocationQuestion> = {}): Promise<Standing> {
  return (await proveRevocation({ chain: [certificate, ca, root], facts: known, at: now, ...more })).standing;
}

export async function passes(found: Promise<Standing>, detail: RegExp = /not revoked/): Promise<void> {
  const { outcome, detail: told } = await found;
  assert.equal(outcome, "passed", told);
  assert.match(told, detail);
}
export async function isRevoked(found: Promise<Standing>): Promise<void> {
  const one = await found;
  assert.ok(one.outcome === "failed", `${one.outcome}: ${one.detail}`);
  assert.equal(one.code, "REVOKED");
  assert.match(one.detail, /"CN=leaf" was revoked at 2026-05-01T00:00:00Z/);
}
/** Undecided with nothing left to ask. */
export async function isUnknown(found: Promise<Standing>, detail: RegExp, code = "REVOCATION_UNKNOWN"): Promise<void> {
  const one = await found;
  assert.ok(one.outcome === "undecided", `${one.outcome}: ${one.detail}`);
  assert.match(one.detail, detail);
  assert.deepEqual([one.code, one.needs], [code, []]);
}
export async function needs(found: Promise<Standing>, ...questions: readonly Question[]): Promise<void> {
  const one = await found;
  assert.ok(one.outcome === "undecided", `${one.outcome}: ${one.detail}`);
  assert.deepEqual(one.needs.map(keyOf), questions.map(keyOf));
}
