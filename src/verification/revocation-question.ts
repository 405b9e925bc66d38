/** The input for the revocation status of one certificate, and rules that OCSP and revocation lists share. */
import { asTouchmarkError } from "../core/errors.ts";
import { factKey, type Facts, type StatusQuestion } from "../core/facts/facts.ts";
import { formatInstant, maxSkew, type Instant } from "../core/instant.ts";
import { describeCertificate, type Certificate } from "../core/x509/certificate.ts";
import { onHold, removed, type RevokedEntry } from "../core/x509/revoked-entry.ts";
import { good, needed, unknown, type RevocationStatus } from "./revocation-status.ts";

export interface RevocationQuestion {
  readonly certificate: Certificate;
  /** The issuer, whose signature on the certificate is verified. */
  readonly issuer: Certificate;
  readonly facts: Facts;
  /** The time of verification. */
  readonly at: Instant;
  /** The latest verified time of the signature, if any. */
  readonly signedAt?: Instant;
}

export interface RevocationContext {
  /** The source of the answer, for messages. */
  readonly source: "OCSP responder" | "revocation list" | "delta";
  readonly question: StatusQuestion;
  readonly facts: Facts;
}

/** Reads the answer if it is there; else returns an unknown status with the needed question, or the reason why the answer is not usable. */
export async function statusFrom(
  { source, question, facts }: RevocationContext,
  read: (bytes: Uint8Array) => Promise<RevocationStatus>,
): Promise<RevocationStatus> {
  const from = `the ${source} of ${hostOf(question.url)}`;
  const answer = facts.get(factKey(question));
  if (!answer) return { ...needed(question), detail: `${from} was not asked` };
  if (!("bytes" in answer)) return unknown(`${from}: ${answer.message}`, answer.code);
  try {
    const status = await read(answer.bytes);
    return status.outcome === "failed" ? status : { ...status, detail: `${from}: ${status.detail}` };
  } catch (thrown) {
    const { code, message } = asTouchmarkError(thrown);
    if (code === "INTERNAL") throw thrown;
    return unknown(`${from}: ${message}`);
  }
}

/** The status of a revoked certificate: a signature verified to be earlier than the invalidity date stays good. */
export function revocationStatusOf(
  entry: RevokedEntry,
  { certificate, signedAt }: RevocationQuestion,
  { nextUpdate }: Partial<Dated> = {},
): RevocationStatus {
  const { at, invalidFrom } = entry;
  if (signedAt !== undefined && invalidFrom !== undefined && signedAt < invalidFrom) {
    return good(`not to be trusted since ${formatInstant(invalidFrom)}, after the signature`, nextUpdate);
  }
  return { outcome: "failed", code: "REVOKED", detail: `${describeCertificate(certificate)} was revoked at ${formatInstant(at)}` };
}

/**
 * The status of a permanent revocation, which holds at any time (trust policy, "Revocation Checking with CRL"); undefined for a
 * certificate on hold, and for a signature that the revocation does not affect.
 */
export function revokedForGood(entry: RevokedEntry, question: RevocationQuestion): RevocationStatus | undefined {
  const status = revocationStatusOf(entry, question);
  return status.outcome === "failed" && entry.reason !== onHold && entry.reason !== removed ? status : undefined;
}

export interface Dated {
  readonly thisUpdate: Instant;
  readonly nextUpdate?: Instant;
}

/** Why an answer is outside its validity period; undefined if it is within. */
export function staleness({ thisUpdate, nextUpdate }: Dated, at: Instant): string | undefined {
  if (thisUpdate > at + maxSkew) return `its answer is of ${formatInstant(thisUpdate)}, which is yet to come`;
  if (nextUpdate === undefined) return "its answer does not say until when it holds";
  return at > nextUpdate ? `its data was valid until ${formatInstant(nextUpdate)}` : undefined;
}

/** The host of a URL, for messages. */
function hostOf(url: string): string {
  return URL.parse(url)?.host.slice(0, 100) || "an address without a host";
}
