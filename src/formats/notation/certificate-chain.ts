/**
 * The chain in an envelope, whoever is trusted and at any time (signature specification, "Certificate Requirements"): whole
 * and in order, each certificate made for its place. It ends in a root, or is one certificate that signed itself.
 *
 * Critical extensions that are not understood here leave it undecided, where the specification would pass over them.
 */
import { equalBytes } from "../../core/bytes.ts";
import { asTouchmarkError } from "../../core/errors.ts";
import type { Check } from "../../core/finding.ts";
import { formatInstant, type Instant } from "../../core/instant.ts";
import { describeCertificate, type Certificate } from "../../core/x509/certificate.ts";
import { basicConstraints, extendedKeyUsage, extensionOids, keyUsage, type KeyUsage } from "../../core/x509/extensions.ts";
import { isSignedBy } from "../../core/x509/is-signed-by.ts";
import { schemeNamedBy } from "../../core/x509/signature-algorithm.ts";
import { algorithmOf } from "./algorithms.ts";

type Refusal = Exclude<Check, { readonly outcome: "passed" }>;

const understood: ReadonlySet<string> = new Set([
  extensionOids.keyUsage,
  extensionOids.subjectAltName,
  extensionOids.basicConstraints,
  extensionOids.extendedKeyUsage,
]);

/** What a signer's certificate may be for beside signing: nothing but to say that it stands by it. */
const signerUsages: ReadonlySet<KeyUsage> = new Set(["digitalSignature", "contentCommitment"]);
const foreignUsages: ReadonlyMap<string, string> = new Map([
  ["2.5.29.37.0", "anything"],
  ["1.3.6.1.5.5.7.3.1", "server authentication"],
  ["1.3.6.1.5.5.7.3.2", "client authentication"],
  ["1.3.6.1.5.5.7.3.4", "e-mail"],
  ["1.3.6.1.5.5.7.3.8", "time stamping"],
  ["1.3.6.1.5.5.7.3.9", "OCSP"],
]);

/** The first requirement that the chain, from the signer's certificate upward, does not keep; undefined if it keeps them all. */
export async function chainBreach(chain: readonly Certificate[]): Promise<Refusal | undefined> {
  for (const [depth, certificate] of chain.entries()) {
    const name = describeCertificate(certificate);
    try {
      const why =
        (await linkBreach(certificate, chain, depth)) ?? (depth === 0 ? signerBreach(certificate) : authorityBreach(certificate, depth));
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

/** Why not every certificate holds at a moment, or at the moments from one to another. */
export function validityBreach(chain: readonly Certificate[], from: Instant, to: Instant = from): string | undefined {
  const outside = chain.find(({ notBefore, notAfter }) => from < notBefore || notAfter < to);
  if (!outside) return undefined;
  const { notBefore, notAfter } = outside;
  return `${describeCertificate(outside)} is valid from ${formatInstant(notBefore)} to ${formatInstant(notAfter)}, not at ${formatInstant(from < notBefore ? from : to)}`;
}

/** Why the next certificate, or for the last one itself, did not issue it. */
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

function signerBreach(certificate: Certificate): string | undefined {
  if (basicConstraints(certificate)?.ca) return "is one of an authority, expected one of a signer";
  const usages = keyUsage(certificate);
  if (!usages || !isCritical(certificate, extensionOids.keyUsage)) return "does not say, critically, what it is for (key usage)";
  if (!usages.has("digitalSignature")) return "is not for signatures (key usage)";
  const foreign = [...usages].find((usage) => !signerUsages.has(usage));
  if (foreign !== undefined) return `is for more than signatures (key usage ${foreign})`;
  const other = extendedKeyUsage(certificate)?.find((oid) => foreignUsages.has(oid));
  if (other !== undefined) return `is for ${foreignUsages.get(other)} (extended key usage ${other})`;
  if (!algorithmOf(certificate.publicKey)) return `has a key that signs by no accepted algorithm (${certificate.publicKey.algorithm.name})`;
  return undefined;
}

function authorityBreach(certificate: Certificate, depth: number): string | undefined {
  const constraints = basicConstraints(certificate);
  if (!constraints?.ca || !isCritical(certificate, extensionOids.basicConstraints)) {
    return "issued a certificate and is, critically, no authority (basic constraints)";
  }
  if (!keyUsage(certificate)?.has("keyCertSign") || !isCritical(certificate, extensionOids.keyUsage)) {
    return "issued a certificate and may not, critically (key usage)";
  }
  const { pathLength = Infinity } = constraints;
  return depth - 1 > pathLength ? `allows ${pathLength} authorities below it, and ${depth - 1} are` : undefined;
}

function isCritical({ extensions }: Certificate, oid: string): boolean {
  return extensions.get(oid)?.critical === true;
}
