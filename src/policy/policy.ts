/** A compiled policy: the document with its patterns, keys and certificates read. */
import type { Digest } from "../core/digest.ts";
import type { ClaimKind } from "../core/evidence.ts";
import type { CheckName } from "../core/finding.ts";
import type { Authority } from "./authority.ts";

export interface Policy {
  readonly name: string;
  /** The digest of the document. */
  readonly digest: Digest;
  /** The result of an undecided requirement. */
  readonly undecided: "deny" | "allow";
  readonly rules: readonly Rule[];
  /** The claims that it requires; no others are fetched. */
  readonly wants: Wants;
  /** Checks that an authority waives. */
  readonly unchecked: readonly CheckName[];
}

export interface Wants {
  readonly kinds: readonly ClaimKind[];
  /** The predicate types of attestations; if absent, any. */
  readonly predicateTypes?: readonly string[];
}

export interface Rule {
  readonly name: string;
  /** The specificity of the rule's pattern for this repository; undefined if no pattern matches. */
  readonly matches: (repository: string | undefined) => number | undefined;
  /** All of them must be met; empty if the rule allows without evidence. */
  readonly signatures: readonly SignatureRequirement[];
}

/** Signatures by this many of the authorities, each with all of the annotations. */
export interface SignatureRequirement {
  readonly name: string;
  readonly from: readonly Authority[];
  readonly atLeast: number;
  readonly annotations: Readonly<Record<string, string>>;
}

/** The most specific rule for the repository, the first of several; a file has no repository. */
export function ruleFor({ rules }: Policy, repository: string | undefined): Rule | undefined {
  let best: { readonly rule: Rule; readonly specificity: number } | undefined;
  for (const rule of rules) {
    const specificity = rule.matches(repository);
    if (specificity !== undefined && (!best || specificity > best.specificity)) best = { rule, specificity };
  }
  return best?.rule;
}
