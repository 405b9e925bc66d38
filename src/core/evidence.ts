/** Bytes that hang on a subject and bear on trust, where they lie, and what they say. */
import type { Digest, FileDigest } from "./digest.ts";
import type { Descriptor, ImageManifest } from "./oci.ts";

export type ClaimKind = "signature" | "attestation";

/** Somewhere in a repository that evidence may lie. */
export type RepositoryPlace =
  | { readonly kind: "referrers" }
  | { readonly kind: "tag"; readonly tag: string; readonly holds: readonly ClaimKind[] };

/** A file that was named, in place of everything that may lie in a repository. */
export interface FilePlace {
  readonly kind: "file";
  /** As it was named. */
  readonly path: string;
}

export type Place = RepositoryPlace | FilePlace;

/** One manifest found in a place, opened and read. */
export interface Found {
  readonly place: RepositoryPlace;
  readonly descriptor: Descriptor;
  readonly manifest: ImageManifest;
}

/** One piece of evidence. Each format keeps its own shape behind this one. */
export interface Evidence {
  /** Name of the format that recognised it. */
  readonly format: string;
  readonly place: Place;
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
export function describePlace(place: Place): string {
  if (place.kind === "file") return `file ${place.path}`;
  return place.kind === "tag" ? `tag ${place.tag}` : "referrers";
}
