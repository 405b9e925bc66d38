/**
 * What a bundle proves of its signature: with a trusted key, or with a certificate at every time that a log or a
 * timestamp authority proves. Order: times, log, certificate, certificate logs, signature, identity.
 */
import { preAuthEncoding } from "../../core/dsse.ts";
import { asTouchmarkError, TouchmarkError } from "../../core/errors.ts";
import { describeSignatory, type CertificateSigner, type Check, type CheckName, type Signatory } from "../../core/finding.ts";
import { formatInstant, type Instant } from "../../core/instant.ts";
import { verifies, type PublicKey } from "../../core/public-key.ts";
import { verifiesDigest } from "../../core/verify-digest.ts";
import type { Certificate } from "../../core/x509/certificate.ts";
import { certificateIdentity } from "../../core/x509/certificate-identity.ts";
import { proveCertificatePath } from "../../proof/certificate-path.ts";
import type { SignatureVerifier, SignedContent } from "../../proof/logged-signature.ts";
import { proveLogEntries } from "../../proof/prove-log-entries.ts";
import { proveTimestamps } from "../../proof/prove-timestamps.ts";
import { proveScts } from "../../proof/sct.ts";
import { matchesIdentity } from "../../trust/identity.ts";
import type { Trust } from "../../trust/trust.ts";
import type { TrustedRoot } from "../../trust/trusted-root.ts";
import { certificateUnexpected, checkSignature } from "../checks.ts";
import type { Material } from "./material.ts";
import type { SigstoreBundle } from "./sigstore-bundle.ts";

export interface BundleProof {
  readonly checks: readonly Check[];
  readonly signer: Signatory | undefined;
}

interface Question {
  readonly bundle: SigstoreBundle;
  readonly content: SignedContent;
  readonly trust: Trust;
  /** The time of verification: nothing proven lies after it. */
  readonly at: Instant;
}
type CertificateMaterial = Extract<Material, { readonly kind: "certificate" }>;

/** Proves the signature over the content, which is what the bundle must have signed. With several roots, by the first that vouches for all. */
export async function verifyBundle(question: Question): Promise<BundleProof> {
  const { material } = question.bundle;
  const { roots } = question.trust;
  if (material.kind === "publicKey") return withKey(question, material.hint);
  let first: BundleProof | undefined;
  for (const root of roots) {
    const proof = await withCertificate(question, material, root);
    if (proof.checks.every(({ outcome }) => outcome === "passed")) return proof;
    first ??= proof;
  }
  return first ?? { checks: [certificateUnexpected(question.trust)], signer: undefined };
}

async function withKey(question: Question, hint: string): Promise<BundleProof> {
  const { bundle, content, trust } = question;
  try {
    const { check, signer } = await checkSignature((key) => verifiesContent(key, content, bundle.signature), trust, hint);
    const by = trust.keys.find(({ publicKey }) => signer?.kind === "key" && publicKey.fingerprint === signer.fingerprint);
    if (!by) return { checks: [check], signer };
    const seen: Check[] = [];
    for (const root of trust.roots) {
      const { checks } = await proveTimes(question, root, { kind: "key", key: by.publicKey });
      seen.push(...checks.filter(isWanted));
    }
    return { checks: [...seen, check], signer };
  } catch (thrown) {
    return { checks: [undecided("signature", thrown)], signer: undefined };
  }
}

/** A trusted key needs no log and no time: what is of strangers to the trust does not count, what does not hold does. */
function isWanted(check: Check): boolean {
  return check.outcome === "passed" || (check.code !== "LOG_ENTRY_MISSING" && check.code !== "TIMESTAMP_MISSING");
}

interface Seen {
  readonly checks: readonly Check[];
  readonly times: readonly Instant[];
}

