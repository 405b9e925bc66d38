/** Proves when a signature was there already: a timestamp over it (RFC 3161), signed by a trusted authority (section 2.3). */
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
  /** Milliseconds by which the time may be off, either way; absent where the token does not say. */
  readonly accuracy?: number;
  /** Only SHA-1 says which certificate it is signed with (RFC 2634, section 5.4), as before RFC 5035. */
  readonly isNamedBySha1: boolean;
  readonly authority: CertificateAuthority;
  /** From the certificate it is signed with to the authority's root. */
  readonly chain: readonly Certificate[];
}

export interface TimestampVerificationRequest {
  /** The bytes that must have been stamped: a signature's. */
  readonly stamped: Uint8Array;
  /** A chain may begin with the certificate the authority signs with, which then is the only one. */
  readonly authorities: readonly CertificateAuthority[];
}

/**
 * Proves one timestamp, DER: a token, or a response that grants one.
 * TIMESTAMP_INVALID if it does not hold, CERTIFICATE_UNTRUSTED if it is of none of the authorities, or another code of the certificate's path.
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
    return await proveAuthority(token, signer, embedded, possible);
  } catch (thrown) {
    return unreadable(thrown);
  }
}

/** The certificate that the signer says is its own and whose hash it signed. */
function findSigner({ signedData, signers }: TimestampToken, candidates: readonly Certificate[]): Certificate | undefined {
  const { issuer, serialNumber } = signedData.signer.certificate;
  return candidates.find(
    (certificate) =>
      equalBytes(certificate.issuer.raw, issuer) &&
      equalBytes(certificate.serial, serialNumber) &&
      signers.every((id) => isCertificateIdOf(id, certificate)),
  );
}

/** What does not hold, whoever the authority is. */
async function faultOf(token: TimestampToken, stamped: Uint8Array, signer: Certificate): Promise<string | undefined> {
  if (!isImprintOf(token, stamped)) return "the timestamp is of other bytes than this signature";
  if (!isContentSigned(token.signedData)) return "what the timestamp says is not what its authority signed";
  if (!(await isSignedWith(token.signedData, signer.publicKey)))
    return `the timestamp's signature does not verify with ${describeCertificate(signer)}`;
  return undefined;
}

/** An authority whose chain begins with the certificate it signs with has no other. */
function maySign([first]: readonly Certificate[], signer: Certificate): boolean {
  return first !== undefined && (basicConstraints(first)?.ca === true || equalBytes(first.raw, signer.raw));
}

async function proveAuthority(
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
    // What an authority it leads to says against it tells more than that it does not lead to another.
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
