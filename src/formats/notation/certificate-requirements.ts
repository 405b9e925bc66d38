/**
 * The requirements for each certificate of a chain (signature specification, "Certificate Requirements"). Each function returns why a
 * certificate breaks them, as the end of a sentence that begins with its name, or undefined. Throws what unreadable extensions and keys
 * throw.
 */
import type { Certificate } from "../../core/x509/certificate.ts";
import { basicConstraints, extendedKeyUsage, extensionOids, keyUsage, type KeyUsage } from "../../core/x509/extensions.ts";
import { notaryAlgorithmOf } from "./algorithms.ts";

/** The key usages allowed for a signing certificate: digital signature and non-repudiation. */
const signerUsages: ReadonlySet<KeyUsage> = new Set(["digitalSignature", "contentCommitment"]);
const foreignUsages: ReadonlyMap<string, string> = new Map([
  ["2.5.29.37.0", "anything"],
  ["1.3.6.1.5.5.7.3.1", "server authentication"],
  ["1.3.6.1.5.5.7.3.2", "client authentication"],
  ["1.3.6.1.5.5.7.3.4", "e-mail"],
  ["1.3.6.1.5.5.7.3.8", "time stamping"],
  ["1.3.6.1.5.5.7.3.9", "OCSP"],
]);

/** Checks the signing certificate of an image. */
export function signerBreach(certificate: Certificate): string | undefined {
  if (basicConstraints(certificate)?.ca) return "is one of an authority, expected one of a signer";
  if (!isCritical(certificate, extensionOids.keyUsage)) return "does not say, critically, what it is for (key usage)";
  const usage = usageBreach(certificate);
  if (usage !== undefined) return usage;
  const other = extendedKeyUsage(certificate)?.find((oid) => foreignUsages.has(oid));
  if (other !== undefined) return `is for ${foreignUsages.get(other)} (extended key usage ${other})`;
  return keyBreach(certificate);
}

/** Checks the certificate of an authority, with `below` other authorities between it and the signer. */
export function authorityBreach(certificate: Certificate, below: number): string | undefined {
  if (!isCritical(certificate, extensionOids.keyUsage)) return "issued a certificate and may not, critically (key usage)";
  return issuerBreach(certificate, below);
}

/** Checks the chain of a timestamp, in addition to the requirements of RFC 3161, section 2.3, for every time-stamping certificate. */
export function stamperBreach([leaf, ...authorities]: readonly Certificate[]): string | undefined {
  const why = leaf && (usageBreach(leaf) ?? keyBreach(leaf));
  return why ?? authorities.map((authority, below) => issuerBreach(authority, below)).find((breach) => breach !== undefined);
}

function issuerBreach(certificate: Certificate, below: number): string | undefined {
  const constraints = basicConstraints(certificate);
  if (!constraints?.ca || !isCritical(certificate, extensionOids.basicConstraints)) {
    return "issued a certificate and is, critically, no authority (basic constraints)";
  }
  if (!keyUsage(certificate)?.has("keyCertSign")) return "issued a certificate and may not (key usage)";
  const { pathLength = Infinity } = constraints;
  return below > pathLength ? `allows ${pathLength} authorities below it, and ${below} are` : undefined;
}

function usageBreach(certificate: Certificate): string | undefined {
  const usages = keyUsage(certificate);
  if (!usages?.has("digitalSignature")) return "is not for signatures (key usage)";
  const foreign = [...usages].find((usage) => !signerUsages.has(usage));
  return foreign === undefined ? undefined : `is for more than signatures (key usage ${foreign})`;
}

function keyBreach({ publicKey }: Certificate): string | undefined {
  return notaryAlgorithmOf(publicKey) ? undefined : `has a key that signs by no accepted algorithm (${publicKey.algorithm.name})`;
}

function isCritical({ extensions }: Certificate, oid: string): boolean {
  return extensions.get(oid)?.critical === true;
}
