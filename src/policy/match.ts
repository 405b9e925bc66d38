/** Matches a finding against an authority. Pure. */
import type { Code } from "../core/errors.ts";
import type { FactQuestion, Facts } from "../core/facts/facts.ts";
import { describeSignatory, outcomeOf, type Check, type CheckName, type Finding, type Signatory } from "../core/finding.ts";
import type { Instant } from "../core/instant.ts";
import type { Decision } from "../core/verdict.ts";
import { differingClaims, matchesIdentity, incompletePatterns, type CertifiedIdentity, type TrustedIdentity } from "../trust/identity.ts";
import type { Authority } from "./authority.ts";
import { countingChecks, isWanted } from "./counts.ts";
import { matchX509 } from "./match-x509.ts";

/** The reason why a piece of evidence does not match. */
export interface Fault {
  readonly decision: Exclude<Decision, "allow">;
  readonly code: Code;
  readonly detail: string;
}

export interface Match {
  /** Undefined if the finding is a signature by the authority. */
  readonly fault: Fault | undefined;
  /** Whether the signer is one of the authority's, even if other checks fail. */
  readonly isExpected: boolean;
  /** The policy's own checks; the finding has the others. */
  readonly checks: readonly Check[];
  /** The fact questions that would decide undecided checks of the finding. */
  readonly needs: readonly FactQuestion[];
  /** The fact questions that would decide undecided checks of the policy; they concern this authority alone. */
  readonly ownNeeds: readonly FactQuestion[];
}

export interface MatchContext {
  readonly at: Instant;
  /** Plugin answers. */
  readonly facts: Facts;
}

/** Every check that counts for the authority must pass, and the signer must be one of the authority's. */
export function matchAuthority(authority: Authority, finding: Finding, context: MatchContext): Match {
  const { signer } = finding;
  const counting = countingChecks(authority, finding, context.at);
  const own = signer ? matchSigner(authority, signer, finding, context) : { checks: [], needs: [] };
  const binding = inOrder(
    finding,
    counting,
    own.checks.filter((check) => isBinding(authority, check)),
  );
  const isExpected = signer !== undefined && !binding.some(isOtherSigner);
  const wanted = (finding.needs ?? []).filter(({ check }) => isWanted(authority, check, finding, context.at));
  return {
    fault: faultOf(binding, finding),
    isExpected,
    checks: own.checks,
    needs: isExpected ? wanted.map(({ question }) => question) : [],
    ownNeeds: isExpected ? own.needs : [],
  };
}

/** The checks that come before the signer's identity; all others come after it. The first failed check gives the reason. */
const early: ReadonlySet<CheckName> = new Set(["format", "signature", "certificate", "sct", "log"]);

function inOrder({ signer }: Finding, counting: readonly Check[], own: readonly Check[]): readonly Check[] {
  const isEarly = ({ name }: Check): boolean => early.has(name) || (name === "timestamp" && signer?.kind !== "x509");
  return [...counting.filter(isEarly), ...own, ...counting.filter((check) => !isEarly(check))];
}

function isOtherSigner({ name, outcome }: Check): boolean {
  return outcome === "failed" && (name === "identity" || name === "certificate" || name === "signature");
}

/** Whether a check that does not pass refuses: not if the authority treats it as a warning. */
function isBinding(authority: Authority, { name, outcome }: Check): boolean {
  if (outcome === "passed") return true;
  if (name === "identity" || name === "certificate") return authority.authenticity === "enforce";
  if (name === "validity" || name === "timestamp") return authority.signingTime === "enforce";
  return name !== "revocation" || authority.revocation === "enforce";
}

function faultOf(checks: readonly Check[], { claim, signer }: Finding): Fault | undefined {
  const outcome = outcomeOf({ checks });
  const check = checks.find((one) => one.outcome === outcome);
  if (outcome !== "passed") {
    const code = check && check.outcome !== "passed" ? check.code : "UNDECIDED";
    return { decision: outcome === "failed" ? "deny" : "undecided", code, detail: check?.detail ?? "no check ran" };
  }
  if (claim?.kind === "signature" && signer !== undefined) return undefined;
  return { decision: "undecided", code: "UNDECIDED", detail: "its signer is not known" };
}

function matchSigner(
  authority: Authority,
  signer: Signatory,
  finding: Finding,
  context: MatchContext,
): { readonly checks: readonly Check[]; readonly needs: readonly FactQuestion[] } {
  if (signer.kind === "x509") return matchX509(authority, signer, finding, context);
  if (signer.kind === "certificate") return { checks: [identityCheck(authority, signer)], needs: [] };
  return { checks: keyChecks(authority, signer.fingerprint, describeSignatory(signer)), needs: [] };
}

/** The identity checks of a key: the signature check already shows which key signed. */
function keyChecks({ keys }: Authority, fingerprint: string, name: string): readonly Check[] {
  if (keys.some(({ publicKey }) => publicKey.fingerprint === fingerprint)) return [];
  return [{ name: "identity", outcome: "failed", code: "KEY_MISMATCH", detail: `signed by ${name}` }];
}

function identityCheck({ identities, keys }: Authority, signer: Extract<Signatory, { readonly kind: "certificate" }>): Check {
  const detail = describeSignatory(signer);
  if (identities.some((identity) => matchesIdentity(identity, signer))) return { name: "identity", outcome: "passed", detail };
  if (identities.length === 0) {
    const others = keys.map(({ name }) => name).join(" or ") || "a signer of this authority";
    const found = `made with a certificate of ${detail}, not with ${others}`;
    return { name: "identity", outcome: "failed", code: "KEY_MISMATCH", detail: found };
  }
  const differing = [...new Set(identities.flatMap((identity) => differingClaims(identity, signer)))].join(", ");
  const found = `${detail}${differing === "" ? "" : ` with ${differing}`} is none of those expected${shortPatterns(identities, signer)}`;
  return { name: "identity", outcome: "failed", code: "IDENTITY_MISMATCH", detail: found };
}

/** A hint for patterns that lack `.*` at their end; empty if there are none. */
function shortPatterns(identities: readonly TrustedIdentity[], signer: CertifiedIdentity): string {
  const patterns = [...new Set(identities.flatMap((identity) => incompletePatterns(identity, signer)))];
  if (patterns.length === 0) return "";
  return `; ${patterns.join(" and ")} matches the beginning only, and a pattern must match the whole text: append .*`;
}
