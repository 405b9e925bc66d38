/** A compiled policy: the document with its patterns, keys and certificates read. */
import type { Digest } from "../core/digest.ts";
import type { ClaimKind } from "../core/evidence.ts";
import type { CheckName } from "../core/finding.ts";
import type { Authority } from "./authority.ts";

export interface Policy {
  readonly name: string;
  /** Of the document. */
  readonly digest: Digest;
  /** What an undecided requirement leads to. */
  readonly undecided: "deny" | "allow";
  readonly rules: readonly Rule[];
  /** Which claims it asks for; nothing else is fetched. */
  readonly wants: Wants;
  /** Checks that an authority does without. */
  readonly unchecked: readonly CheckName[];
}

export interface Wants {
  readonly kinds: readonly ClaimKind[];
  /** Of attestations; absent: any. */
  readonly predicateTypes?: readonly string[];
}

export interface Rule {
  readonly name: string;
  /** How specific its pattern for this repository is; undefined where none of its patterns matches. */
  readonly matches: (repository: string | undefined) => number | undefined;
  /** Every one must be met; none where the rule allows without evidence. */
  readonly signatures: readonly SignatureRequirement[];
}

/** Signatures by so many of the authorities, which carry all of the annotations. */
export interface SignatureRequirement {
  readonly name: string;
  readonly from: readonly Authority[];
  readonly atLeast: number;
  readonly annotations: Readonly<Record<string, string>>;
}

/** The most specific rule that is for the repository, the first of several; a file has no repository. */
export function ruleFor({ rules }: Policy, repository: string | undefined): Rule | undefined {
  let best: { readonly rule: Rule; readonly specificity: number } | undefined;
  for (const rule of rules) {
    const specificity = rule.matches(repository);
    if (specificity !== undefined && (!best || specificity > best.specificity)) best = { rule, specificity };
  }
  return best?.rule;
}
