/**
 * Verifies a signature by certificate under one sigstore root (sigstore client specification, "Verification"), in the order of the
 * specification: times, log entries, certificate path at every verified time, certificate logs, signature.
 */
import { digestOf } from "../core/digest.ts";
import { asTouchmarkError } from "../core/errors.ts";
import type { Anchor, CertificateSigner, Check, CheckName } from "../core/finding.ts";
import type { Instant } from "../core/instant.ts";
import type { Certificate } from "../core/x509/certificate.ts";
import { certificateIdentity } from "../core/x509/certificate-identity.ts";
import { verifyCertificatePath } from "./certificate-path.ts";
import { unverified, type SignatureResult } from "./key-signature.ts";
import { verifyTimes, type TimesRequest } from "./verify-times.ts";
import { verifyScts } from "./sct.ts";
import type { SignatureEvidence, CertificateContent } from "./signature-evidence.ts";
import { verifiesContent } from "./verifies-content.ts";

export interface CertificateSignatureRequest extends Omit<TimesRequest, "verifier"> {
  readonly by: CertificateContent;
}

/** The signer is known if the signature verifies and the certificate's path is valid, whatever logs and timestamps say. */
export async function verifyCertificateSignature({ by, ...request }: CertificateSignatureRequest): Promise<SignatureResult> {
  const { evidence, root, at } = request;
  const { leaf, intermediates } = by;

  // Steps 1 and 2: timestamps and log entries.
  const times = await verifyTimes({ ...request, verifier: { kind: "certificate", certificate: leaf.raw } });
  const verified = times.verifiedTimestamps.flatMap((one) => one.at ?? []);
  const checks: Check[] = [...times.checks, ...missingTime(times.checks, verified)];

  // Step 3: the certificate's path, at every verified time; without one, at the time of verification.
  const path = await pathAt(verified.length > 0 ? verified : [at], { leaf, intermediates, root });
  checks.push(path.check);
  const changesAt = [...times.changesAt, leaf.notBefore, leaf.notAfter + 1];
  if (!("value" in path)) return { ...unverified(...checks), changesAt };
  const { chain, authority } = path.value;

  // Step 4: the certificate is in a certificate transparency log; its issuer may be a trusted certificate itself.
  checks.push((await verifyScts({ certificate: leaf, issuer: chain[1] ?? leaf, logs: root.certificateLogs })).check);

  // Step 5: the signature.
  const signature = await checkSignature(leaf, evidence);
  checks.push(signature);
  if (signature.outcome !== "passed") return { ...unverified(...checks), changesAt };

  // Step 6: the identity in the certificate and its anchor; a policy decides whether it is the expected one.
  const anchor: Anchor = { name: authority.name, digest: digestOf((authority.chain.at(-1) ?? leaf).raw) };
  const { check, signer } = signerOf(leaf, anchor);
  return {
    checks: [...checks, ...(check ? [check] : [])],
    signer,
    verifiedTimestamps: times.verifiedTimestamps,
    changesAt: [...changesAt, ...chain.flatMap(({ notBefore, notAfter }) => [notBefore, notAfter + 1])],
  };
}

type Path = Awaited<ReturnType<typeof verifyCertificatePath>>;

/** Returns the first invalid path, else the first one. */
async function pathAt(
  times: readonly Instant[],
  { leaf, intermediates, root }: Pick<CertificateContent, "leaf" | "intermediates"> & Pick<TimesRequest, "root">,
): Promise<Path> {
  const authorities = root.certificateAuthorities;
  const request = { leaf, intermediates, authorities, usage: "code signing" } as const;
  const [first = verifyCertificatePath({ ...request, at: 0 }), ...others] = times.map((at) => verifyCertificatePath({ ...request, at }));
  const paths = await Promise.all([first, ...others]);
  return paths.find((one) => !("value" in one)) ?? paths[0];
}

function missingTime(checks: readonly Check[], verified: readonly Instant[]): readonly Check[] {
  if (verified.length > 0 || checks.some(({ name, outcome }) => name === "timestamp" && outcome !== "passed")) return [];
  const detail = "no trusted log or timestamp authority proves a time of the signature";
  return [{ name: "timestamp", outcome: "failed", code: "TIMESTAMP_MISSING", detail }];
}

async function checkSignature(leaf: Certificate, { content, signature }: SignatureEvidence): Promise<Check> {
  try {
    if (await verifiesContent(leaf.publicKey, content, signature)) {
      return { name: "signature", outcome: "passed", detail: "verifies with the certificate's key" };
    }
    return { name: "signature", outcome: "failed", code: "SIGNATURE_INVALID", detail: "does not verify with the certificate's key" };
  } catch (thrown) {
    return undecided("signature", thrown);
  }
}

/** A certificate without a readable identity has no signer. */
function signerOf(leaf: Certificate, anchor: Anchor): { readonly check?: Check; readonly signer: CertificateSigner | undefined } {
  try {
    const { subjectAlternativeName: identity, issuer, claims } = certificateIdentity(leaf);
    return { signer: { kind: "certificate", identity, issuer: issuer ?? "", claims, anchor } };
  } catch (thrown) {
    const { code, message } = asTouchmarkError(thrown);
    if (code !== "MALFORMED") return { check: undecided("certificate", thrown), signer: undefined };
    return { check: { name: "certificate", outcome: "failed", code: "CERTIFICATE_INVALID", detail: message }, signer: undefined };
  }
}

function undecided(name: CheckName, thrown: unknown): Check {
  const { code, message } = asTouchmarkError(thrown);
  return { name, outcome: "undecided", code, detail: message };
}
