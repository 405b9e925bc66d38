/**
 * Reads the evidence of an image in two stages: first the entries that the listing labels as wanted or does not label, likely and small
 * ones first; then the rest, since a label of the listing may be wrong. Every location is listed once.
 */
import { mapBounded } from "../core/async/map-bounded.ts";
import type { Digest } from "../core/digest.ts";
import { TouchmarkError } from "../core/errors.ts";
import {
  describeLocation,
  type Evidence,
  type EvidenceLocation,
  type Found,
  type RepositoryLocation,
  type SourceLocation,
} from "../core/evidence.ts";
import type { EvidenceSources } from "../core/evidence-source.ts";
import type { UnreadLocation } from "../core/finding.ts";
import { manifestMediaTypes, parseManifest, type Descriptor } from "../core/oci/manifest.ts";
import type { RepositoryReader, StoredManifest } from "../core/repository.ts";
import type { SubjectAddress } from "../core/subject.ts";
import type { EvidenceLabel, Format, Recognised } from "../formats/format.ts";
import type { Wants } from "../policy/policy.ts";
import {
  listLocation,
  locationsOf,
  openEntries,
  sourceLocationsOf,
  tooManyReferrers,
  unreadCollector,
  type OnUnread,
} from "./locations.ts";
import { engineLimits, type EvidenceLimits } from "./limits.ts";

/** The budget of evidence for one image. */
export interface EvidenceBudget {
  bytes: number;
  pieces: number;
  readonly limits: EvidenceLimits;
}

export function wholeBudget(given: Partial<EvidenceLimits>): EvidenceBudget {
  const limits = { ...engineLimits, ...given };
  return { bytes: limits.evidenceBytes, pieces: limits.evidencePieces, limits };
}

export interface Collected {
  /** The locations that were listed, readable or not. */
  readonly locations: readonly EvidenceLocation[];
  readonly evidence: readonly Evidence[];
  readonly unread: readonly UnreadLocation[];
}

export interface CollectOptions {
  readonly formats: readonly Format[];
  /** The claims to collect; locations and entries without them are skipped. */
  readonly wants: Wants;
  /** Sources outside the repository. */
  readonly sources?: EvidenceSources | undefined;
  readonly limits?: Partial<EvidenceLimits> | undefined;
  readonly signal: AbortSignal;
}

export interface StagedReading {
  /** The wanted evidence, as far as the listing labels it. */
  readonly wanted: Collected;
  /** Reads all other evidence as well; undefined if there is none. */
  readonly rest: () => Promise<Collected> | undefined;
}

/** Collects the wanted evidence only. */
export async function collect(repository: RepositoryReader, subject: SubjectAddress, options: CollectOptions): Promise<Collected> {
  return (await collectStaged(repository, subject, options)).wanted;
}

