/** Selects the checks of a finding that count for an authority: one that it waives, or treats as a warning, refuses nothing. */
import { isPending, type Check, type CheckName, type Finding, type Signatory, type X509Signer } from "../core/finding.ts";
import type { Instant } from "../core/instant.ts";
import type { Authority } from "./authority.ts";

/** The checks that count, in order, including those that passed. */
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

/** Whether an undecided check is worth deciding: it counts, or leads to a warning. */
export function isWanted(authority: Authority, name: CheckName, { signer }: Finding, at: Instant): boolean {
  if (name === "revocation") return authority.revocation !== "none";
  return name !== "timestamp" || signer?.kind !== "x509" || needsTime(authority, signer, at);
}

/** The rules by check; a check without a rule always counts. */
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

/** Whether a signing time counts for a signature by certificate: if the rule requires one, or a signing authority vouches for it. */
function countsTime(authority: Authority, signer: X509Signer, at: Instant): boolean {
  return authority.signingTime === "enforce" && needsTime(authority, signer, at);
}

function needsTime(authority: Authority, { validity }: X509Signer, at: Instant): boolean {
  if (validity === undefined || authority.timestamp === "required") return true;
  return authority.timestamp === "afterExpiry" && authority.timestampAuthorities.size > 0 && at > validity.until;
}
