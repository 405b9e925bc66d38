/** Which repositories a rule is for. */
import { TouchmarkError } from "../core/errors.ts";

const maxLength = 512;

/**
 * A pattern of repositories: `*` stands for any part of one segment, `**` for any number of segments. Returns how specific the pattern
 * is, the number of its literal characters, for a repository that it matches. A file, which has no repository, is matched by `**` alone.
 * Throws USAGE for a pattern that is longer than 512 characters. Takes time linear in the text, times the stars.
 */
export function imagePattern(pattern: string): (repository: string | undefined) => number | undefined {
  if (pattern.length > maxLength) throw new TouchmarkError("USAGE", `a pattern of images has at most ${maxLength} characters`);
  const parts = pattern.split(/(\*{1,2})/);
  const specificity = parts.filter((part) => !part.startsWith("*")).join("").length;
  return (repository) => {
    if (repository === undefined) return pattern === "**" ? 0 : undefined;
    return matches(repository, pattern) ? specificity : undefined;
  };
}

/** Follows all positions in the pattern that are possible after each character. */
function matches(text: string, pattern: string): boolean {
  let states = closure(new Set([0]), pattern);
  for (const character of text) {
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

/** A star may stand for nothing. */
function closure(states: ReadonlySet<number>, pattern: string): ReadonlySet<number> {
  const all = new Set(states);
  for (const at of all) {
    if (pattern.startsWith("**", at)) all.add(at + 2);
    else if (pattern[at] === "*") all.add(at + 1);
  }
  return all;
}
