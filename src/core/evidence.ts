/** Bytes that hang on a subject and bear on trust, where they lie, and what they say. */
import type { Digest, FileDigest } from "./digest.ts";
import type { Descriptor, ImageManifest } from "./oci/manifest.ts";

export type ClaimKind = "signature" | "attestation";

/** Somewhere in a repository that evidence may lie. */
export type RepositoryLocation =
  | { readonly kind: "referrers" }
  | { readonly kind: "tag"; readonly tag: string; readonly holds: readonly ClaimKind[] };

/** A file that was named, in place of everything that may lie in a repository. */
export interface FileLocation {
  readonly kind: "file";
  /** As it was named. */
  readonly path: string;
}

export type EvidenceLocation = RepositoryLocation | FileLocation;

/** One manifest found in a place, opened and read. */
export interface Found {
  readonly location: RepositoryLocation;
  readonly descriptor: Descriptor;
  readonly manifest: ImageManifest;
}

/** One piece of evidence. Each format keeps its own shape behind this one. */
export interface Evidence {
  /** Name of the format that recognised it. */
  readonly format: string;
  readonly location: EvidenceLocation;
  /** The manifest it was found in; absent for a file. */
  readonly manifest?: Digest;
  /** The layer that holds it, or the file. */
  readonly layer: Descriptor;
  /** Digest of the signature itself, where that is known: what has the same may be the same signature once more. */
  readonly signature?: Digest;
}

/** What evidence says, format-neutral. An attestation never counts as a signature. */
export type Claim = SignatureClaim | AttestationClaim;

export interface SignatureClaim {
  readonly kind: "signature";
  /** The image or file that is signed. */
  readonly subject: FileDigest;
  readonly annotations: Readonly<Record<string, string>>;
  /** The name under which it was signed, in the formats that have one (simple signing's `docker-reference`). */
  readonly identity?: string;
}

export interface AttestationClaim {
  readonly kind: "attestation";
  readonly subject: FileDigest;
  readonly predicateType: string;
}

/** A few words for a place: `referrers`, `tag sha256-….sig`, `file app.sigstore.json`. */
export function describeLocation(location: EvidenceLocation): string {
  if (location.kind === "file") return `file ${location.path}`;
  return location.kind === "tag" ? `tag ${location.tag}` : "referrers";
}
