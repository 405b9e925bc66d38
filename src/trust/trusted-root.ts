/**
 * The trusted root of a sigstore instance: its certificate authorities, logs and timestamp authorities
 * (sigstore/protobuf-specs, `sigstore_trustroot.proto`).
 */
import type { Instant } from "../core/instant.ts";
import type { PublicKey } from "../core/keys/public-key.ts";
import type { Certificate } from "../core/x509/certificate.ts";

/** A validity period, both ends included; without an end it is unlimited. */
export interface Period {
  readonly start: Instant;
  readonly end?: Instant;
}

export interface CertificateAuthority {
  /** Its URI, or another name. */
  readonly name: string;
  /** The operator, who counts once toward a threshold. */
  readonly operator: string;
  /** Certificates from the issuing one up to the root. */
  readonly chain: readonly Certificate[];
  readonly validFor: Period;
}

export interface LogAuthority {
  /** The log's base URL. */
  readonly name: string;
  /** The log id in entries and SCTs (RFC 6962, section 3.2, or the four-byte id of its checkpoints), lower-case hex. */
  readonly id: string;
  /** The key id in its checkpoints' signatures (C2SP signed-note), four bytes as lower-case hex; without it, the first four of `id`. */
  readonly checkpointId?: string;
  /** The operator, who counts once toward a threshold. */
  readonly operator: string;
  readonly publicKey: PublicKey;
  readonly validFor: Period;
}

export interface TrustedRoot {
  readonly certificateAuthorities: readonly CertificateAuthority[];
  /** Transparency logs of signatures. */
  readonly logs: readonly LogAuthority[];
  /** Certificate transparency logs. */
  readonly certificateLogs: readonly LogAuthority[];
  readonly timestampAuthorities: readonly CertificateAuthority[];
  /** Only of the root that is embedded in this package: by when it was to be renewed, which tells its age. */
  readonly renewBy?: Instant;
}

export function isWithin({ start, end }: Period, at: Instant): boolean {
  return start <= at && (end === undefined || at <= end);
}
