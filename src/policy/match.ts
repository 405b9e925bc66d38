/** Whether a finding is a signature by an authority: what verification found against what is expected. Pure. */
import type { Code } from "../core/errors.ts";
import type { FactQuestion, Facts } from "../core/facts/facts.ts";
import { describeSignatory, outcomeOf, type Check, type CheckName, type Finding, type Signatory } from "../core/finding.ts";
import type { Instant } from "../core/instant.ts";
import type { Decision } from "../core/verdict.ts";
import { differingClaims, matchesIdentity } from "../trust/identity.ts";
import type { Authority } from "./authority.ts";
import { countingChecks, isWanted } from "./counts.ts";
import { matchX509 } from "./match-x509.ts";

/** What speaks against one piece of evidence. */
export interface Fault {
  readonly decision: Exclude<Decision, "allow">;
  readonly code: Code;
  readonly detail: string;
}

export interface Match {
  /** Undefined where the finding is a signature by the authority. */
  readonly fault: Fault | undefined;
  /** Whether the signer is one of the authority's, whatever else is wrong. */
  readonly isExpected: boolean;
  /** What the policy checked of it; the finding has the others. */
  readonly checks: readonly Check[];
  /** What would decide what is undecided. */
  readonly needs: readonly FactQuestion[];
}

export interface MatchContext {
  readonly at: Instant;
  /** Answers of plugins. */
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
    needs: isExpected ? [...wanted.map(({ question }) => question), ...own.needs] : [],
  };
}

/** What is verified before the question who signed; all else comes after it. The first check that fails gives the reason. */
const early: ReadonlySet<CheckName> = new Set(["format", "signature", "certificate", "sct", "log"]);

function inOrder({ signer }: Finding, counting: readonly Check[], own: readonly Check[]): readonly Check[] {
  const isEarly = ({ name }: Check): boolean => early.has(name) || (name === "timestamp" && signer?.kind !== "x509");
  return [...counting.filter(isEarly), ...own, ...counting.filter((check) => !isEarly(check))];
}

function isOtherSigner({ name, outcome }: Check): boolean {
  return outcome === "failed" && (name === "identity" || name === "certificate" || name === "signature");
}

/** What an authority takes as a warning does not refuse. */
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

/** A key is its own identity: that it signed is said by the signature check. */
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
  const found = `${detail}${differing === "" ? "" : ` with ${differing}`} is none of those expected`;
  return { name: "identity", outcome: "failed", code: "IDENTITY_MISMATCH", detail: found };
}
