/**
 * Whether the authority expects the signer of an X.509 certificate (Notary Project, trust policy, "Signature Verification"): by trusted
 * certificates, subject, validity dates, and the answer of the plugin that the signature names.
 */
import { asTouchmarkError } from "../core/errors.ts";
import type { Facts } from "../core/facts/facts.ts";
import type { PluginQuestion } from "../core/facts/plugin.ts";
import type { Check, Finding, X509Signer } from "../core/finding.ts";
import { formatInstant, type Instant } from "../core/instant.ts";
import { isWithinInterval } from "../core/interval.ts";
import { describeIdentity } from "../trust/identity.ts";
import { includesName, parseDistinguishedName } from "../trust/notation/distinguished-name.ts";
import type { Authority, CertificateSource } from "./authority.ts";
import { checkPlugin } from "./plugin.ts";

export interface X509Match {
  readonly checks: readonly Check[];
  /** The questions for the plugin. */
  readonly needs: readonly PluginQuestion[];
}

/** The best match among the authority's certificates, as checks of the policy. */
export function matchX509(
  authority: Authority,
  signer: X509Signer,
  finding: Finding,
  { at, facts }: { readonly at: Instant; readonly facts: Facts },
): X509Match {
  const store = storeOf(signer);
  const vouching = authority.certificates.filter(
    (source) => source.store === store && signer.anchors.some(({ digest }) => source.anchors.has(digest)),
  );
  const isVouched = vouching.length > 0;
  // A certificate without a trusted root has failed already.
  const trusted = isVouched || signer.anchors.length === 0 ? [] : [notVouchedFor(authority, signer)];
  const times = timeChecks(authority, signer, finding, at);
  const matches = (isVouched ? vouching : authority.certificates).map((source): X509Match & { readonly own: readonly Check[] } => {
    const plugin = checkPlugin(signer, source, authority, facts);
    const identity = identityChecks(signer, source, plugin.identity);
    // No plugin runs for an untrusted signature.
    const needs = isVouched ? plugin.needs : [];
    return { checks: [...trusted, ...identity, ...times, ...plugin.checks], needs, own: [...identity, ...plugin.checks] };
  });
  const best =
    matches.find(({ own }) => own.every(({ outcome }) => outcome === "passed")) ??
    matches.find(({ own }) => own.every(({ outcome }) => outcome !== "failed")) ??
    matches[0];
  return best ? { checks: best.checks, needs: best.needs } : { checks: [unexpectedCertificate(authority, signer)], needs: [] };
}

/** The store whose certificates may vouch for the signer: a signing authority vouches for the time as well, and for its own scheme only. */
function storeOf({ validity }: X509Signer): CertificateSource["store"] {
  return validity === undefined ? "signingAuthority" : "ca";
}

/** The check for a signature by certificate if the authority has no certificates. */
function unexpectedCertificate({ keys, identities }: Authority, { subject }: X509Signer): Check {
  const names = [...keys.map(({ name }) => name), ...identities.map(describeIdentity)].slice(0, 3).join(" or ");
  const detail = `made with a certificate of ${JSON.stringify(subject.slice(0, 300))}, not by ${names || "a signer of this authority"}`;
  return { name: "certificate", outcome: "failed", code: "CERTIFICATE_UNTRUSTED", detail };
}

function notVouchedFor({ certificates }: Authority, signer: X509Signer): Check {
  const { issuer, anchors } = signer;
  const store = storeOf(signer);
  const names = [...new Set(certificates.flatMap((source) => (source.store === store ? source.name : [])))].slice(0, 3).join(" or ");
  const found = anchors.length > 0 ? `leads to ${anchors.map(({ name }) => name).join(", ")}` : `was issued by ${JSON.stringify(issuer)}`;
  const detail = `its certificate ${found}, not to ${names || `any certificate that is expected for ${store}`}`;
  return { name: "certificate", outcome: "failed", code: "CERTIFICATE_UNTRUSTED", detail };
}

/** If no verified time is required, every certificate must be valid now; otherwise there must be a verified time. */
function timeChecks(
  authority: Authority,
  { validity }: X509Signer,
  { checks, verifiedTimestamps }: Finding,
  at: Instant,
): readonly Check[] {
  if (validity === undefined) return [];
  const isValid = isWithinInterval(validity, at);
  const isAsked = authority.timestamp === "required" || (authority.timestamp === "afterExpiry" && at > validity.until);
  if (isAsked && authority.timestampAuthorities.size > 0) {
    const isForeign = verifiedTimestamps.some(({ anchor }) => anchor !== undefined && !authority.timestampAuthorities.has(anchor));
    if (checks.some(({ name }) => name === "timestamp") && !isForeign) return [];
    const detail = "no timestamp of an authority that is trusted for this signer";
    return [{ name: "timestamp", outcome: "failed", code: "TIMESTAMP_MISSING", detail }];
  }
  const when = `${formatInstant(validity.from)} to ${formatInstant(validity.until)}`;
  if (isValid) return [{ name: "validity", outcome: "passed", detail: `every certificate is valid now, from ${when}` }];
  const detail = `its certificates are valid together from ${when}, not at ${formatInstant(at)}`;
  return [{ name: "validity", outcome: "failed", code: "EXPIRED", detail }];
}

/**
 * The plugin's answer about the signer does not replace the check of the subject. If the policy has names that only a plugin can read, the
 * plugin decides for a subject that matches none of the others.
 */
function identityChecks(signer: X509Signer, source: CertificateSource, word: Check | undefined): readonly Check[] {
  const own = checkSubject(signer, source);
  const { subjects } = source;
  const unread = subjects === "any" ? undefined : subjects.find(({ subject }) => !subject);
  if (own.outcome === "passed" || !unread) return word && word.outcome !== "undecided" ? [own, word] : [own];
  if (word) return [word];
  return [{ ...own, detail: `${own.detail}, and no plugin decides about ${JSON.stringify(unread.text.slice(0, 200))}` }];
}

function checkSubject({ subject }: X509Signer, { name, subjects }: CertificateSource): Check {
  const detail = JSON.stringify(subject.slice(0, 300));
  if (subjects === "any") return { name: "identity", outcome: "passed", detail: `${detail}; any signer under ${name} is expected` };
  try {
    const actual = parseDistinguishedName(subject, "the subject");
    const isExpected = subjects.some((one) => one.subject && includesName(actual, one.subject));
    if (isExpected) return { name: "identity", outcome: "passed", detail };
    return {
      name: "identity",
      outcome: "failed",
      code: "IDENTITY_MISMATCH",
      detail: `${detail} is none of the subjects expected under ${name}`,
    };
  } catch (thrown) {
    const { code, message } = asTouchmarkError(thrown);
    if (code !== "MALFORMED") return { name: "identity", outcome: "undecided", code, detail: message };
    return { name: "identity", outcome: "failed", code: "IDENTITY_MISMATCH", detail: message };
  }
}
