/** Verifies an RFC 3161 timestamp over a signature, by a trusted authority (section 2.3). */
import { equalBytes } from "../core/bytes.ts";
import { isContentSigned, isSignedWith } from "../core/envelopes/cms.ts";
import { asTouchmarkError, type Code } from "../core/errors.ts";
import type { Check } from "../core/finding.ts";
import { formatInstant, type Instant } from "../core/instant.ts";
import { isImprintOf, isCertificateIdOf, parseTimestampToken, type TimestampToken } from "../core/envelopes/timestamp-token.ts";
import { describeCertificate, parseCertificate, type Certificate } from "../core/x509/certificate.ts";
import { basicConstraints } from "../core/x509/extensions.ts";
import type { CertificateAuthority } from "../trust/trusted-root.ts";
import { verifyCertificatePath } from "./certificate-path.ts";
import type { Result } from "./result.ts";

export interface TimestampTime {
  readonly at: Instant;
  /** Accuracy in milliseconds, in both directions; absent where the token does not say. */
  readonly accuracy?: number;
  /** Only a SHA-1 hash identifies the signer's certificate (RFC 2634, section 5.4), as before RFC 5035. */
  readonly isNamedBySha1: boolean;
  readonly authority: CertificateAuthority;
  /** Certificates from the signer's to the authority's root. */
  readonly chain: readonly Certificate[];
}

export interface TimestampVerificationRequest {
  /** The timestamped bytes: a signature's. */
  readonly stamped: Uint8Array;
  /** Trusted authorities. A chain may begin with the authority's signing certificate, which is then the only accepted one. */
  readonly authorities: readonly CertificateAuthority[];
}

/**
 * Verifies one timestamp, DER: a token, or a response that grants one.
 * TIMESTAMP_INVALID if it does not verify, CERTIFICATE_UNTRUSTED if it is of none of the authorities, or another code of the certificate's path.
 */
export async function verifyTimestamp(
  timestamp: Uint8Array,
  { stamped, authorities }: TimestampVerificationRequest,
): Promise<Result<TimestampTime>> {
  try {
    const token = parseTimestampToken(timestamp);
    const trusted = authorities.flatMap(({ chain }) => chain);
    const embedded = token.signedData.certificates.map(
      (der) => trusted.find(({ raw }) => equalBytes(raw, der)) ?? parseCertificate(der, "a certificate in the timestamp"),
    );
    const signer = findSigner(token, [...trusted, ...embedded]);
    if (!signer)
      return failed("CERTIFICATE_UNTRUSTED", "the certificate that the timestamp says it is signed with is neither trusted nor in it");
    const fault = await faultOf(token, stamped, signer);
    if (fault !== undefined) return failed("TIMESTAMP_INVALID", fault);
    const possible = authorities.filter(({ chain }) => maySign(chain, signer));
    return await verifyAuthority(token, signer, embedded, possible);
  } catch (thrown) {
    return unreadable(thrown);
  }
}

/** The certificate that the signer identifies as its own and whose hash it signed. */
function findSigner({ signedData, signers }: TimestampToken, candidates: readonly Certificate[]): Certificate | undefined {
  const { issuer, serialNumber } = signedData.signer.certificate;
  return candidates.find(
    (certificate) =>
      equalBytes(certificate.issuer.raw, issuer) &&
      equalBytes(certificate.serial, serialNumber) &&
      signers.every((id) => isCertificateIdOf(id, certificate)),
  );
}

/** Why the token does not verify, independent of the authority; undefined if it does. */
async function faultOf(token: TimestampToken, stamped: Uint8Array, signer: Certificate): Promise<string | undefined> {
  if (!isImprintOf(token, stamped)) return "the timestamp is of other bytes than this signature";
  if (!isContentSigned(token.signedData)) return "what the timestamp says is not what its authority signed";
  if (!(await isSignedWith(token.signedData, signer.publicKey)))
    return `the timestamp's signature does not verify with ${describeCertificate(signer)}`;
  return undefined;
}

/** Whether the authority accepts the signer: a chain that begins with a signing certificate accepts no other. */
function maySign([first]: readonly Certificate[], signer: Certificate): boolean {
  return first !== undefined && (basicConstraints(first)?.ca === true || equalBytes(first.raw, signer.raw));
}

async function verifyAuthority(
  { at, accuracy, signers }: TimestampToken,
  leaf: Certificate,
  embedded: readonly Certificate[],
  authorities: readonly CertificateAuthority[],
): Promise<Result<TimestampTime>> {
  const isNamedBySha1 = signers.every(({ algorithm }) => algorithm === "sha1");
  const intermediates = embedded.filter(({ raw }) => !equalBytes(raw, leaf.raw));
  let refusal = failed("CERTIFICATE_UNTRUSTED", `${describeCertificate(leaf)} is of no authority that is trusted for timestamps`);
  for (const authority of authorities) {
    const path = await verifyCertificatePath({ leaf, intermediates, authorities: [authority], at, usage: "time stamping" });
    if ("value" in path) {
      const detail = `${authority.name} saw it at ${formatInstant(at)}`;
      return {
        check: { name: "timestamp", outcome: "passed", detail },
        value: { at, authority, chain: path.value.chain, isNamedBySha1, ...(accuracy !== undefined && { accuracy }) },
      };
    }
    // A rule violated under a matching authority explains more than a path that does not lead to another.
    if (refusal.check.code === "CERTIFICATE_UNTRUSTED") refusal = { check: { ...path.check, name: "timestamp" } };
  }
  return refusal;
}

interface Refused {
  readonly check: Exclude<Check, { readonly outcome: "passed" }>;
}

function failed(code: Code, detail: string): Refused {
  return { check: { name: "timestamp", outcome: "failed", code, detail } };
}

function unreadable(thrown: unknown): Refused {
  const { code, message } = asTouchmarkError(thrown);
  if (code === "LIMIT_EXCEEDED") return { check: { name: "timestamp", outcome: "undecided", code, detail: message } };
  if (code === "INTERNAL") throw thrown;
  return failed("TIMESTAMP_INVALID", message);
}
