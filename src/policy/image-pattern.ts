/** Patterns for the repositories that a rule applies to. */
import { TouchmarkError } from "../core/errors.ts";
import { canonicalRepository } from "../core/oci/reference.ts";
import { policyLimits } from "./limits.ts";

/**
 * A pattern of repositories: `*` matches any part of one segment, `**` any number of segments. The returned function gives the pattern's
 * specificity, the number of its literal characters, for a repository that it matches. A file has no repository and is matched by `**`
 * only. Throws USAGE for a pattern longer than 512 characters. The running time is linear in the text, times the stars.
 */
export function imagePattern(images: string): (repository: string | undefined) => number | undefined {
  if (images.length > policyLimits.patternLength)
    throw new TouchmarkError("USAGE", `a pattern of images has at most ${policyLimits.patternLength} characters`);
  const pattern = canonicalRepository(images);
  const parts = pattern.split(/(\*{1,2})/);
  const specificity = parts.filter((part) => !part.startsWith("*")).join("").length;
  return (repository) => {
    if (repository === undefined) return pattern === "**" ? 0 : undefined;
    return matches(canonicalRepository(repository), pattern) ? specificity : undefined;
  };
}

/** Tracks all possible positions in the pattern after each character. */
function matches(text: string, pattern: string): boolean {
  let states = closure(new Set([0]), pattern);
  for (let i = 0; i < text.length; i++) {
    const character = text[i]; // a code unit, as in the pattern
    const next = new Set<number>();
    for (const at of states) {
      if (pattern.startsWith("**", at)) next.add(at);
      else if (pattern[at] === "*" && character !== "/") next.add(at);
      else if (pattern[at] === character) next.add(at + 1);
    }
    states = closure(next, pattern);
    if (states.size === 0) return false;
  }
  return states.has(pattern.length);
}

/** Adds the positions after stars, which may match nothing. */
function closure(states: ReadonlySet<number>, pattern: string): ReadonlySet<number> {
  const all = new Set(states);
  for (const at of all) {
    if (pattern.startsWith("**", at)) all.add(at + 2);
    else if (pattern[at] === "*") all.add(at + 1);
  }
  return all;
}
