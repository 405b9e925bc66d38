/** Which checks of a finding count for an authority: what it does without, or takes as a warning, refuses nothing. */
import { isPending, type Check, type CheckName, type Finding, type Signatory, type X509Signer } from "../core/finding.ts";
import type { Instant } from "../core/instant.ts";
import type { Authority } from "./authority.ts";

/** The checks that count, in their order; those that passed are among them. */
export function countingChecks(authority: Authority, { checks, signer }: Finding, at: Instant): readonly Check[] {
  return checks.filter((check) => check.outcome === "passed" || counts(authority, check, { signer, at }));
}

interface Context {
  readonly signer: Signatory | undefined;
  readonly at: Instant;
}

type Unmet = Exclude<Check, { readonly outcome: "passed" }>;

function counts(authority: Authority, check: Unmet, context: Context): boolean {
  const rule = rules[check.name];
  return rule ? rule(authority, check, context) : true;
}

/** Whether an undecided check is worth asking about: where it counts, and where it leads to a warning. */
export function isWanted(authority: Authority, name: CheckName, { signer }: Finding, at: Instant): boolean {
  if (name === "revocation") return authority.revocation !== "none";
  return name !== "timestamp" || signer?.kind !== "x509" || needsTime(authority, signer, at);
}

/** A check that is not here always counts. */
const rules: Readonly<Partial<Record<CheckName, (authority: Authority, check: Unmet, context: Context) => boolean>>> = {
  log: ({ log }, check) => log === "required" || (log === "pending" && !isPending(check)),
  sct: ({ sct }) => sct === "required",
  timestamp: (authority, check, context) =>
    context.signer?.kind === "x509"
      ? countsTime(authority, context.signer, context.at)
      : check.code !== "TIMESTAMP_MISSING" || authority.timestamp === "required",
  validity: (authority, _check, { signer, at }) => signer?.kind !== "x509" || countsTime(authority, signer, at),
  revocation: ({ revocation }) => revocation === "enforce",
  expiry: ({ expiry }) => expiry === "enforce",
  certificate: ({ authenticity }, { code }) => authenticity === "enforce" || code !== "CERTIFICATE_UNTRUSTED",
};

/** Whether a time of signing by certificate counts: it does while the rule asks for one, and where a signing authority vouches for it. */
function countsTime(authority: Authority, signer: X509Signer, at: Instant): boolean {
  return authority.signingTime === "enforce" && needsTime(authority, signer, at);
}

function needsTime(authority: Authority, { validity }: X509Signer, at: Instant): boolean {
  if (validity === undefined || authority.timestamp === "required") return true;
  return authority.timestamp === "afterExpiry" && authority.timestampAuthorities.size > 0 && at > validity.until;
}
