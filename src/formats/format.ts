/**
 * A signature format: it names the locations of evidence, recognises, reads, verifies and creates it. A format opens no connection and
 * reads no clock: every location is opened once for all formats, and untrusted content cannot make Touchmark request a URL.
 */
import type { Digest } from "../core/digest.ts";
import type { Claim, ClaimKind, Evidence, Found, RepositoryLocation, SignatureClaim } from "../core/evidence.ts";
import type { FileReading, FileSubject } from "../core/file-subject.ts";
import type { Facts } from "../core/facts/facts.ts";
import type { Finding } from "../core/finding.ts";
import type { Instant } from "../core/instant.ts";
import type { Descriptor, ImageManifest } from "../core/oci/manifest.ts";
import type { LogEntryJson } from "../core/verification-material.ts";
import type { SignedContent } from "../core/signed-content.ts";
import type { SigningScheme } from "../core/keys/signature-schemes.ts";
import type { EnvelopeRequest, MadeEnvelope, MadeSignature, SignerDescription } from "../core/signer.ts";
import type { Content, Subject, SubjectAddress } from "../core/subject.ts";
import type { LoggedSignature } from "../verification/logged-signature.ts";
import type { Trust } from "../trust/trust.ts";
import type { Reading } from "./checks.ts";

export interface Format {
  readonly name: string;

  /** The artifact types under which its referrers are usually listed. They are opened first if not all can be; never a filter. */
  readonly artifactTypes: readonly string[];

  /** The listing's label for a referrer; undefined if it has none. The label comes from the registry and is unverified. */
  labelOf(listed: Descriptor): EvidenceLabel | undefined;

  /** The locations where its evidence may be. */
  locations(subject: SubjectAddress): readonly RepositoryLocation[];

  /** Recognises evidence in a manifest; undefined for manifests of other formats. */
  recognise(found: Found): Recognised | undefined;

  /** The claims of the evidence, unverified. `about`: the image or file that they may refer to. */
  claims(evidence: Evidence, about: Content): StatedClaims;

  /**
   * Verifies the evidence for the subject under this trust at this time, whatever signer is expected. Never throws for the content of the
   * evidence. `evidence` is of this format (see its `format`). `facts` are answers to the `needs` of earlier findings.
   */
  verify(evidence: Evidence, subject: Subject, trust: Trust, at: Instant, facts?: Facts): Promise<Finding>;

  /**
   * The exact bytes to sign. Throws INVALID_KEY or CERTIFICATE_REQUIRED for a signer that the format does not support, and USAGE for
   * options of other formats.
   */
  prepare(request: SignatureRequest): ToSign | Promise<ToSign>;

  /**
   * The signature with its payload and verification material, as a registry stores them. Throws UNSUPPORTED for material that the format
   * cannot carry.
   */
  assemble(toSign: ToSign, subject: Subject, signed: MadeSignature, at: Instant): Artifact | Promise<Artifact>;

  /** Envelopes that a signer makes whole; absent in a format without them. */
  readonly envelopes?: EnvelopeFormat;

  /** Detached signatures in files; absent in a format without them. */
  readonly files?: FileFormat;

  /** Signatures with a pending log entry; absent in a format without them. */
  readonly pending?: PendingUploads;
}

export interface EnvelopeFormat {
  /** The envelope to request from the signer. Throws USAGE for options of other formats. */
  prepare(terms: SignatureTerms): EnvelopeRequest | Promise<EnvelopeRequest>;

  /**
   * Checks the returned envelope against the request, and returns it as a registry stores it. Throws for any envelope that a verifier would
   * not accept.
   */
  accept(made: MadeEnvelope, terms: SignatureTerms): Promise<AcceptedEnvelope>;
}

export interface AcceptedEnvelope {
  readonly artifact: Artifact;
  readonly by: SignerDescription;
}

export interface PendingUploads {
  /** The pending upload of the evidence; undefined if none is pending. */
  of(evidence: Evidence): Promise<Reading<PendingUpload> | undefined>;

  /** The signature with its log entries, which replaces the pending one. Throws for evidence that `of` cannot read. */
  complete(evidence: Evidence, entries: readonly LogEntryJson[], subject: Subject, at: Instant): Promise<ReferrerArtifact>;
}