/** When trusted authorities and logs saw the signature. */
async function proveTimes({ bundle, content, at }: Question, root: TrustedRoot, verifier: SignatureVerifier): Promise<Seen> {
  const { signature, timestamps, entries } = bundle;
  const stamps = await proveTimestamps(timestamps, { stamped: signature, authorities: root.timestampAuthorities, threshold: 1 });
  const stamped = "value" in stamps ? stamps.value.map((stamp) => stamp.at) : [];
  const logged = await proveLogEntries(entries, {
    threshold: 1,
    logged: { signature, content, verifier },
    logs: root.logs,
    at: stamped[0] ?? at,
  });
  const integrated = "value" in logged ? logged.value.flatMap(({ integratedTime }) => integratedTime ?? []) : [];
  const times = [...stamped, ...integrated];
  const late = times.find((time) => time > at);
  if (late !== undefined) {
    const detail = `seen at ${formatInstant(late)}, after the time of verification, ${formatInstant(at)}`;
    return { checks: [{ name: "timestamp", outcome: "failed", code: "TIMESTAMP_INVALID", detail }], times: [] };
  }
  const isOptional =
    stamps.check.outcome !== "passed" && stamps.check.code === "TIMESTAMP_MISSING" && (integrated.length > 0 || timestamps.length === 0);
  return { checks: [...(isOptional ? [] : [stamps.check]), logged.check], times };
}

async function withCertificate(question: Question, { leaf, intermediates }: CertificateMaterial, root: TrustedRoot): Promise<BundleProof> {
  const { bundle, content, trust } = question;
  const { checks: seen, times } = await proveTimes(question, root, { kind: "certificate", certificate: leaf.raw });
  const checks: Check[] = [...seen];
  const authorities = root.certificateAuthorities;
  const paths = await Promise.all(times.map((at) => proveCertificatePath({ leaf, intermediates, authorities, at, usage: "code signing" })));
  const path = paths.find((one) => !("value" in one)) ?? paths[0];
  if (!path) {
    const isSaid = seen.some((check) => check.name === "timestamp" && check.outcome !== "passed");
    const detail = "no trusted log or timestamp authority proves a time of the signature";
    return {
      checks: isSaid ? checks : [...checks, { name: "timestamp", outcome: "failed", code: "TIMESTAMP_MISSING", detail }],
      signer: undefined,
    };
  }
  checks.push(path.check);
  const issuer = "value" in path ? path.value.chain[1] : undefined;
  if (!issuer) return { checks, signer: undefined };
  checks.push((await proveScts({ certificate: leaf, issuer, logs: root.certificateLogs })).check);
  try {
    const isSigned = await verifiesContent(leaf.publicKey, content, bundle.signature);
    checks.push(
      isSigned
        ? { name: "signature", outcome: "passed", detail: "verifies with the certificate's key" }
        : { name: "signature", outcome: "failed", code: "SIGNATURE_INVALID", detail: "does not verify with the certificate's key" },
    );
    if (!isSigned) return { checks, signer: undefined };
  } catch (thrown) {
    return { checks: [...checks, undecided("signature", thrown)], signer: undefined };
  }
  const { check, signer } = checkIdentity(leaf, trust);
  return { checks: [...checks, check], signer: checks.every(({ outcome }) => outcome === "passed") ? signer : undefined };
}

function checkIdentity(leaf: Certificate, { identities }: Trust): { readonly check: Check; readonly signer?: Signatory } {
  try {
    const { subjectAlternativeName: identity, issuer, claims } = certificateIdentity(leaf);
    const signer: CertificateSigner = { kind: "certificate", identity, issuer: issuer ?? "", claims };
    const isExpected = identities.some((one) => matchesIdentity(one, signer));
    const detail = describeSignatory(signer);
    if (isExpected) return { check: { name: "identity", outcome: "passed", detail }, signer };
    return {
      check: { name: "identity", outcome: "failed", code: "IDENTITY_MISMATCH", detail: `${detail} is none of those expected` },
      signer,
    };
  } catch (thrown) {
    const { code, message } = asTouchmarkError(thrown);
    if (code !== "MALFORMED") return { check: undecided("identity", thrown) };
    return { check: { name: "identity", outcome: "failed", code: "CERTIFICATE_INVALID", detail: message } };
  }
}

/** Throws UNSUPPORTED where only the message would do and its digest alone is known. */
async function verifiesContent(key: PublicKey, content: SignedContent, signature: Uint8Array): Promise<boolean> {
  if (content.kind === "message") return verifies(key, content.message, signature);
  if (content.kind === "envelope") return verifies(key, preAuthEncoding(content.payloadType, content.payload), signature);
  const found = await verifiesDigest(key, content.sha256, signature);
  if (found !== undefined) return found;
  throw new TouchmarkError("UNSUPPORTED", `a signature with a key of ${key.algorithm.name} cannot be verified by digest; give the file`);
}

function undecided(name: CheckName, thrown: unknown): Check {
  const { code, message } = asTouchmarkError(thrown);
  return { name, outcome: "undecided", code, detail: message };
}
