/** An expected text: an exact value, or an RE2 pattern, which matches in linear time. */
import { asTouchmarkError, TouchmarkError } from "../core/errors.ts";
import { trustLimits } from "./limits.ts";

export type TextPattern =
  | { readonly kind: "exact"; readonly text: string }
  | {
      readonly kind: "pattern";
      readonly source: string;
      readonly matches: (text: string) => boolean;
      readonly begins: (text: string) => boolean;
    };

export function exactly(text: string): TextPattern {
  return { kind: "exact", text };
}

/** A pattern in RE2's syntax, which must match the whole text. Throws USAGE if it is invalid. */
export async function matching(source: string): Promise<TextPattern> {
  if (source.length > trustLimits.patternLength) {
    throw new TouchmarkError("USAGE", `a pattern has at most ${trustLimits.patternLength} characters; found ${source.length}`);
  }
  const { RE2JS } = await import("re2js");
  try {
    const compiled = RE2JS.compile(source);
    return { kind: "pattern", source, matches: (text) => compiled.matches(text), begins: (text) => compiled.matcher(text).lookingAt() };
  } catch (error) {
    const { message } = asTouchmarkError(error);
    throw new TouchmarkError("USAGE", `${JSON.stringify(source)} is not a pattern: ${message}`, {
      hint: "Patterns are written as RE2 and Go do (no look-around, no back-references) and match the whole text.",
      cause: error,
    });
  }
}

export function matchesText(pattern: TextPattern, text: string): boolean {
  return pattern.kind === "exact" ? pattern.text === text : pattern.matches(text);
}

/** Whether the pattern matches the beginning of the text, and not the whole. */
export function matchesBeginning(pattern: TextPattern, text: string): boolean {
  return pattern.kind === "pattern" && !pattern.matches(text) && pattern.begins(text);
}

/** A probe that no real identity equals: a pattern that matches every probe restricts nothing. All issuers are URLs. */
const probes = {
  identity: ["https://unrelated.invalid/repository/workflow", "unrelated@unrelated.invalid", "unrelated"],
  issuer: ["https://unrelated.invalid", "https://unrelated.invalid/issuer"],
} as const;

export function matchesAnything(pattern: TextPattern, kind: keyof typeof probes): boolean {
  return probes[kind].every((probe) => matchesText(pattern, probe));
}

/** Describes an expected text: `x`, or `an identity matching /x/`. */
export function describePattern(pattern: TextPattern, what: string): string {
  return pattern.kind === "exact" ? pattern.text : `${what} matching /${pattern.source}/`;
}
