/**
 * Facts: external answers that verification needs. A format verifies without network access: an undecided check lists
 * its fact questions, a caller with network access fetches the answers, and verification runs again with them.
 * Each kind of question is a file of its own, listed here.
 */
import type { Code } from "../errors.ts";
import { crlKey, type CrlQuestion } from "./crl.ts";
import { ocspKey, type OcspQuestion } from "./ocsp.ts";
import { pluginKey, type PluginQuestion } from "./plugin.ts";

/** The kinds of fact questions. */
export interface FactQuestions {
  readonly ocsp: OcspQuestion;
  readonly crl: CrlQuestion;
  readonly plugin: PluginQuestion;
}

const keys: { readonly [K in FactKind]: (question: FactQuestions[K]) => string } = { ocsp: ocspKey, crl: crlKey, plugin: pluginKey };

export type FactKind = keyof FactQuestions;
export type FactQuestion = FactQuestions[FactKind];
/** A fact question about the revocation status of a certificate. */
export type StatusQuestion = FactQuestions["ocsp" | "crl"];

/** The response bytes, not yet verified; or the reason why there are none. */
export type FactAnswer = { readonly bytes: Uint8Array } | { readonly code: Code; readonly message: string };

/** Answers by the `factKey` of their question. A question without an entry was not asked. */
export type Facts = ReadonlyMap<string, FactAnswer>;

/** Fetches the answers to all questions. A failure is an answer too; throws only the signal's abort reason. */
export type GatherFacts<Q extends FactQuestion = FactQuestion> = (questions: readonly Q[], signal: AbortSignal) => Promise<Facts>;

/** A map key for each distinct fact question. */
export function factKey(question: FactQuestion): string {
  return `${question.kind} ${keyWithin(question)}`;
}

function keyWithin<K extends FactKind>(question: FactQuestions[K] & { readonly kind: K }): string {
  return keys[question.kind](question);
}
