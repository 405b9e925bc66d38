/**
 * Selects services of a signing config for a time: of those valid then and of the highest supported version,
 * the newest of each operator (sigstore/protobuf-specs, `sigstore_trustroot.proto`, Service).
 */
import { TouchmarkError } from "../core/errors.ts";
import { formatInstant, type Instant } from "../core/instant.ts";
import type { Selector, Service, SigningConfig } from "./signing-config.ts";
import { isWithin } from "./trusted-root.ts";

/** A kind that the config does not list is absent. */
export interface SelectedServices {
  readonly certificateAuthority?: Service;
  readonly identityProvider?: Service;
  readonly logs: readonly Service[];
  readonly timestampAuthorities: readonly Service[];
}

/** Supported API versions by kind of service. */
const spoken = {
  "certificate authority": [1],
  "identity provider": [1],
  log: [1, 2],
  "timestamp authority": [1],
} as const satisfies Readonly<Record<string, readonly number[]>>;
type Kind = keyof typeof spoken;

const one: Selector = { kind: "exact", count: 1 };

/**
 * If fewer than all are requested, the newest are selected. Throws SERVICE_MISSING where the config lists services of a kind
 * and too few of them are usable.
 */
export function selectServices(config: SigningConfig, at: Instant): SelectedServices {
  const [certificateAuthority] = select("certificate authority", config.certificateAuthorities, one, at);
  const [identityProvider] = select("identity provider", config.identityProviders, one, at);
  return {
    ...(certificateAuthority && { certificateAuthority }),
    ...(identityProvider && { identityProvider }),
    logs: select("log", config.logs.services, config.logs.selector, at),
    timestampAuthorities: select("timestamp authority", config.timestampAuthorities.services, config.timestampAuthorities.selector, at),
  };
}

function select(kind: Kind, services: readonly Service[], selector: Selector, at: Instant): readonly Service[] {
  if (services.length === 0) return [];
  const versions: readonly number[] = spoken[kind];
  const usable = services.filter(({ majorApiVersion, validFor }) => versions.includes(majorApiVersion) && isWithin(validFor, at));
  const version = Math.max(...usable.map(({ majorApiVersion }) => majorApiVersion));
  const newestFirst = usable
    .filter(({ majorApiVersion }) => majorApiVersion === version)
    .toSorted((a, b) => b.validFor.start - a.validFor.start);
  const found = newestFirst.filter((service, i) => newestFirst.findIndex(({ operator }) => operator === service.operator) === i);
  const wanted = selector.kind === "all" ? 1 : selector.count;
  if (found.length < wanted) {
    const asked = `version ${versions.join(" or ")}, valid at ${formatInstant(at)}`;
    throw new TouchmarkError(
      "SERVICE_MISSING",
      `the signing config has ${found.length} of the ${wanted} operators of a ${kind} that are needed (${asked})`,
    );
  }
  return selector.kind === "all" ? found : found.slice(0, wanted);
}
