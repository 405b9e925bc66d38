/** Makes evidence about an image in each chosen format, and with `recursive` about every image of an index. */
import { mapBounded } from "../core/async/map-bounded.ts";
import type { Digest } from "../core/digest.ts";
import { describeLocation } from "../core/evidence.ts";
import type { Finding } from "../core/finding.ts";
import type { Instant } from "../core/instant.ts";
import { isWithinInterval } from "../core/interval.ts";
import { parseManifest } from "../core/oci/manifest.ts";
import type { Reference } from "../core/oci/reference.ts";
import type { ExpectedBlobs, Repository } from "../core/repository.ts";
import type { EnvelopeSigner, SignerName, Signer, SignerDescription } from "../core/signer.ts";
import type { ImageSubject, SubjectAddress } from "../core/subject.ts";
import type { Format } from "../formats/format.ts";
import type { ClaimToSign, WriteOptions } from "../formats/writer.ts";
import { makeTrust, type Trust } from "../trust/trust.ts";
import { engineLimits } from "./limits.ts";
import { collect, type Collected } from "./collect.ts";
import { locationsOf } from "./locations.ts";
import { prepare, type DescribedSigner } from "./prepare.ts";
import { Recording, type RecordSettings } from "./recording.ts";
import { resolve, resolveAll } from "./resolve.ts";
import { claimOf } from "./sign-checked.ts";
import { logEntriesOf, signedBy, type LogEntryReference } from "./signed-by.ts";
import { store } from "./store.ts";
import { verifyAll } from "./verify-all.ts";

export interface WriteEvidenceOptions extends RecordSettings {
  /** The formats to write. */
  readonly formats: readonly Format[];
  readonly signer: Signer | EnvelopeSigner;
  readonly at: Instant;
  /** Options that some formats have. */
  readonly signature?: Omit<WriteOptions, "at">;
  readonly recursive: boolean;
  readonly signal: AbortSignal;
}

export interface EvidenceMade {
  readonly reference: string;
  readonly repository: string;
  readonly digest: Digest;
  readonly format: string;
  /** `referrers`, or `tag sha256-….sig`. */
  readonly location: string;
  /** The digest of the manifest that holds the evidence. */
  readonly manifest: Digest;
  readonly by: SignerName;
  /** The transparency log entries of the signature. */
  readonly logged: readonly LogEntryReference[];
  /** URLs of the logs whose entries are pending. */
  readonly pending: readonly string[];
  /** Whether equal evidence existed before and nothing was written. */
  readonly already: boolean;
}

/** What to write. */
export interface ClaimSource<C extends ClaimToSign> {
  claimAbout(subject: ImageSubject): C;
  /** Whether existing evidence by the same signer says the same, so that none is made; absent if it is made in any case. */
  readonly isSame?: (existing: Finding, claim: C) => boolean;
}

/**
 * Returns one entry per format and image, the index first. For each image, all evidence is made before the first is written. Throws
 * RecordFailed, with what was made, for a record that could not be kept.
 */
export async function writeEvidence<C extends ClaimToSign>(
  repository: Repository,
  reference: Reference,
  options: WriteEvidenceOptions,
  source: ClaimSource<C>,
): Promise<readonly EvidenceMade[]> {
  const { formats, recursive, signal } = options;
  const by = describedSigner(options);
  const resolving = resolve(repository, reference, signal);
  await using uploads = repository.expectBlobs(formats.length, resolving, signal);
  // A digest needs no resolving: its attachments and the image are requested at the same time.
  const { digest } = reference;
  const isLookedFor = by.described && source.isSame !== undefined;
  const ahead = digest && isLookedFor ? look(repository, { repository: repository.name, digest }, options) : undefined;
  ahead?.catch(() => undefined);
  if (digest && !isLookedFor) getReady(repository, { repository: repository.name, digest }, options);
  const root = await resolving;
  if (!digest && !isLookedFor) getReady(repository, root, options);
  parseManifest(root.manifest, root.descriptor.mediaType); // refuses a web page, or an image that is an index as well
  const subjects = recursive ? await resolveAll(repository, root, signal) : [root];
  const recording = new Recording(options);
  const made = await mapBounded(subjects, engineLimits.concurrentImages, (subject) => {
    const looked = isLookedFor ? (subject.digest === digest && ahead) || look(repository, subject, options) : nothing;
    return writeOne(repository, subject, source, { ...options, by, looked, uploads, recording });
  });
  return recording.result(made.flat());
}

interface Writing extends WriteEvidenceOptions {
  readonly by: DescribedSigner;
  /** The evidence already attached to the image. */
  readonly looked: Promise<Collected>;
  readonly recording: Recording;
  /** The expected uploads, if anything is made. */
  readonly uploads: ExpectedBlobs;
}

