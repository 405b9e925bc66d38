/** Signature evidence: where it is stored, its bytes, and its parsed claim. */
import type { Digest, FileDigest } from "./digest.ts";
import type { Descriptor, ImageManifest } from "./oci/manifest.ts";

export type ClaimKind = "signature" | "attestation";

/** A location in a repository that may hold evidence. */
export type RepositoryLocation =
  | { readonly kind: "referrers" }
  | { readonly kind: "tag"; readonly tag: string; readonly holds: readonly ClaimKind[] };

/** A source of evidence outside the repository, by name: a signature store, a notary server. */
export interface SourceLocation {
  readonly kind: "source";
  readonly source: string;
  readonly holds: readonly ClaimKind[];
}

/** A location that is searched for evidence about an image. */
export type StoredLocation = RepositoryLocation | SourceLocation;

/** A named file, verified instead of the locations in a repository. */
export interface FileLocation {
  readonly kind: "file";
  /** The file's name as given by the user. */
  readonly path: string;
}

export type EvidenceLocation = StoredLocation | FileLocation;

/** A manifest found at a location, fetched and parsed. */
export interface Found {
  readonly location: RepositoryLocation;
  readonly descriptor: Descriptor;
  readonly manifest: ImageManifest;
}

/** A document of a named source. */
export interface EvidenceDocument {
  /** Its name within the source. */
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** One piece of evidence. Each format extends it with its own data. */
export interface Evidence {
  /** Name of the format that recognised it. */
  readonly format: string;
  readonly location: EvidenceLocation;
  /** The manifest that contains it; absent for a file. */
  readonly manifest?: Digest;
  /** The layer that contains it, or the file. */
  readonly layer: Descriptor;
  /** Digest of the signature itself, where known: equal digests may be the same signature stored twice. */
  readonly signature?: Digest;
  /** Whether it states that its log entries are pending. */
  readonly isPending?: boolean;
}

/** The parsed claim of evidence, independent of the format. An attestation never counts as a signature. */
export type Claim = SignatureClaim | AttestationClaim;

export interface SignatureClaim {
  readonly kind: "signature";
  /** The signed image or file. */
  readonly subject: FileDigest;
  readonly annotations: Readonly<Record<string, string>>;
  /** The name that was signed, in formats that have one (simple signing's `docker-reference`). */
  readonly identity?: string;
}

export interface AttestationClaim {
  readonly kind: "attestation";
  readonly subject: FileDigest;
  readonly predicateType: string;
}

/** Describes a location: `referrers`, `tag sha256-….sig`, `file app.sigstore.json`, a source by its name. */
export function describeLocation(location: EvidenceLocation): string {
  if (location.kind === "file") return `file ${location.path}`;
  if (location.kind === "source") return location.source;
  return location.kind === "tag" ? `tag ${location.tag}` : "referrers";
}
