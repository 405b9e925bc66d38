/**
 * Verifies an envelope (Notary Project, trust policy, "Signature Verification", "Steps"): integrity first, and nothing more if it fails;
 * then trust, expiry, time and revocation, all of them. The policy decides what each outcome leads to.
 */
import { equalBytes } from "../../core/bytes.ts";
import { digestOf } from "../../core/digest.ts";
import { asTouchmarkError } from "../../core/errors.ts";
import type { Facts } from "../../core/facts/facts.ts";
import type { Anchor, Check, Need, Signatory, VerifiedTimestamp, X509Signer } from "../../core/finding.ts";
import { formatInstant, type Instant } from "../../core/instant.ts";
import type { Certificate } from "../../core/x509/certificate.ts";
import { quoteName } from "../../core/x509/name.ts";
import type { TrustedCertificate, TrustStores } from "../../trust/trust.ts";
import { verifyRevocation } from "../../verification/verify-revocation.ts";
import type { RevocationStatus } from "../../verification/revocation-status.ts";
import { notaryAlgorithmOf } from "./algorithms.ts";
import { chainBreach, validityOf } from "./certificate-chain.ts";
import type { NotaryEnvelope } from "./envelope.ts";
import { payloadType } from "./payload.ts";
import { verifySigningTime } from "./signing-time.ts";

export interface EnvelopeResult {
  readonly checks: readonly Check[];
  /** Present only if the signature verifies and the chain meets the requirements. */
  readonly signer?: Signatory;
  readonly verifiedTimestamps: readonly VerifiedTimestamp[];
  readonly changesAt: readonly (Instant | undefined)[];
  readonly needs: readonly Need[];
}

/** The checks in the order they were made; never throws for the content of the envelope. */
export async function verifyEnvelope(envelope: NotaryEnvelope, stores: TrustStores, at: Instant, facts: Facts): Promise<EnvelopeResult> {
  const { attributes, chain } = envelope;
  const stopped = { verifiedTimestamps: [], changesAt: [], needs: [] };
  const signature = await checkSignature(envelope);
  if (signature.outcome !== "passed") return { checks: [signature], ...stopped };
  const breach = await chainBreach(chain);
  if (breach) return { checks: [signature, breach], ...stopped };
  const time = await verifySigningTime(envelope, stores, { facts, at });
  const store = attributes.scheme === "notary.x509" ? "ca" : "signingAuthority";
  const anchors = anchorsIn(chain, stores[store]);
  const certificate = certificateCheck(chain, anchors, store, stores);
  const revocation = { chain, facts, at, ...(time.until !== undefined && { signedAt: time.until }) };
  // No OCSP responder is contacted for an untrusted signature, since its certificates name the responder's address.
  const isTrusted = anchors.length > 0;
  const { status } = await verifyRevocation(revocation);
  const checks: readonly Check[] = [
    signature,
    certificate,
    ...(attributes.expiry === undefined ? [] : [checkExpiry(attributes.expiry, at)]),
    ...time.checks,
    revocationCheck(status),
  ];
  const needs = [
    ...time.needs,
    ...(status.outcome === "undecided" ? status.needs.map((question): Need => ({ check: "revocation", question })) : []),
  ];
  return {
    checks,
    signer: signerOf(envelope, anchors),
    verifiedTimestamps: time.verifiedTimestamps,
    changesAt: [
      ...time.changesAt,
      attributes.expiry,
      ...(status.outcome === "passed" && status.until !== undefined ? [status.until + 1] : []),
    ],
    needs: isTrusted ? needs : [],
  };
}

function anchorsIn(chain: readonly Certificate[], store: readonly TrustedCertificate[]): readonly Anchor[] {
  return store
    .filter(({ certificate }) => chain.some(({ raw }) => equalBytes(certificate.raw, raw)))
    .map(({ name, certificate }) => ({ name, digest: digestOf(certificate.raw) }));
}

function signerOf({ attributes, chain }: NotaryEnvelope, anchors: readonly Anchor[]): X509Signer {
  const [leaf] = chain;
  const { scheme, plugin, expiry, signingTime } = attributes;
  const isByAuthority = scheme === "notary.x509.signingAuthority";
  return {
    kind: "x509",
    subject: leaf.subject.text,
    fingerprint: leaf.publicKey.fingerprint,
    issuer: leaf.issuer.text,
    anchors,
    ...(!isByAuthority && { validity: validityOf(chain) }),
    ...(plugin && {
      plugin: {
        plugin: plugin.name,
        ...(plugin.minVersion !== undefined && { minVersion: plugin.minVersion }),
        contentType: payloadType,
        signingScheme: scheme,
        ...(expiry !== undefined && { expiry }),
        ...(isByAuthority && { authenticSigningTime: signingTime }),
        extended: plugin.extended,
        unprocessed: plugin.unprocessed,
        chain,
      },
    }),
  };
}

function revocationCheck(status: RevocationStatus): Check {
  const { detail } = status;
  if (status.outcome === "passed") return { name: "revocation", outcome: "passed", detail };
  return { name: "revocation", outcome: status.outcome, code: status.code, detail };
}

/** Whether the signature verifies with the first certificate of its chain, trusted or not. */
export async function checkSignature({ algorithm, signature, toBeSigned, chain: [leaf] }: NotaryEnvelope): Promise<Check> {
  const failed = (detail: string): Check => ({ name: "signature", outcome: "failed", code: "SIGNATURE_INVALID", detail });
  try {
    const own = notaryAlgorithmOf(leaf.publicKey);
    if (own !== algorithm)
      return failed(`says ${algorithm.jws}, and the certificate's key signs by ${own?.jws ?? "no accepted algorithm"}`);
    const isSigned = algorithm.scheme.verify(leaf.publicKey.key, toBeSigned, signature);
    if (!isSigned) return failed("does not verify with the certificate's key");
    return { name: "signature", outcome: "passed", detail: "verifies with the certificate's key" };
  } catch (thrown) {
    const { code, message } = asTouchmarkError(thrown);
    if (code !== "INVALID_KEY") throw thrown;
    return failed(message);
  }
}

function certificateCheck(
  chain: readonly Certificate[],
  [anchor]: readonly Anchor[],
  store: "ca" | "signingAuthority",
  stores: TrustStores,
): Check {
  if (anchor) return { name: "certificate", outcome: "passed", detail: `leads to ${anchor.name}` };
  const root = chain.at(-1);
  const names = [...new Set(stores[store].map(({ name }) => name))].slice(0, 3).join(", ") || `none for ${store}`;
  const detail = `leads to ${root ? quoteName(root.subject) : "nothing"}, which is not among the trusted certificates (${names})`;
  return { name: "certificate", outcome: "failed", code: "CERTIFICATE_UNTRUSTED", detail };
}

function checkExpiry(expiry: Instant, at: Instant): Check {
  const until = formatInstant(expiry);
  if (at < expiry) return { name: "expiry", outcome: "passed", detail: `meant to be used until ${until}` };
  return { name: "expiry", outcome: "failed", code: "EXPIRED", detail: `was meant to be used until ${until}; now is ${formatInstant(at)}` };
}