/** Lists every location and reads the wanted evidence; the caller requests the rest. */
export async function collectStaged(
  repository: RepositoryReader,
  subject: SubjectAddress,
  options: CollectOptions,
): Promise<StagedReading> {
  const { formats, wants, sources = new Map(), signal } = options;
  const unread: UnreadLocation[] = [];
  const onUnread = unreadCollector(unread, signal);
  const reading: ReadEvidenceOptions = { formats, signal, onUnread, budget: wholeBudget(options.limits ?? {}) };
  const [kind] = wants.kinds;
  const only = wants.kinds.length === 1 ? kind : undefined;
  const inRepository = locationsOf(formats, subject, only);
  const inSources = sourceLocationsOf(formats, subject, sources, only);
  const locations = [...inRepository, ...inSources];
  const outside = Promise.all(inSources.map((location) => readSource(location, subject, sources, reading)));
  outside.catch(() => undefined);
  const listed = await Promise.all(inRepository.map((location) => listLocation(repository, subject, location, { signal, onUnread })));
  const referrers = listed.find(({ location }) => location.kind === "referrers");
  const { wanted, others } = sortEntries(referrers?.entries ?? [], formats, wants);

  const open = async (entries: readonly Descriptor[]): Promise<readonly Found[]> => {
    if (!referrers) return [];
    const manifests = await openEntries(repository, entries, { signal, onUnread });
    return manifests.flatMap((stored) => readImageManifest(referrers.location, stored, onUnread));
  };
  const first = wanted.slice(0, engineLimits.manifests);
  const tagged = listed.flatMap(({ location, tagged: manifests }) =>
    manifests.flatMap((stored) => readImageManifest(location, stored, onUnread)),
  );
  const evidence = [...(await readEvidence(repository, [...(await open(first)), ...tagged], reading)), ...(await outside).flat()];
  const alsoOpened = others.slice(0, engineLimits.manifests - first.length);
  const isCut = wanted.length + others.length > engineLimits.manifests;
  if (wanted.length > engineLimits.manifests) onUnread("the rest of the referrers", tooManyReferrers(wanted.length + others.length));

  const rest = async (): Promise<Collected> => {
    if (isCut) onUnread("the rest of the referrers", tooManyReferrers(wanted.length + others.length));
    const more = await readEvidence(repository, await open(alsoOpened), reading);
    return { locations, evidence: [...evidence, ...more], unread };
  };
  return { wanted: { locations, evidence, unread: [...unread] }, rest: () => (others.length > 0 ? rest() : undefined) };
}

/** Reads the evidence in a source, by every format that knows it. */
async function readSource(
  location: SourceLocation,
  subject: SubjectAddress,
  sources: EvidenceSources,
  { formats, signal, onUnread, budget }: ReadEvidenceOptions,
): Promise<readonly Evidence[]> {
  try {
    const documents = (await sources.get(location.source)?.documents(subject, signal)) ?? [];
    if (documents.length > budget.pieces) throw tooMuch(`${budget.limits.evidencePieces} pieces`);
    const read = await Promise.all(formats.flatMap((format) => format.readDocuments?.(documents, location, signal) ?? []));
    const evidence = read.flat();
    budget.pieces -= evidence.length;
    return evidence;
  } catch (error) {
    onUnread(describeLocation(location), error);
    return [];
  }
}

/** Splits entries into those that may be wanted, likely and small ones first, and those that the listing labels otherwise. */
function sortEntries(
  entries: readonly Descriptor[],
  formats: readonly Format[],
  wants: Wants,
): { readonly wanted: readonly Descriptor[]; readonly others: readonly Descriptor[] } {
  const types = new Set(formats.flatMap((format) => format.artifactTypes));
  const labelled = entries.map((entry) => {
    const label = formats.map((format) => format.labelOf(entry)).find((one) => one !== undefined);
    const rank = label ? 0 : types.has(entry.artifactType ?? "") ? 1 : 2;
    return { entry, rank, isWanted: label === undefined || isWanted(label, wants) };
  });
  const sorted = labelled.toSorted((a, b) => a.rank - b.rank || a.entry.size - b.entry.size);
  return {
    wanted: sorted.flatMap(({ entry, isWanted: wanted }) => (wanted ? [entry] : [])),
    others: sorted.flatMap(({ entry, isWanted: wanted }) => (wanted ? [] : [entry])),
  };
}

function isWanted({ kind, predicateType }: EvidenceLabel, { kinds, predicateTypes }: Wants): boolean {
  if (!kinds.includes(kind)) return false;
  return predicateTypes === undefined || predicateType === undefined || predicateTypes.includes(predicateType);
}

/** Parses the manifest for the formats; undefined for a kind of manifest that no format uses. */
export function readImageManifest(
  location: RepositoryLocation,
  { descriptor, bytes }: StoredManifest,
  onUnread: OnUnread,
): readonly Found[] {
  if (!manifestMediaTypes.includes(descriptor.mediaType)) return [];
  try {
    const manifest = parseManifest(bytes, descriptor.mediaType);
    return manifest.kind === "image" ? [{ location, descriptor, manifest }] : [];
  } catch (error) {
    onUnread(`manifest ${descriptor.digest} in ${describeLocation(location)}`, error);
    return [];
  }
}

