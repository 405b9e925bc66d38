/**
 * Proves a signature by certificate under one root, at every time that is proven. Order: times, log, certificate,
 * certificate logs, signature, identity.
 */
import { asTouchmarkError } from "../core/errors.ts";
import { describeSignatory, isPending, type CertificateSigner, type Check, type CheckName, type Signatory } from "../core/finding.ts";
import type { Certificate } from "../core/x509/certificate.ts";
import { certificateIdentity } from "../core/x509/certificate-identity.ts";
import { differingClaims, matchesIdentity } from "../trust/identity.ts";
import type { Trust } from "../trust/trust.ts";
import { verifyCertificatePath } from "./certificate-path.ts";
import { unverified, type SignatureResult } from "./key-signature.ts";
import { verifyTimes, type TimesRequest } from "./verify-times.ts";
import { verifyScts } from "./sct.ts";
import type { SignatureEvidence, CertificateContent } from "./signature-evidence.ts";
import { verifiesContent } from "./verifies-content.ts";

export interface CertificateSignatureRequest extends Omit<TimesRequest, "verifier"> {
  readonly by: CertificateContent;
}

/** Who signed is known where all but the identity passed, or a log is yet to be asked. */
export async function verifyCertificateSignature({ by, ...question }: CertificateSignatureRequest): Promise<SignatureResult> {
  const { evidence, root, trust, at } = question;
  const { leaf, intermediates } = by;
  const { checks: when, seen } = await verifyTimes({ ...question, verifier: { kind: "certificate", certificate: leaf.raw } });
  const checks: Check[] = [...when];
  const proven = seen.flatMap((one) => one.at ?? []);
  const times = proven.length === 0 && isTimeless(when, trust) ? [at] : proven;
  const authorities = root.certificateAuthorities;
  const paths = await Promise.all(
    times.map((time) => verifyCertificatePath({ leaf, intermediates, authorities, at: time, usage: "code signing" })),
  );
  const path = paths.find((one) => !("value" in one)) ?? paths[0];
  if (!path) return unverified(...checks, ...missingTime(checks));
  checks.push(path.check);
  if (!("value" in path)) return unverified(...checks);
  const { chain } = path.value;
  const issuer = chain[1] ?? leaf; // one that is trusted itself
  if (!trust.unchecked.includes("sct")) {
    checks.push((await verifyScts({ certificate: leaf, issuer, logs: root.certificateLogs })).check);
  }
  const signature = await checkSignature(leaf, evidence);
  checks.push(signature);
  if (signature.outcome !== "passed") return unverified(...checks);
  const { check, signer } = checkIdentity(leaf, trust);
  if (!checks.every((one) => one.outcome === "passed" || isPending(one))) return unverified(...checks, check);
  return { checks: [...checks, check], signer, seen };
}

/** A trust that does without logs has the certificate be valid at the time of verification where no timestamp proves another. */
function isTimeless(seen: readonly Check[], { unchecked }: Trust): boolean {
  return unchecked.includes("log") && seen.every(({ outcome }) => outcome === "passed");
}

function missingTime(seen: readonly Check[]): readonly Check[] {
  if (seen.some(({ name, outcome }) => name === "timestamp" && outcome !== "passed")) return [];
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

function checkIdentity(leaf: Certificate, { identities }: Trust): { readonly check: Check; readonly signer?: Signatory } {
  try {
    const { subjectAlternativeName: identity, issuer, claims } = certificateIdentity(leaf);
    const signer: CertificateSigner = { kind: "certificate", identity, issuer: issuer ?? "", claims };
    const detail = describeSignatory(signer);
    if (identities.some((one) => matchesIdentity(one, signer))) return { check: { name: "identity", outcome: "passed", detail }, signer };
    const differing = [...new Set(identities.flatMap((one) => differingClaims(one, signer)))].join(", ");
    const found = `${detail}${differing === "" ? "" : ` with ${differing}`} is none of those expected`;
    return { check: { name: "identity", outcome: "failed", code: "IDENTITY_MISMATCH", detail: found }, signer };
  } catch (thrown) {
    const { code, message } = asTouchmarkError(thrown);
    if (code !== "MALFORMED") return { check: undecided("identity", thrown) };
    return { check: { name: "identity", outcome: "failed", code: "CERTIFICATE_INVALID", detail: message } };
  }
}

function undecided(name: CheckName, thrown: unknown): Check {
  const { code, message } = asTouchmarkError(thrown);
  return { name, outcome: "undecided", code, detail: message };
}
