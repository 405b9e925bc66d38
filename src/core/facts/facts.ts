/**
 * Facts: external answers that verification needs. A format verifies without network access: an undecided check lists
 * its fact questions, a caller with network access fetches the answers, and verification runs again with them.
 */
import { toBase64 } from "../bytes.ts";
import type { Code } from "../errors.ts";
import type { Instant } from "../instant.ts";
import type { Certificate } from "../x509/certificate.ts";

/** A fact question about a certificate, for an OCSP responder. */
export interface OcspQuestion {
  readonly kind: "ocsp";
  /** The URL as the certificate has it: of any scheme, or invalid. */
  readonly url: string;
  /** OCSPRequest, DER. */
  readonly request: Uint8Array;
}

/** The revocation list at a URL, complete or delta. */
export interface CrlQuestion {
  readonly kind: "crl";
  /** The URL as a certificate, or another list, has it. */
  readonly url: string;
  /** The expected issuer of the list. */
  readonly issuer: Certificate;
}

/** A fact question about the revocation status of a certificate. */
export type StatusQuestion = OcspQuestion | CrlQuestion;

/** The checks that a notation plugin can perform. */
export type PluginCheck = "SIGNATURE_VERIFIER.TRUSTED_IDENTITY" | "SIGNATURE_VERIFIER.REVOCATION_CHECK";

/** What a Notary Project signature requests of the plugin that it names. */
export interface PluginRequest {
  /** The plugin's name and minimum version, as in the signature. */
  readonly plugin: string;
  readonly minVersion?: string;
  readonly contentType: string;
  readonly signingScheme: string;
  readonly expiry?: Instant;
  readonly authenticSigningTime?: Instant;
  /** Extended attributes, which only the plugin can process. */
  readonly extended: Readonly<Record<string, string | number | null>>;
  /** Names of the critical ones, which the plugin must process. */
  readonly unprocessed: readonly string[];
  readonly chain: readonly Certificate[];
}

/** The plugin's verification of a signature, for one authority. */
export interface PluginQuestion extends PluginRequest {
  readonly kind: "plugin";
  /** The trusted identities as in the trust policy. */
  readonly trustedIdentities: readonly string[];
  /** The wanted checks; the plugin is requested to perform those that it supports. */
  readonly wanted: readonly PluginCheck[];
}

export type FactQuestion = StatusQuestion | PluginQuestion;

/** The response bytes, not yet verified; or the reason why there are none. */
export type FactAnswer = { readonly bytes: Uint8Array } | { readonly code: Code; readonly message: string };

/** Answers by the `keyOf` of their question. A question without an entry was not asked. */
export type Facts = ReadonlyMap<string, FactAnswer>;

/** Fetches the answers to all questions. A failure is an answer too; throws only the signal's abort reason. */
export type GatherFacts<Q extends FactQuestion = FactQuestion> = (questions: readonly Q[], signal: AbortSignal) => Promise<Facts>;

/** A map key for each distinct fact question. */
export function factKey(question: FactQuestion): string {
  if (question.kind === "plugin") return `plugin ${JSON.stringify({ ...question, chain: question.chain.map(({ raw }) => toBase64(raw)) })}`;
  return question.kind === "crl" ? `crl ${question.url}` : `ocsp ${question.url} ${toBase64(question.request)}`;
}
