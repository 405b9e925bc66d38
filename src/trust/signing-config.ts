/**
 * Which services sign for a sigstore instance: its certificate authorities, identity providers, logs and timestamp authorities
 * (sigstore/protobuf-specs, `sigstore_trustroot.proto`, SigningConfig).
 */
import type { Period } from "./trusted-root.ts";

export interface Service {
  /** Where it answers; of a timestamp authority all of it, of any other what its paths are put after. */
  readonly url: string;
  readonly majorApiVersion: number;
  readonly validFor: Period;
  /** Who runs it: one operator is asked once. */
  readonly operator: string;
}

/** How many of those that could be asked are. */
export type Selector = { readonly kind: "all" } | { readonly kind: "exact"; readonly count: number };

/** Services of a kind of which several may be asked. */
export interface ServiceChoice {
  readonly services: readonly Service[];
  readonly selector: Selector;
}

export interface SigningConfig {
  readonly certificateAuthorities: readonly Service[];
  readonly identityProviders: readonly Service[];
  readonly logs: ServiceChoice;
  readonly timestampAuthorities: ServiceChoice;
}