/** Describes the signer while the registry answers. */
function describedSigner({ signer, signal }: WriteEvidenceOptions): DescribedSigner {
  if ("envelop" in signer) return { signer };
  const described = signer.describe(signal);
  described.catch(() => undefined);
  return { signer, described };
}

const nothing: Promise<Collected> = Promise.resolve({ locations: [], evidence: [], unread: [] });

function look(repository: Repository, subject: SubjectAddress, { formats, signal }: WriteEvidenceOptions): Promise<Collected> {
  return collect(repository, subject, { formats, wants: signatures, signal });
}

const signatures = { kinds: ["signature"] } as const;

/** Finds out whether the registry lists referrers, which decides how evidence is written, while it is made. */
function getReady(repository: Repository, subject: SubjectAddress, { formats, signal }: WriteEvidenceOptions): void {
  const isListed = locationsOf(formats, subject, "signature").some(({ kind }) => kind === "referrers");
  if (isListed) repository.referrers(subject.digest, signal).catch(() => undefined); // storing the evidence reports the failure
}

async function writeOne<C extends ClaimToSign>(
  repository: Repository,
  subject: ImageSubject,
  source: ClaimSource<C>,
  options: Writing,
): Promise<readonly EvidenceMade[]> {
  const { formats, uploads, at, recording, signal } = options;
  const claim = source.claimAbout(subject);
  const existing = await existingEvidence(subject, claim, source, options);
  const by = await options.by.described;

  // Signing may publish: nothing is made in one format if it cannot be made in another, or may not be stored. One after the other, so that
  // of several refusals the first format's is reported.
  const ready = await mapBounded(formats, 1, async (format) => {
    const earlier = existing.find((finding) => finding.format === format.name);
    if (by && earlier?.manifest !== undefined) {
      const key = by.publicKey.fingerprint;
      return { format, earlier: { location: describeLocation(earlier.location), manifest: earlier.manifest, by: { key } } };
    }
    return { format, make: await prepare(format, options.by, { claim, subject, options: { ...options.signature, at } }) };
  });
  if (ready.some(({ make }) => make)) await uploads.ready;
  const prepared = await Promise.all(
    ready.map(async ({ format, earlier, make }) => {
      if (earlier) return { format, earlier };
      const { signed, artifact } = await make(signal);
      return { format, signed, artifact };
    }),
  );
  const { reference, digest } = subject;
  return Promise.all(
    prepared.map(async ({ format, earlier, signed, artifact }): Promise<EvidenceMade> => {
      const common = { reference, repository: repository.name, digest, format: format.name };
      if (earlier) return { ...common, ...earlier, logged: [], pending: [], already: true };
      const made = { ...common, by: signedBy(signed), logged: logEntriesOf(signed), pending: signed.material?.pending ?? [] };
      const manifest = await store(repository, subject, artifact, signal);
      recording.keep({
        kind: "signed",
        at,
        repository: repository.name,
        claim: claimOf(claim),
        format: format.name,
        by: made.by,
        manifest,
      });
      const location = artifact.kind === "tag" ? `tag ${artifact.tag}` : "referrers";
      return { ...made, location, manifest, already: false };
    }),
  );
}

/** Finds evidence by the same signer that says the same. Evidence that cannot be read does not prevent writing. */
async function existingEvidence<C extends ClaimToSign>(
  subject: ImageSubject,
  claim: C,
  { isSame }: ClaimSource<C>,
  { formats, at, by, looked, signal }: Writing,
): Promise<readonly Finding[]> {
  const { evidence } = await looked;
  if (!by.described || !isSame) return [];
  const trust = trustOf(await by.described);
  const findings = await verifyAll(evidence, subject, { formats, trust, at, signal });
  return findings.filter((finding) => isOwn(finding, at) && isSame(finding, claim));
}

/** The signer's key and certificate as trust: only this signer's signatures verify under it. */
function trustOf({ publicKey, chain = [] }: SignerDescription): Trust {
  const name = "the signing key";
  return makeTrust({ keys: [{ name, publicKey }], stores: { ca: chain.slice(0, 1).map((certificate) => ({ name, certificate })) } });
}

/** Whether the signature verifies and has not expired. The revocation status is not requested. */
function isOwn({ checks, signer }: Finding, at: Instant): boolean {
  const isValid = signer?.kind !== "x509" || signer.validity === undefined || isWithinInterval(signer.validity, at);
  return isValid && signer !== undefined && checks.every(({ name, outcome }) => outcome === "passed" || name === "revocation");
}
