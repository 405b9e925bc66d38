/**
 * What verifying needs to know and does not know by itself. A format verifies without a network: an undecided check lists
 * the questions it needs answered, somebody who has a network asks them, and the format is asked again with the answers.
 */
import { toBase64 } from "../bytes.ts";
import type { Code } from "../errors.ts";
import type { Instant } from "../instant.ts";
import type { Certificate } from "../x509/certificate.ts";

/** What a responder says of a certificate. */
export interface OcspQuestion {
  readonly kind: "ocsp";
  /** As a certificate has it: of any scheme, or none. */
  readonly url: string;
  /** OCSPRequest, DER. */
  readonly request: Uint8Array;
}

/** The revocation list at a URL, whole or delta. */
export interface CrlQuestion {
  readonly kind: "crl";
  /** As a certificate, or another list, has it. */
  readonly url: string;
  /** Who should have signed it. */
  readonly issuer: Certificate;
}

/** Of a certificate, whether it was revoked. */
export type StatusQuestion = OcspQuestion | CrlQuestion;

/** What a plugin of notation can look at. */
export type PluginCheck = "SIGNATURE_VERIFIER.TRUSTED_IDENTITY" | "SIGNATURE_VERIFIER.REVOCATION_CHECK";

/** What a Notary Project signature asks of the plugin that it names. */
export interface PluginRequest {
  /** As the signature names it, and the least version it wants. */
  readonly plugin: string;
  readonly minVersion?: string;
  readonly contentType: string;
  readonly signingScheme: string;
  readonly expiry?: Instant;
  readonly authenticSigningTime?: Instant;
  /** Attributes that only the plugin knows. */
  readonly extended: Readonly<Record<string, string | number | null>>;
  /** Which of them are critical: the plugin has to process them. */
  readonly unprocessed: readonly string[];
  readonly chain: readonly Certificate[];
}

/** The plugin's verification of a signature, for one authority. */
export interface PluginQuestion extends PluginRequest {
  readonly kind: "plugin";
  /** As the trust policy has them. */
  readonly trustedIdentities: readonly string[];
  /** What is wanted; of it the plugin is asked what it can. */
  readonly wanted: readonly PluginCheck[];
}

export type FactQuestion = StatusQuestion | PluginQuestion;

/** The bytes as they came, which prove nothing by themselves; or why there are none. */
export type FactAnswer = { readonly bytes: Uint8Array } | { readonly code: Code; readonly message: string };

/** By `keyOf` what was asked. What is not in it was not asked. */
export type Facts = ReadonlyMap<string, FactAnswer>;

/** Asks all of them. What cannot be had is an answer too; throws only what the signal was aborted with. */
export type GatherFacts<Q extends FactQuestion = FactQuestion> = (questions: readonly Q[], signal: AbortSignal) => Promise<Facts>;

/** One for each thing that can be asked. */
export function factKey(question: FactQuestion): string {
  if (question.kind === "plugin") return `plugin ${JSON.stringify({ ...question, chain: question.chain.map(({ raw }) => toBase64(raw)) })}`;
  return question.kind === "crl" ? `crl ${question.url}` : `ocsp ${question.url} ${toBase64(question.request)}`;
}
