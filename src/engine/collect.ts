/**
 * Reads the evidence on an image in two stages: first what the listing does not call something else than what is wanted, likely and
 * small first; then the rest, which a listing may have called by a wrong name. Every location is listed once.
 */
import { mapBounded } from "../core/async/map-bounded.ts";
import type { Digest } from "../core/digest.ts";
import { TouchmarkError } from "../core/errors.ts";
import { describeLocation, type Evidence, type EvidenceLocation, type Found, type RepositoryLocation } from "../core/evidence.ts";
import type { UnreadLocation } from "../core/finding.ts";
import { manifestMediaTypes, parseManifest, type Descriptor } from "../core/oci/manifest.ts";
import type { Repository, StoredManifest } from "../core/repository.ts";
import type { SubjectAddress } from "../core/subject.ts";
import type { EvidenceLabel, Format, Recognised } from "../formats/format.ts";
import type { Wants } from "../policy/policy.ts";
import {
  listLocation,
  locationsOf,
  maxManifests,
  openEntries,
  tooManyReferrers,
  unreadCollector,
  width,
  type OnUnread,
} from "./locations.ts";

/** Bytes of evidence read for one image; what is listed several times is read several times. */
const maxBytes = 256 * 1024 * 1024;
/** Once so many pieces of evidence were read, no further manifest's are. */
const maxPieces = 1000;

/** What may be read for one image. */
export interface EvidenceBudget {
  bytes: number;
  pieces: number;
}

export function wholeBudget(): EvidenceBudget {
  return { bytes: maxBytes, pieces: maxPieces };
}

export interface Collected {
  /** The locations that were listed, whether they could be read or not. */
  readonly locations: readonly EvidenceLocation[];
  readonly evidence: readonly Evidence[];
  readonly unread: readonly UnreadLocation[];
}

export interface CollectOptions {
  readonly formats: readonly Format[];
  /** Locations and entries that hold nothing of this are left alone. */
  readonly wants: Wants;
  readonly signal: AbortSignal;
}

export interface StagedReading {
  /** What is wanted, as far as the listing says. */
  readonly wanted: Collected;
  /** Everything else too; undefined where there is nothing else. */
  readonly rest: () => Promise<Collected> | undefined;
}

/** What is wanted, alone. */
export async function collect(repository: Repository, subject: SubjectAddress, options: CollectOptions): Promise<Collected> {
  return (await collectStaged(repository, subject, options)).wanted;
}

/** Lists every location and reads what is wanted; the rest is read when it is asked for. */
export async function collectStaged(repository: Repository, subject: SubjectAddress, options: CollectOptions): Promise<StagedReading> {
  const { formats, wants, signal } = options;
  const unread: UnreadLocation[] = [];
  const missed = unreadCollector(unread, signal);
  const reading: ReadEvidenceOptions = { formats, signal, missed, budget: wholeBudget() };
  const [kind] = wants.kinds;
  const locations = locationsOf(formats, subject, wants.kinds.length === 1 ? kind : undefined);
  const listed = await Promise.all(locations.map((location) => listLocation(repository, subject, location, { signal, missed })));
  const referrers = listed.find(({ location }) => location.kind === "referrers");
  const { wanted, others } = sortEntries(referrers?.entries ?? [], formats, wants);

  const open = async (entries: readonly Descriptor[]): Promise<readonly Found[]> => {
    if (!referrers) return [];
    const manifests = await openEntries(repository, entries, { signal, missed });
    return manifests.flatMap((stored) => readImageManifest(referrers.location, stored, missed));
  };
  const first = wanted.slice(0, maxManifests);
  const tagged = listed.flatMap(({ location, tagged: manifests }) =>
    manifests.flatMap((stored) => readImageManifest(location, stored, missed)),
  );
  const evidence = await readEvidence(repository, [...(await open(first)), ...tagged], reading);
  const alsoOpened = others.slice(0, maxManifests - first.length);
  const isCut = wanted.length + others.length > maxManifests;
  if (wanted.length > maxManifests) missed("the rest of the referrers", tooManyReferrers(wanted.length + others.length));

  const rest = async (): Promise<Collected> => {
    if (isCut) missed("the rest of the referrers", tooManyReferrers(wanted.length + others.length));
    const more = await readEvidence(repository, await open(alsoOpened), reading);
    return { locations, evidence: [...evidence, ...more], unread };
  };
  return { wanted: { locations, evidence, unread: [...unread] }, rest: () => (others.length > 0 ? rest() : undefined) };
}

