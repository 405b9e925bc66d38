/**
 * Proves that no certificate of a chain was revoked, as the Notary Project does it (trust-store-trust-policy.md, "Certificate
 * Revocation Evaluation"): OCSP first; revocation lists where that gives no answer, or where the certificate names no responder.
 * A certificate that names neither, and a root, cannot be revoked.
 */
import { asTouchmarkError } from "../core/errors.ts";
import type { Facts } from "../core/facts/facts.ts";
import type { Instant } from "../core/instant.ts";
import { describeCertificate, type Certificate } from "../core/x509/certificate.ts";
import { crlPoints, ocspUrls } from "../core/x509/distribution-points.ts";
import { crlStatus } from "./crl-status.ts";
import { ocspStatus } from "./ocsp-status.ts";
import type { RevocationQuestion } from "./revocation-question.ts";
import { allOf, good, joinUnknown, unknown, type RevocationStatus } from "./revocation-status.ts";

export interface ChainRevocationQuestion {
  /** From the leaf to the root; proven to lead to one that is trusted, else a stranger has us ask whom he likes. */
  readonly chain: readonly Certificate[];
  readonly facts: Facts;
  /** The time of verification. */
  readonly at: Instant;
  /** The latest time at which the signature is proven to have been there, if any is. */
  readonly signedAt?: Instant;
}

export interface ChainRevocation {
  /** Of the whole chain: revoked if any certificate is, else unknown if any is. */
  readonly status: RevocationStatus;
  /** Of each certificate below the root, in order. */
  readonly certificates: readonly RevocationStatus[];
}

/** URLs of one kind that a certificate may name. */
const maxUrls = 8;

/** Three rounds of answers at most: OCSP, lists, deltas. */
export async function verifyRevocation({ chain, ...rest }: ChainRevocationQuestion): Promise<ChainRevocation> {
  const certificates = await Promise.all(
    chain.slice(0, -1).map((certificate, depth) => certificateStanding({ ...rest, certificate, issuer: chain[depth + 1] ?? certificate })),
  );
  const status = certificates.length === 0 ? good("a root cannot be revoked") : allOf(certificates);
  return { status, certificates };
}

async function certificateStanding(question: RevocationQuestion): Promise<RevocationStatus> {
  const name = describeCertificate(question.certificate);
  const standing = await evaluate(question);
  return standing.outcome === "failed" ? standing : { ...standing, detail: `${name}: ${standing.detail}` };
}

async function evaluate(question: RevocationQuestion): Promise<RevocationStatus> {
  try {
    const responders = ocspUrls(question.certificate);
    const points = crlPoints(question.certificate);
    if (responders.length > maxUrls || (points ?? []).flatMap(({ urls }) => urls).length > maxUrls) {
      return unknown(`it names more than ${maxUrls} places that tell of revocations`, "LIMIT_EXCEEDED");
    }
    if (responders.length === 0) return points ? await crlStatus(points, question) : good("has no OCSP or CRL address");
    const standing = await ocspStatus(responders, question);
    if (standing.outcome !== "undecided" || standing.needs.length > 0 || !points) return standing;
    const fallback = await crlStatus(points, question);
    return fallback.outcome === "undecided" ? joinUnknown([standing, fallback]) : fallback;
  } catch (thrown) {
    const { code, message } = asTouchmarkError(thrown);
    if (code === "INTERNAL") throw thrown;
    return unknown(message);
  }
}
