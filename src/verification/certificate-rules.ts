/** The rules for each certificate of a path at a time (RFC 5280, sections 4.2.1 and 6.1), and the required usage of the leaf. */
import { count } from "../core/count.ts";
import { equalBytes } from "../core/bytes.ts";
import { asTouchmarkError, type Code } from "../core/errors.ts";
import { formatInstant, type Instant } from "../core/instant.ts";
import { describeCertificate, type Certificate } from "../core/x509/certificate.ts";
import { basicConstraints, extendedKeyUsage, extensionOids, keyUsage } from "../core/x509/extensions.ts";
import { isWithin, type CertificateAuthority } from "../trust/trusted-root.ts";

export type CertificateUsage = "code signing" | "time stamping";

export interface Breach {
  readonly outcome: "failed" | "undecided";
  readonly code: Code;
  readonly detail: string;
}

export interface FoundPath {
  /** Certificates from the leaf to the root; each is signed by the next. */
  readonly chain: readonly Certificate[];
  readonly authority: CertificateAuthority;
  readonly at: Instant;
  readonly usage: CertificateUsage;
}

interface UsageRule {
  readonly oid: string;
  /** A time-stamping certificate has this usage only, and marks it critical (RFC 3161, section 2.3). */
  readonly alone: boolean;
}

const usages: Readonly<Record<CertificateUsage, UsageRule>> = {
  "code signing": { oid: "1.3.6.1.5.5.7.3.3", alone: false },
  "time stamping": { oid: "1.3.6.1.5.5.7.3.8", alone: true },
};
const anyUsageOid = "2.5.29.37.0";

/** The extensions processed here or by the caller; any other critical one is refused. */
const understood: ReadonlySet<string> = new Set([
  extensionOids.keyUsage,
  extensionOids.subjectAltName,
  extensionOids.basicConstraints,
  extensionOids.extendedKeyUsage,
]);

/** Returns the first violated rule, or undefined. */
export function breachOf({ chain, authority, at, usage }: FoundPath): Breach | undefined {
  if (!isWithin(authority.validFor, at)) {
    const { start, end } = authority.validFor;
    const until = end === undefined ? "" : ` until ${formatInstant(end)}`;
    return failed(
      "CERTIFICATE_UNTRUSTED",
      `${authority.name} is trusted from ${formatInstant(start)}${until}, not at ${formatInstant(at)}`,
    );
  }
  for (const [depth, certificate] of chain.entries()) {
    const problem = dateBreach(certificate, at) ?? ruleBreach(certificate, { chain, depth, usage });
    if (problem) return problem;
  }
  return undefined;
}

function dateBreach(certificate: Certificate, at: Instant): Breach | undefined {
  const { notBefore, notAfter } = certificate;
  if (notBefore <= at && at <= notAfter) return undefined;
  const dates = `is valid from ${formatInstant(notBefore)} to ${formatInstant(notAfter)}`;
  return failed("EXPIRED", `${describeCertificate(certificate)} ${dates}, not at ${formatInstant(at)}`);
}

interface Position {
  readonly chain: readonly Certificate[];
  /** Number of certificates below this one; 0 for the leaf. */
  readonly depth: number;
  readonly usage: CertificateUsage;
}

function ruleBreach(certificate: Certificate, position: Position): Breach | undefined {
  const { extensions } = certificate;
  if (extensions.has(extensionOids.nameConstraints)) {
    const detail = `${describeCertificate(certificate)} has name constraints, which are not supported yet`;
    return { outcome: "undecided", code: "UNSUPPORTED", detail };
  }
  let why: string | undefined;
  try {
    const unknown = [...extensions].find(([oid, { critical }]) => critical && !understood.has(oid));
    if (unknown) why = `has the critical extension ${unknown[0]}, which is not understood`;
    else why = position.depth === 0 ? leafBreach(certificate, usages[position.usage], position) : authorityBreach(certificate, position);
  } catch (thrown) {
    const { code, message } = asTouchmarkError(thrown);
    if (code !== "MALFORMED") return { outcome: "undecided", code, detail: message };
    why = `cannot be read: ${message}`;
  }
  return why === undefined ? undefined : failed("CERTIFICATE_INVALID", `${describeCertificate(certificate)} ${why}`);
}

function leafBreach(certificate: Certificate, rule: UsageRule, { usage }: Position): string | undefined {
  if (basicConstraints(certificate)?.ca) return "is one of an authority, expected one of a signer";
  const keyUsages = keyUsage(certificate);
  if (keyUsages && !keyUsages.has("digitalSignature")) return "is not for signatures (key usage)";
  const found = extendedKeyUsage(certificate);
  if (!found?.includes(rule.oid)) return `is not for ${usage} (extended key usage ${found?.join(", ") ?? "absent"})`;
  const isCritical = certificate.extensions.get(extensionOids.extendedKeyUsage)?.critical;
  if (rule.alone && (found.length > 1 || !isCritical)) return `is not, critically, for ${usage} alone (extended key usage)`;
  return undefined;
}

function authorityBreach(certificate: Certificate, { chain, depth, usage }: Position): string | undefined {
  const constraints = basicConstraints(certificate);
  if (!constraints?.ca) return "issued a certificate and is not an authority (basic constraints)";
  if (keyUsage(certificate)?.has("keyCertSign") === false) return "issued a certificate and may not (key usage)";
  const found = extendedKeyUsage(certificate);
  if (found && !found.includes(usages[usage].oid) && !found.includes(anyUsageOid)) {
    return `issues no certificates for ${usage} (extended key usage ${found.join(", ")})`;
  }
  // Self-issued authorities do not count (section 6.1.4, l).
  const below = chain.slice(1, depth).filter(({ issuer, subject }) => !equalBytes(issuer.raw, subject.raw)).length;
  const { pathLength = Infinity } = constraints;
  return below > pathLength ? `allows ${count(pathLength, "authority", "authorities")} below it, and has ${below}` : undefined;
}

function failed(code: Code, detail: string): Breach {
  return { outcome: "failed", code, detail };
}