export interface ReadEvidenceOptions {
  readonly formats: readonly Format[];
  readonly signal: AbortSignal;
  readonly onUnread: OnUnread;
  /** The remaining budget for the image, shared by all reads for it. */
  readonly budget: EvidenceBudget;
}

/** Reads the evidence in the manifests found, by every format that recognises it; each blob is fetched once. */
export async function readEvidence(
  repository: RepositoryReader,
  found: readonly Found[],
  options: ReadEvidenceOptions,
): Promise<readonly Evidence[]> {
  const recognised = affordable(
    found.flatMap((one) => options.formats.flatMap((format) => sizeOf(one, format.recognise(one)))),
    options,
  );
  const blobs = await fetchBlobs(repository, recognised, options);
  const evidence: Evidence[] = [];
  for (const one of recognised) evidence.push(...(await one.read(blobs, options.signal)));
  return evidence;
}

interface Sized {
  readonly one: Recognised;
  /** Bytes to fetch. */
  readonly bytes: number;
  /** Maximum pieces of evidence in it. */
  readonly pieces: number;
  readonly isTagged: boolean;
}

function sizeOf({ location, manifest }: Found, one: Recognised | undefined): readonly Sized[] {
  if (!one) return [];
  const bytes = one.fetch.reduce((sum, { size }) => sum + size, 0);
  return [{ one, bytes, pieces: Math.max(manifest.layers.length, 1), isTagged: location.kind === "tag" }];
}

/**
 * Spends the budget on the smallest first, so that an attacker cannot hide a signature: neither behind large blobs, since a manifest of a few
 * bytes can list the same large blob many times, nor behind many pieces. Of tags there are few, so they come before referrers.
 */
function affordable(recognised: readonly Sized[], { budget, onUnread }: ReadEvidenceOptions): readonly Recognised[] {
  const { evidenceBytes, evidencePieces } = budget.limits;
  const counted = new Set<Sized>();
  for (const sized of recognised.toSorted((a, b) => a.pieces - b.pieces || Number(b.isTagged) - Number(a.isTagged))) {
    if (budget.pieces <= 0) {
      onUnread("the rest of the evidence", tooMuch(`${evidencePieces} pieces`));
      break;
    }
    budget.pieces -= sized.pieces;
    counted.add(sized);
  }
  const afforded = new Set<Sized>();
  for (const sized of [...counted].toSorted((a, b) => a.bytes - b.bytes)) {
    if (sized.bytes > budget.bytes) {
      onUnread("the rest of the evidence", tooMuch(`${evidenceBytes} bytes`));
      break;
    }
    budget.bytes -= sized.bytes;
    afforded.add(sized);
  }
  return recognised.flatMap((sized) => (afforded.has(sized) ? sized.one : []));
}

function tooMuch(limit: string): TouchmarkError {
  return new TouchmarkError("LIMIT_EXCEEDED", `the evidence on the image is over the limit of ${limit}`);
}

async function fetchBlobs(
  repository: RepositoryReader,
  recognised: readonly Recognised[],
  { signal, onUnread }: ReadEvidenceOptions,
): Promise<ReadonlyMap<Digest, Uint8Array>> {
  // The key includes the size: a manifest that states a wrong size does not keep another manifest's blob from being read.
  const wanted = new Map(
    recognised.flatMap(({ fetch }) => fetch.map((descriptor) => [`${descriptor.digest} ${descriptor.size}`, descriptor])),
  );
  const blobs = new Map<Digest, Uint8Array>();
  await mapBounded([...wanted.values()], engineLimits.requests, async (descriptor) => {
    try {
      const bytes = await repository.blob(descriptor, descriptor.size, signal);
      if (!bytes) throw new TouchmarkError("REGISTRY_ERROR", `${repository.name} has the manifest and not its blob ${descriptor.digest}`);
      blobs.set(descriptor.digest, bytes);
    } catch (error) {
      onUnread(`blob ${descriptor.digest}`, error);
    }
  });
  return blobs;
}
