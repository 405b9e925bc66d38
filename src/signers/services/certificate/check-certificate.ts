/** Checks an issued certificate: it must match the request, and pass everything that verifiers check later. */
import { equalBytes } from "../../../core/bytes.ts";
import { asTouchmarkError } from "../../../core/errors.ts";
import { formatInstant, type Instant } from "../../../core/instant.ts";
import type { PublicKey } from "../../../core/keys/public-key.ts";
import type { Certificate } from "../../../core/x509/certificate.ts";
import { certificateIdentity, type CertificateIdentity } from "../../../core/x509/certificate-identity.ts";
import { verifyCertificatePath } from "../../../verification/certificate-path.ts";
import { verifyScts } from "../../../verification/sct.ts";
import type { TrustedRoot } from "../../../trust/trusted-root.ts";
import { accepted, wrongAnswer } from "../accepted.ts";
import { nearest } from "../clocks.ts";

/** An absent value may be any but empty. */
export type ExpectedIdentity = Partial<Pick<CertificateIdentity, "subjectAlternativeName" | "issuer">>;

export interface CertificateExpectations {
  readonly publicKey: PublicKey;
  readonly identity?: ExpectedIdentity;
  readonly root: TrustedRoot;
  /** The issuer, for messages. */
  readonly who: string;
  readonly at: Instant;
}

/**
 * Throws CERTIFICATE_INVALID for a certificate of another key, without an identity or outside its validity, IDENTITY_MISMATCH for one
 * of another identity; else what is wrong with its path or, if certificate logs are trusted, with its SCTs.
 */
export async function checkCertificate(
  leaf: Certificate,
  { publicKey, identity = {}, root, who, at }: CertificateExpectations,
): Promise<void> {
  if (!equalBytes(leaf.spki, publicKey.spki)) throw wrongAnswer("CERTIFICATE_INVALID", who, "the certificate is for another key than ours");
  const named = identityOf(leaf, who);
  for (const [part, what] of [
    ["subjectAlternativeName", "a certificate"],
    ["issuer", "a token of"],
  ] as const) {
    const expected = identity[part];
    if (expected !== undefined && named[part] !== expected) {
      const why = `it is ${what} ${JSON.stringify(named[part] ?? "none")}, expected ${JSON.stringify(expected)}`;
      throw wrongAnswer("IDENTITY_MISMATCH", who, why);
    }
  }
  const time = nearest(at, leaf.notBefore, leaf.notAfter);
  if (time === undefined) {
    const validity = `${formatInstant(leaf.notBefore)} to ${formatInstant(leaf.notAfter)}`;
    throw wrongAnswer("CERTIFICATE_INVALID", who, `the certificate is valid from ${validity}, and here it is ${formatInstant(at)}`);
  }
  const authorities = root.certificateAuthorities;
  // A signature carries only the leaf, so its chain must be in the trusted root.
  const path = accepted(await verifyCertificatePath({ leaf, intermediates: [], authorities, at: time, usage: "code signing" }), who);
  const [, issuer] = path.chain;
  // Whether an SCT is required depends on the trusted root: it is, if the root names a certificate log.
  if (root.certificateLogs.length === 0 || issuer === undefined) return;
  accepted(await verifyScts({ certificate: leaf, issuer, logs: root.certificateLogs }), who);
}

function identityOf(leaf: Certificate, who: string): CertificateIdentity {
  try {
    return certificateIdentity(leaf);
  } catch (error) {
    const { code, message } = asTouchmarkError(error);
    if (code !== "MALFORMED") throw error;
    throw wrongAnswer("CERTIFICATE_INVALID", who, message);
  }
}
