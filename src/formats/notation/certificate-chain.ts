/**
 * Checks the certificate chain in an envelope, independent of trust and time (signature specification, "Certificate Requirements"): it must
 * be complete and in order, with valid certificates in each position, and end in a root; or it is one self-signed certificate.
 *
 * A critical extension that is not supported leaves the result undecided; the specification would ignore it.
 */
import { equalBytes } from "../../core/bytes.ts";
import { asTouchmarkError, TouchmarkError } from "../../core/errors.ts";
import type { Check } from "../../core/finding.ts";
import { formatInstant, type Instant } from "../../core/instant.ts";
import type { Interval } from "../../core/interval.ts";
import { describeCertificate, type Certificate } from "../../core/x509/certificate.ts";
import { extensionOids } from "../../core/x509/extensions.ts";
import { isSignedBy } from "../../core/x509/is-signed-by.ts";
import { schemeNamedBy } from "../../core/x509/signature-algorithm.ts";
import { authorityBreach, signerBreach } from "./certificate-requirements.ts";

type Refusal = Exclude<Check, { readonly outcome: "passed" }>;

const understood: ReadonlySet<string> = new Set([
  extensionOids.keyUsage,
  extensionOids.subjectAltName,
  extensionOids.basicConstraints,
  extensionOids.extendedKeyUsage,
]);

/** The first requirement that the chain, from the signer's certificate upward, breaks; undefined if it meets all. */
export async function chainBreach(chain: readonly Certificate[]): Promise<Refusal | undefined> {
  for (const [depth, certificate] of chain.entries()) {
    const name = describeCertificate(certificate);
    try {
      const why =
        (await linkBreach(certificate, chain, depth)) ??
        (depth === 0 ? signerBreach(certificate) : authorityBreach(certificate, depth - 1));
      if (why !== undefined) return { name: "certificate", outcome: "failed", code: "CERTIFICATE_INVALID", detail: `${name} ${why}` };
    } catch (thrown) {
      const { code, message } = asTouchmarkError(thrown);
      if (code === "INTERNAL") throw thrown;
      if (code === "LIMIT_EXCEEDED") return { name: "certificate", outcome: "undecided", code, detail: message };
      return { name: "certificate", outcome: "failed", code: "CERTIFICATE_INVALID", detail: `${name} cannot be read: ${message}` };
    }
    const unknown = [...certificate.extensions].find(([oid, { critical }]) => critical && !understood.has(oid));
    if (unknown) {
      const detail = `${name} has the critical extension ${unknown[0]}, which is not supported`;
      return { name: "certificate", outcome: "undecided", code: "UNSUPPORTED", detail };
    }
  }
  return undefined;
}

/**
 * Throws CERTIFICATE_INVALID, UNSUPPORTED, LIMIT_EXCEEDED or EXPIRED for a chain that no verifier would accept at a time, or throughout an
 * interval.
 */
export async function requireChain(chain: readonly Certificate[], from: Instant, to?: Instant): Promise<void> {
  const breach = await chainBreach(chain);
  if (breach) throw new TouchmarkError(breach.code, breach.detail);
  const outside = validityBreach(chain, from, to);
  if (outside !== undefined) throw new TouchmarkError("EXPIRED", outside);
}

/** The interval in which every certificate is valid. */
export function validityOf(chain: readonly Certificate[]): Interval {
  return { from: Math.max(...chain.map(({ notBefore }) => notBefore)), until: Math.min(...chain.map(({ notAfter }) => notAfter)) };
}

/** Why not every certificate is valid at a time, or throughout an interval. */
export function validityBreach(chain: readonly Certificate[], from: Instant, to: Instant = from): string | undefined {
  const outside = chain.find(({ notBefore, notAfter }) => from < notBefore || notAfter < to);
  if (!outside) return undefined;
  const { notBefore, notAfter } = outside;
  return `${describeCertificate(outside)} is valid from ${formatInstant(notBefore)} to ${formatInstant(notAfter)}, not at ${formatInstant(from < notBefore ? from : to)}`;
}

/** Why a certificate was not issued by the next one or, for the last, by itself. */
async function linkBreach(certificate: Certificate, chain: readonly Certificate[], depth: number): Promise<string | undefined> {
  const isLast = depth === chain.length - 1;
  const isSelfIssued = equalBytes(certificate.issuer.raw, certificate.subject.raw);
  if (isLast && !isSelfIssued) return "ends the chain and is no root: the chain is not complete";
  const issuer = chain[depth + 1] ?? certificate;
  if (!equalBytes(certificate.issuer.raw, issuer.subject.raw))
    return `is followed by ${describeCertificate(issuer)}, which did not issue it`;
  if (schemeNamedBy(certificate.signatureAlgorithm, issuer.publicKey) === undefined) {
    return `is signed by an algorithm that is not accepted (${certificate.signatureAlgorithm.oid})`;
  }
  if (!(await isSignedBy(certificate, issuer))) return `is not signed by ${isLast ? "itself" : describeCertificate(issuer)}`;
  if (!isLast && isSelfIssued && (await isSignedBy(certificate, certificate))) return "signed itself and does not end the chain";
  return undefined;
}