/** Entries that may be wanted, likely and small first, and those that the listing calls something else. */
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

/** The manifest as formats see it; none for a kind that no format can have. */
export function readImageManifest(location: RepositoryLocation, { descriptor, bytes }: StoredManifest, missed: OnUnread): readonly Found[] {
  if (!manifestMediaTypes.includes(descriptor.mediaType)) return [];
  try {
    const manifest = parseManifest(bytes, descriptor.mediaType);
    return manifest.kind === "image" ? [{ location, descriptor, manifest }] : [];
  } catch (error) {
    missed(`manifest ${descriptor.digest} in ${describeLocation(location)}`, error);
    return [];
  }
}

export interface ReadEvidenceOptions {
  readonly formats: readonly Format[];
  readonly signal: AbortSignal;
  readonly missed: OnUnread;
  /** What may still be read for the image; shared by all that is read for it. */
  readonly budget: EvidenceBudget;
}

/** The evidence in what was found, by every format that recognises it; each blob fetched once. */
export async function readEvidence(
  repository: Repository,
  found: readonly Found[],
  options: ReadEvidenceOptions,
): Promise<readonly Evidence[]> {
  const recognised = affordable(
    found.flatMap((one) => options.formats.flatMap((format) => format.recognise(one) ?? [])),
    options,
  );
  const blobs = await fetchBlobs(repository, recognised, options);
  const evidence: Evidence[] = [];
  for (const one of recognised) {
    if (options.budget.pieces <= 0) {
      options.missed("the rest of the evidence", tooMuch(`${maxPieces} pieces`));
      break;
    }
    const read = one.read(blobs);
    options.budget.pieces -= read.length;
    evidence.push(...read);
  }
  return evidence;
}

/**
 * Spends the budget on the smallest first, so that nobody can bury a signature under ballast: a few bytes of a manifest can list the same
 * large blob over and over.
 */
function affordable(recognised: readonly Recognised[], { budget, missed }: ReadEvidenceOptions): readonly Recognised[] {
  const sized = recognised.map((one) => ({ one, bytes: one.fetch.reduce((sum, { size }) => sum + size, 0) }));
  const afforded = new Set<Recognised>();
  for (const { one, bytes } of sized.toSorted((a, b) => a.bytes - b.bytes)) {
    if (bytes > budget.bytes) {
      missed("the rest of the evidence", tooMuch(`${maxBytes} bytes`));
      break;
    }
    budget.bytes -= bytes;
    afforded.add(one);
  }
  return recognised.filter((one) => afforded.has(one));
}

function tooMuch(limit: string): TouchmarkError {
  return new TouchmarkError("LIMIT_EXCEEDED", `the evidence on the image is over the limit of ${limit}`);
}

async function fetchBlobs(
  repository: Repository,
  recognised: readonly Recognised[],
  { signal, missed }: ReadEvidenceOptions,
): Promise<ReadonlyMap<Digest, Uint8Array>> {
  // By size too: a manifest that is wrong about another's blob does not keep that one from being read.
  const wanted = new Map(
    recognised.flatMap(({ fetch }) => fetch.map((descriptor) => [`${descriptor.digest} ${descriptor.size}`, descriptor])),
  );
  const blobs = new Map<Digest, Uint8Array>();
  await mapBounded([...wanted.values()], width, async (descriptor) => {
    try {
      const bytes = await repository.blob(descriptor, descriptor.size, signal);
      if (!bytes) throw new TouchmarkError("REGISTRY_ERROR", `${repository.name} has the manifest and not its blob ${descriptor.digest}`);
      blobs.set(descriptor.digest, bytes);
    } catch (error) {
      missed(`blob ${descriptor.digest}`, error);
    }
  });
  return blobs;
}