export interface PendingUpload {
  readonly logged: LoggedSignature;
  /** URLs of logs from the evidence, untrusted: contacted only if they are also configured. */
  readonly logs: readonly string[];
}

/** What to sign, for any signer. */
export interface SignatureTerms {
  readonly claim: SignatureClaim;
  readonly subject: Subject;
  readonly options: SignatureOptions;
}

export interface SignatureRequest extends SignatureTerms {
  readonly by: SignerDescription;
}

export interface SignatureOptions {
  /** The current time. */
  readonly at: Instant;
  /** The time when the signature expires, in formats that have an expiry. */
  readonly expiry?: Instant;
  /** The envelope type of a Notary Project signature; the default is JWS. */
  readonly envelope?: "jws" | "cose";
}

export type FormatOfFiles = Format & { readonly files: FileFormat };

/** A detached signature: a file for another file, or one exported from an image. */
export interface FileFormat {
  /** Maximum bytes of such a file. */
  readonly maxBytes: number;

  /** The file name suffix of a detached signature by envelope type, if fixed: then the name determines the content. */
  readonly suffixes?: Readonly<Record<NonNullable<SignatureOptions["envelope"]>, string>>;

  /** Whether the bytes are such a file. */
  owns(bytes: Uint8Array): boolean;

  /** The evidence in a detached signature. */
  read(bytes: Uint8Array, path: string): Evidence;

  /** How to read a file in order to verify this evidence. */
  readingOf(evidence: Evidence): Promise<FileReading>;

  /** Like `verify`, for a file. */
  verify(evidence: Evidence, file: FileSubject, trust: Trust, at: Instant, facts?: Facts): Promise<Finding>;

  /** How to read a file in order to sign it. */
  readingFor(describe: () => Promise<SignerDescription>): Promise<FileReading>;

  /** Like `prepare`, for a file. Also throws LIMIT_EXCEEDED for a file that must be held in memory and is too large. */
  prepare(request: FileSignatureRequest): ToSign | Promise<ToSign>;

  /** The detached signature. */
  assemble(toSign: ToSign, file: FileSubject, signed: MadeSignature): Uint8Array | Promise<Uint8Array>;
}

export interface FileSignatureRequest extends Omit<SignatureRequest, "subject"> {
  readonly file: FileSubject;
}

export interface EvidenceLabel {
  readonly kind: ClaimKind;
  /** The predicate type of an attestation, if the listing states it. */
  readonly predicateType?: string;
}

export interface StatedClaims {
  /** Empty if the evidence cannot be read. */
  readonly claims: readonly Claim[];
  /** The signer hint of the evidence. */
  readonly hint?: string;
}

export interface Recognised {
  /** The blobs to fetch; each within the format's limit. */
  readonly fetch: readonly Descriptor[];
  /** The evidence from the fetched blobs; a missing blob has been reported as unread. */
  read(blobs: ReadonlyMap<Digest, Uint8Array>): readonly Evidence[];
}

/** The bytes to sign; each format extends it with what `assemble` needs. */
export interface ToSign {
  /** The message. */
  readonly bytes: Uint8Array;
  /** The same content in the form that logs take; absent in formats without log entries. */
  readonly content?: SignedContent;
  /** The signing scheme, if it differs from the key's default. */
  readonly scheme?: SigningScheme;
}

export type Artifact = ReferrerArtifact | TaggedArtifact;

/** A manifest of its own that refers to the subject. */
export interface ReferrerArtifact {
  readonly kind: "referrer";
  readonly blobs: readonly Uint8Array[];
  /** Media type `mediaTypes.ociManifest`. */
  readonly manifest: Uint8Array;
}

/** A layer to add to the manifest that a tag names. */
export interface TaggedArtifact {
  readonly kind: "tag";
  readonly tag: string;
  readonly layer: Descriptor;
  /** The manifest with the layer added, and every blob it needs that may be missing in the repository. */
  extend(existing: ImageManifest | undefined): {
    readonly blobs: readonly Uint8Array[];
    readonly manifest: Uint8Array;
    readonly mediaType: string;
  };
}
