/**
 * Writers create evidence, one for each kind of claim that a format can store. `prepare` gives the bytes to sign, `assemble` the artifact:
 * both for an image and a file alike.
 */
import type { AttestationClaim, SignatureClaim } from "../core/evidence.ts";
import type { FileReading } from "../core/file-subject.ts";
import type { Instant } from "../core/instant.ts";
import type { Descriptor, ImageManifest } from "../core/oci/manifest.ts";
import type { SigningScheme } from "../core/keys/signature-schemes.ts";
import type { SignedContent } from "../core/signed-content.ts";
import type { EnvelopeRequest, MadeEnvelope, MadeSignature, SignerDescription } from "../core/signer.ts";
import type { Subject } from "../core/subject.ts";

export interface Writers {
  readonly signature?: WriterOf<SignatureClaim>;
  readonly attestation?: WriterOf<AttestationToSign>;
}

/** A writer that is loaded when something is written: verification needs none of its code. */
export interface WriterOf<C extends ClaimToSign = ClaimToSign> {
  /** What it takes and stores beside a plain signature by a key. */
  readonly abilities: WriterAbilities;
  open(): Promise<Writer<C>>;
}

/** The claim of an attestation with the bytes of its in-toto statement, which are signed as they are. */
export interface AttestationToSign extends AttestationClaim {
  readonly statement: Uint8Array;
}

export type ClaimToSign = SignatureClaim | AttestationToSign;

export interface Writer<C extends ClaimToSign = ClaimToSign> {
  /**
   * The exact bytes to sign. Throws INVALID_KEY or CERTIFICATE_REQUIRED for a signer that the writer does not support, USAGE for options
   * and subjects that it does not support, LIMIT_EXCEEDED for a file that must be held in memory and is too large.
   */
  prepare(request: WriteRequest<C>): ToSign | Promise<ToSign>;

  /** The signature with its payload and verification material. Throws UNSUPPORTED for material that the format cannot carry. */
  assemble(toSign: ToSign, subject: Subject, signed: MadeSignature, at: Instant): Artifact | Promise<Artifact>;

  /** Envelopes that a signer makes whole; absent where a signer only signs bytes. */
  readonly envelopes?: EnvelopeWriter<C>;

  /** How to read a file in order to sign it. Throws UNSUPPORTED if the writer is for images only. */
  readingFor(describe: () => Promise<SignerDescription>): Promise<FileReading>;
}

export interface WriterAbilities {
  /** How an image's evidence is stored: as a manifest that refers to it, or under a tag that is rewritten. */
  readonly stores: "referrer" | "tag";
  /** Whether it signs files as well as images. */
  readonly signsFiles: boolean;
  /** Whether the signer's certificate chain is part of the signature, which then cannot be keyless. */
  readonly needsChain: boolean;
  /** Whether it takes an expiry, and an RFC 3161 timestamp without a sigstore instance. */
  readonly takesExpiry: boolean;
  /** The envelope types to choose from, and the suffix of each as a file; the first is the default. */
  readonly envelopes: readonly { readonly type: EnvelopeName; readonly suffix: string }[];
  /** Whether it can wait for log entries that are added later. */
  readonly canWait: boolean;
  /** The verification material of sigstore services that it can carry; absent where there is no bound. */
  readonly material?: MaterialBounds;
}

export interface MaterialBounds {
  readonly entries: number;
  readonly timestamps: number;
  /** Whether log entries are carried by their inclusion promise (SET), which only Rekor 1 gives. */
  readonly needsPromise: boolean;
}

export type EnvelopeName = "jws" | "cose";

/** What to sign, for any signer. */
export interface WriteTerms<C extends ClaimToSign = ClaimToSign> {
  readonly claim: C;
  readonly subject: Subject;
  readonly options: WriteOptions;
}

export interface WriteRequest<C extends ClaimToSign = ClaimToSign> extends WriteTerms<C> {
  readonly by: SignerDescription;
}

export interface WriteOptions {
  /** The current time. */
  readonly at: Instant;
  /** The time when the signature expires, in formats that have an expiry. */
  readonly expiry?: Instant;
  /** Signs a file even if its bytes are what a signature of an image is over. */
  readonly allowsImagePayload?: boolean;
  /** The envelope type, in formats that have several; the default is JWS. */
  readonly envelope?: EnvelopeName;
}

export interface EnvelopeWriter<C extends ClaimToSign = ClaimToSign> {
  /** The envelope to request from the signer. Throws USAGE for options and subjects that it does not support. */
  prepare(terms: WriteTerms<C>): EnvelopeRequest;

  /** Checks the returned envelope against the request, and returns it as stored. Throws for any envelope that a verifier would not accept. */
  accept(made: MadeEnvelope, terms: WriteTerms<C>): Promise<AcceptedEnvelope>;
}

export interface AcceptedEnvelope {
  readonly artifact: Artifact;
  readonly by: SignerDescription;
}

/** The bytes to sign; each format extends it with what `assemble` needs. */
export interface ToSign {
  /** The message. */
  readonly bytes: Uint8Array;
  /** The same content in the form that logs take; absent in formats without log entries. */
  readonly content?: SignedContent;
  /** The signing scheme, if it differs from the key's default. */
  readonly scheme?: SigningScheme;
  /** The bytes that a timestamp is over, if not the signature itself. */
  readonly timestamped?: (signature: Uint8Array) => Uint8Array;
}

/** A signature taken out of evidence; `by` is absent where the evidence only names its key. */
export interface SignatureParts {
  readonly toSign: ToSign;
  readonly signed: Omit<MadeSignature, "by"> & { readonly by?: SignerDescription };
}

export type Artifact = StoredArtifact | FileArtifact;
export type StoredArtifact = ReferrerArtifact | TaggedArtifact;

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

/** A detached signature. */
export interface FileArtifact {
  readonly kind: "file";
  readonly bytes: Uint8Array;
}
