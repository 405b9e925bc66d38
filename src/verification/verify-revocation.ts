/**
 * Verifies that no certificate of a chain is revoked, as the Notary Project does (trust-store-trust-policy.md, "Certificate
 * Revocation Evaluation"): OCSP first; revocation lists if OCSP gives no answer, or if the certificate names no responder.
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
import { verificationLimits } from "./limits.ts";

export interface ChainRevocationQuestion {
  /** Certificates from the leaf to the root; the chain must be verified, else an untrusted certificate chooses which URLs are requested. */
  readonly chain: readonly Certificate[];
  readonly facts: Facts;
  /** The time of verification. */
  readonly at: Instant;
  /** The latest verified time of the signature, if any. */
  readonly signedAt?: Instant;
}

export interface ChainRevocation {
  /** The status of the whole chain: revoked if any certificate is, else unknown if any is. */
  readonly status: RevocationStatus;
  /** The status of each certificate below the root, in order. */
  readonly certificates: readonly RevocationStatus[];
}

/** At most three rounds of answers: OCSP, lists, deltas. */
export async function verifyRevocation({ chain, ...rest }: ChainRevocationQuestion): Promise<ChainRevocation> {
  const certificates = await Promise.all(
    chain.slice(0, -1).map((certificate, depth) => certificateStanding({ ...rest, certificate, issuer: chain[depth + 1] ?? certificate })),
  );
  const status = certificates.length === 0 ? good("a root cannot be revoked") : allOf(certificates);
  return { status, certificates };
}

async function certificateStanding(question: RevocationQuestion): Promise<RevocationStatus> {
  const name = describeCertificate(question.certificate);
  const status = await evaluate(question);
  return status.outcome === "failed" ? status : { ...status, detail: `${name}: ${status.detail}` };
}

async function evaluate(question: RevocationQuestion): Promise<RevocationStatus> {
  try {
    const responders = ocspUrls(question.certificate);
    const points = crlPoints(question.certificate);
    if (
      responders.length > verificationLimits.revocationUrls ||
      (points ?? []).flatMap(({ urls }) => urls).length > verificationLimits.revocationUrls
    ) {
      return unknown(`it names more than ${verificationLimits.revocationUrls} places that tell of revocations`, "LIMIT_EXCEEDED");
    }
    if (responders.length === 0) return points ? await crlStatus(points, question) : good("has no OCSP or CRL address");
    const status = await ocspStatus(responders, question);
    if (status.outcome !== "undecided" || status.needs.length > 0 || !points) return status;
    const fallback = await crlStatus(points, question);
    return fallback.outcome === "undecided" ? joinUnknown([status, fallback]) : fallback;
  } catch (thrown) {
    const { code, message } = asTouchmarkError(thrown);
    if (code === "INTERNAL") throw thrown;
    return unknown(message);
  }
}
