/**
 * The services used for signing with a sigstore instance: certificate authorities, identity providers, logs and timestamp authorities
 * (sigstore/protobuf-specs, `sigstore_trustroot.proto`, SigningConfig).
 */
import type { Period } from "./trusted-root.ts";

export interface Service {
  /** The URL of a timestamp authority; of any other service the base URL, to which paths are appended. */
  readonly url: string;
  readonly majorApiVersion: number;
  readonly validFor: Period;
  /** The operator: at most one service of each is used. */
  readonly operator: string;
}

/** How many of the usable services are selected. */
export type Selector = { readonly kind: "all" } | { readonly kind: "exact"; readonly count: number };

/** Services of a kind of which several may be used. */
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
