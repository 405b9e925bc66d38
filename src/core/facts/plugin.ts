/** The result of a notation plugin that a signature names (Notary Project, plugin-extensibility). */
import { toBase64 } from "../bytes.ts";
import type { Instant } from "../instant.ts";
import type { Certificate } from "../x509/certificate.ts";

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

export function pluginKey(question: PluginQuestion): string {
  return JSON.stringify({ ...question, chain: question.chain.map(({ raw }) => toBase64(raw)) });
}
