/**
 * A format of evidence: it names the locations of evidence, recognises, reads and verifies it; its writers (`writer.ts`) create it. A
 * format opens no connection and reads no clock: every location is opened once for all formats, and untrusted content cannot make
 * Touchmark request a URL.
 */
import type { Content } from "../core/content.ts";
import type { Digest } from "../core/digest.ts";
import type { Claim, ClaimKind, Evidence, EvidenceDocument, Found, SourceLocation, StoredLocation } from "../core/evidence.ts";
import type { FileReading } from "../core/file-subject.ts";
import type { Facts } from "../core/facts/facts.ts";
import type { Finding } from "../core/finding.ts";
import type { Instant } from "../core/instant.ts";
import type { Descriptor } from "../core/oci/manifest.ts";
import type { Subject, SubjectAddress } from "../core/subject.ts";
import type { Trust } from "../trust/trust.ts";
import type { Reading } from "./checks.ts";
import type { SignatureParts, Writers } from "./writer.ts";

export interface Format {
  readonly name: string;

  /**
   * Whether its referrers are usually listed under this artifact type. Referrers of types that no format owns are opened last, and only
   * before a refusal; never a filter.
   */
  ownsType(artifactType: string): boolean;

  /** The listing's label for a referrer; undefined if it has none. The label comes from the registry and is unverified. */
  labelOf(listed: Descriptor): EvidenceLabel | undefined;

  /** The locations where its evidence about an image may be: referrers, tags, named sources. */
  locations(subject: SubjectAddress): readonly StoredLocation[];

  /** Recognises evidence in a manifest; undefined for manifests of other formats. */
  recognise(found: Found): Recognised | undefined;

  /** Reads the evidence in the documents of a source; absent in formats whose evidence is stored in repositories only. */
  readonly readDocuments?: (
    documents: readonly EvidenceDocument[],
    location: SourceLocation,
    signal: AbortSignal,
  ) => Promise<readonly Evidence[]>;

  /** The claims of the evidence, unverified. `about`: the image or file that they may refer to. */
  claims(evidence: Evidence, about: Content): StatedClaims;

  /**
   * Verifies the evidence for the subject under this trust at this time, whatever signer is expected. Never throws for the content of the
   * evidence. `evidence` is of this format (see its `format`). `facts` are answers to the `needs` of earlier findings.
   */
  verify(evidence: Evidence, subject: Subject, trust: Trust, at: Instant, facts?: Facts): Promise<Finding>;

  /** The signed bytes, the signature and its verification material, unverified: what `assemble` takes to store the signature again. */
  material(evidence: Evidence): Promise<Reading<SignatureParts>>;

  /** Creates evidence, by kind of claim. A kind without a writer is only read. */
  readonly writers: Writers;

  /** Detached signatures in files; absent in a format without them. */
  readonly files?: DetachedSignatures;
}

/** A format that signs files, and reads the signatures. */
export type FormatOfFiles = Format & {
  readonly files: DetachedSignatures;
  readonly writers: { readonly signature: NonNullable<Writers["signature"]> };
};

/** A detached signature: a file for another file, or one exported from an image. */
export interface DetachedSignatures {
  /** Maximum bytes of such a file. */
  readonly maxBytes: number;

  /** The file name suffixes of detached signatures, if fixed: then the name determines the content. */
  readonly suffixes: readonly string[];

  /** Whether the bytes are such a file. */
  owns(bytes: Uint8Array): boolean;

  /** The evidence in a detached signature. Never throws for its content; throws the signal's abort reason. */
  read(bytes: Uint8Array, path: string, signal: AbortSignal): Promise<Evidence>;

  /** How to read a file in order to verify this evidence. */
  readingOf(evidence: Evidence): FileReading;
}

export interface EvidenceLabel {
  readonly kind: ClaimKind;
  /** The predicate type of an attestation, if the listing states it. */
  readonly predicateType?: string;
}

export interface StatedClaims {
  /** Empty if the evidence cannot be read. */
  readonly claims: readonly Claim[];
  /** The signed in-toto statement of an attestation. */
  readonly statement?: Uint8Array;
  /** The signer that the evidence names. */
  readonly hint?: SignerHint;
}

export interface SignerHint {
  readonly names: "key" | "certificate";
  readonly text: string;
}

export interface Recognised {
  /** The blobs to fetch; each within the format's limit. */
  readonly fetch: readonly Descriptor[];
  /** Maximum pieces of evidence in it. */
  readonly pieces: number;
  /** The evidence from the fetched blobs; a missing blob has been reported as unread. Throws only the signal's abort reason. */
  read(blobs: ReadonlyMap<Digest, Uint8Array>, signal: AbortSignal): Promise<readonly Evidence[]>;
}
