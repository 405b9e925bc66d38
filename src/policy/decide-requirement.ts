/** Decides one requirement: whose signatures are accepted, how many signers that makes, and what is missing. */
import type { EvidenceLocation } from "../core/evidence.ts";
import { describeSignatory, type Finding, type Signatory, type UnreadLocation } from "../core/finding.ts";
import type { ConsideredFinding, Requirement } from "../core/verdict.ts";
import type { Authority } from "./authority.ts";
import { distinctSigners, signerNames } from "./distinct-signers.ts";
import { expectation } from "./expectation.ts";
import type { Fault, Match } from "./match.ts";
import type { SignatureRequirement } from "./policy.ts";
import { noneMatches, noneThere, notAllRead, tooFew } from "./reasons.ts";

export interface EvidenceRead {
  /** The locations that were read. */
  readonly locations: readonly EvidenceLocation[];
  readonly findings: readonly Finding[];
  readonly unread: readonly UnreadLocation[];
}

/** The matches of an authority with each finding. */
export type MatchesOf = (authority: Authority) => readonly Match[];

/** Whether the findings meet a requirement; `mentioned` bounds how many of them the answer lists. */
export function decideRequirement(
  requirement: SignatureRequirement,
  { locations, findings, unread }: EvidenceRead,
  matchesOf: MatchesOf,
  mentioned: number,
): Requirement {
  const { name, from, atLeast } = requirement;
  const signatures = findings.flatMap((finding, index) => (finding.claim?.kind === "attestation" ? [] : [{ finding, index }]));
  const compared = signatures.map(({ finding, index }): Compared => ({
    finding,
    index,
    matches: from.flatMap((authority) => {
      const match = matchesOf(authority)[index];
      return match ? [{ authority, match: withAnnotations(match, requirement, finding) }] : [];
    }),
  }));
  const counted = signersThat(compared, from, ({ fault }) => !fault);
  const { met } = counted;
  const all = compared.map((one) => consider(one, counted));
  const faults = all.flatMap(({ fault }) => fault ?? []);
  // Findings that count come first; the limit keeps the verdict's size linear in its rules plus its findings.
  const considered = all
    .toSorted((a, b) => a.rank - b.rank)
    .slice(0, Math.max(atLeast, mentioned))
    .map(({ entry }) => entry);
  if (met.size >= atLeast) return { name, decision: "allow", considered };
  const expected = expectation(requirement);
  const [first] = unread;
  if (first) return { name, ...notAllRead(first, faults, expected), considered };
  // Signatures of others do not decide about what is undecided of those of the expected signers; and what is undecided decides nothing
  // where there would be too few signers anyway.
  const { met: possible } = signersThat(
    compared,
    from,
    ({ fault, isExpected }) => !fault || (isExpected && fault.decision === "undecided"),
  );
  const doubts = doubtsOf(compared);
  if (doubts.length > 0 && possible.size >= atLeast) return { name, ...noneMatches(doubts, expected), considered };
  const isUndecided = faults.length > 0 && faults.every(({ decision }) => decision === "undecided");
  const unknown = compared.filter(({ finding }) => !finding.signer).length;
  const isShort = isUndecided && possible.size + unknown < atLeast;
  if (isShort || (met.size > 0 && !isUndecided)) return { name, ...tooFew(met, atLeast, faults, expected), considered };
  if (faults.length > 0) return { name, ...noneMatches(faults, expected), considered };
  return { name, ...noneThere(locations, findings.length, expected), considered };
}

/** A finding compared with each authority of a requirement. */
interface Compared {
  readonly finding: Finding;
  readonly index: number;
  readonly matches: readonly { readonly authority: Authority; readonly match: Match }[];
}

/** Signers that a requirement counts. */
interface Counted {
  /** Each accepted signer's name, equal for those that are one. */
  readonly names: ReadonlyMap<Signatory, string>;
  /** The authorities whose signatures are accepted, each by a signer of its own. */
  readonly met: ReadonlyMap<Authority, string>;
}

function signersThat(compared: readonly Compared[], from: readonly Authority[], isAccepted: (match: Match) => boolean): Counted {
  const accepted = compared.flatMap(({ finding: { signer }, matches }) =>
    signer ? matches.flatMap(({ authority, match }) => (isAccepted(match) ? [{ signer, authority }] : [])) : [],
  );
  // Of the others nothing is verified, so they must not make two signers one.
  const names = signerNames(accepted.map(({ signer }) => signer));
  const candidates = new Map(from.map((authority) => [authority, new Set<string>()]));
  for (const { signer, authority } of accepted) candidates.get(authority)?.add(names.get(signer) ?? "");
  return { names, met: distinctSigners(candidates) };
}

interface Considered {
  readonly entry: ConsideredFinding;
  readonly fault: Fault | undefined;
  /** The order in the verdict: what counts, what meets the requirement too, all others. */
  readonly rank: number;
}

function consider({ finding, index, matches }: Compared, { names, met }: Counted): Considered {
  const signer = finding.signer && names.get(finding.signer);
  const counted = matches.find(({ authority, match }) => !match.fault && met.get(authority) === signer);
  const best = counted ?? matches.find(({ match }) => !match.fault) ?? matches.find(({ match }) => match.isExpected) ?? matches[0];
  const fault: Fault | undefined = best
    ? best.match.fault
    : { decision: "deny", code: "POLICY_DENIED", detail: "no authority is expected" };
  const { name = "" } = best?.authority ?? {};
  const entry = { finding: index, authority: name, checks: best?.match.checks ?? [], ...(fault && { code: fault.code }) };
  return { entry, fault, rank: counted ? 0 : fault ? 2 : 1 };
}

/** What is undecided about the signatures of expected signers. */
function doubtsOf(compared: readonly Compared[]): readonly Fault[] {
  return compared.flatMap(
    ({ matches }) => matches.find(({ match: { isExpected, fault } }) => isExpected && fault?.decision === "undecided")?.match.fault ?? [],
  );
}

/** What is undecided about a signature stays so only if it has the annotations. */
function withAnnotations(match: Match, { annotations: wanted }: SignatureRequirement, { claim, signer }: Finding): Match {
  if (match.fault?.decision === "deny" || claim?.kind !== "signature" || !signer) return match;
  const { annotations } = claim;
  const unmet = Object.entries(wanted).filter(([key, value]) => !Object.hasOwn(annotations, key) || annotations[key] !== value);
  if (unmet.length === 0) return match;
  const has = Object.entries(annotations).map(pair).join(", ") || "none";
  const detail = `signed by ${describeSignatory(signer)} without ${unmet.map(pair).join(", ")} (its annotations: ${has})`;
  return { ...match, fault: { decision: "deny", code: "ANNOTATION_MISMATCH", detail } };
}

function pair([key, value]: [string, string]): string {
  return `${key}=${value}`;
}
