/**
 * The one seam that matters. A format says where evidence may lie, recognises it, reads it, verifies it,
 * and makes it. It never touches the network and reads no clock: every place is opened once for all formats,
 * and nothing a stranger wrote can make us call a URL.
 */
import type { Digest } from "../core/digest.ts";
import type { Claim, Evidence, Found, RepositoryLocation, SignatureClaim } from "../core/evidence.ts";
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

  /** Artifact types its referrers are usually listed under: opened first where not all can be. Never a filter. */
  readonly artifactTypes: readonly string[];

  /** Where its evidence may lie. */
  locations(subject: SubjectAddress): readonly RepositoryLocation[];

  /** Undefined: not mine. */
  recognise(found: Found): Recognised | undefined;

  /** What the evidence says, without trust: nothing of it is verified. `about`: the image, or the file, that it may speak of. */
  claims(evidence: Evidence, about: Content): StatedClaims;

  /**
   * What the evidence proves about the subject under this trust, at this time, whatever anybody expects. Never throws for what the
   * evidence holds. `evidence` is of this format (its `format` says so). `facts` are answers to what earlier findings about it needed.
   */
  verify(evidence: Evidence, subject: Subject, trust: Trust, at: Instant, facts?: Facts): Promise<Finding>;

  /** The exact bytes to sign. Throws INVALID_KEY or CERTIFICATE_REQUIRED for a signer that the format cannot carry, and USAGE for options that are not its own. */
  prepare(request: SignatureRequest): ToSign | Promise<ToSign>;

  /** The signature, what it signs and what seals it, as a registry stores them. Throws UNSUPPORTED for seals that the format cannot carry. */
  assemble(toSign: ToSign, subject: Subject, signed: MadeSignature, at: Instant): Artifact | Promise<Artifact>;

  /** Its signatures that a signer makes whole; absent in a format that nobody does so for. */
  readonly envelopes?: EnvelopeFormat;

  /** Its evidence as files; absent in a format that has none. */
  readonly files?: FileFormat;

  /** Its signatures that a log is yet to be asked to keep; absent in a format whose signatures cannot wait. */
  readonly pending?: PendingUploads;
}

export interface EnvelopeFormat {
  /** What to ask for. Throws USAGE for options that are not the format's own. */
  prepare(terms: SignatureTerms): EnvelopeRequest | Promise<EnvelopeRequest>;

  /** What came, read and held to what was asked, as a registry stores it. Throws for anything that no verifier would take for it. */
  accept(made: MadeEnvelope, terms: SignatureTerms): Promise<AcceptedEnvelope>;
}

export interface AcceptedEnvelope {
  readonly artifact: Artifact;
  readonly by: SignerDescription;
}

export interface PendingUploads {
  /** What a log is to be asked to keep; undefined for evidence that waits for none. */
  of(evidence: Evidence): Promise<Reading<PendingUpload> | undefined>;

  /** The signature with its entries, to take the place of the one that waits. Throws for evidence that `of` cannot read. */
  complete(evidence: Evidence, entries: readonly LogEntryJson[], subject: Subject, at: Instant): Promise<ReferrerArtifact>;
}

export interface PendingUpload {
  readonly logged: LoggedSignature;
  /** URLs of logs, as whoever wrote the evidence says: to be asked only if they are known from elsewhere. */
  readonly logs: readonly string[];
}

/** What shall be signed, whoever does. */
export interface SignatureTerms {
  readonly claim: SignatureClaim;
  readonly subject: Subject;
  readonly options: SignatureOptions;
}

export interface SignatureRequest extends SignatureTerms {
  readonly by: SignerDescription;
}

export interface SignatureOptions {
  /** Now. */
  readonly at: Instant;
  /** Until when the signature is meant to be used, in the formats that can say it. */
  readonly expiry?: Instant;
  /** The form of a Notary Project signature; JWS where none is named. */
  readonly envelope?: "jws" | "cose";
}

export type FormatOfFiles = Format & { readonly files: FileFormat };

/** Evidence that is a file of its own: beside another file, or taken along from an image. */
export interface FileFormat {
  /** Of such a file. */
  readonly maxBytes: number;

  /** What the name of a file's signature ends in, by its envelope, where that is fixed: then the name says what is in it. */
  readonly suffixes?: Readonly<Record<NonNullable<SignatureOptions["envelope"]>, string>>;

  /** Whether the bytes are such a file. */
  owns(bytes: Uint8Array): boolean;

  /** The evidence in a file that was named. */
  read(bytes: Uint8Array, path: string): Evidence;

  /** How a file has to be read for what the evidence says of it to be verified. */
  readingOf(evidence: Evidence): Promise<FileReading>;

  /** As `verify`, about a file. */
  verify(evidence: Evidence, file: FileSubject, trust: Trust, at: Instant, facts?: Facts): Promise<Finding>;

  /** How a file has to be read for a signer to sign it. */
  readingFor(describe: () => Promise<SignerDescription>): Promise<FileReading>;

  /** As `prepare`, about a file. Throws LIMIT_EXCEEDED as well, for a file that had to be held whole and is too large. */
  prepare(request: FileSignatureRequest): ToSign | Promise<ToSign>;

  /** The file that holds the signature of another. */
  assemble(toSign: ToSign, file: FileSubject, signed: MadeSignature): Uint8Array | Promise<Uint8Array>;
}

export interface FileSignatureRequest extends Omit<SignatureRequest, "subject"> {
  readonly file: FileSubject;
}

export interface StatedClaims {
  /** Empty where the evidence cannot be read. */
  readonly claims: readonly Claim[];
  /** What the evidence says of its signer. */
  readonly hint?: string;
}

export interface Recognised {
  /** Blobs that must be had; each within the format's own bound. */
  readonly fetch: readonly Descriptor[];
  /** The evidence, from the blobs that could be had; a blob that is missing has been reported as a gap. */
  read(blobs: ReadonlyMap<Digest, Uint8Array>): readonly Evidence[];
}

/** Each format keeps what else it needs to assemble behind this. */
export interface ToSign {
  /** The message. */
  readonly bytes: Uint8Array;
  /** The same, as logs take it; absent in formats that no log keeps. */
  readonly content?: SignedContent;
  /** How it must be signed, where that is not as the key signs by itself. */
  readonly scheme?: SigningScheme;
}

export type Artifact = ReferrerArtifact | TaggedArtifact;

/** A manifest of its own that refers to the subject. */
export interface ReferrerArtifact {
  readonly kind: "referrer";
  readonly blobs: readonly Uint8Array[];
  /** Of type `mediaTypes.ociManifest`. */
  readonly manifest: Uint8Array;
}

/** A layer in the manifest that a tag names, beside the layers that are there already. */
export interface TaggedArtifact {
  readonly kind: "tag";
  readonly tag: string;
  readonly layer: Descriptor;
  /** The manifest with the layer added, and every blob it needs that may not be there yet. */
  extend(existing: ImageManifest | undefined): {
    readonly blobs: readonly Uint8Array[];
    readonly manifest: Uint8Array;
    readonly mediaType: string;
  };
}
