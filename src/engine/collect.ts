/**
 * Reads the evidence of an image in two stages: first the entries that the listing labels as wanted or does not label, likely and small
 * ones first; then the rest, since a label of the listing may be wrong. Every location is listed once.
 */
import { describeLocation, type Evidence, type EvidenceLocation, type SourceLocation } from "../core/evidence.ts";
import type { EvidenceSources } from "../core/evidence-source.ts";
import type { UnreadLocation } from "../core/finding.ts";
import { mediaTypes, type Descriptor } from "../core/oci/manifest.ts";
import type { RepositoryReader } from "../core/repository.ts";
import type { SubjectAddress } from "../core/subject.ts";
import type { EvidenceLabel, Format } from "../formats/format.ts";
import type { Wants } from "../policy/policy.ts";
import { tooMuch, wholeBudget } from "./evidence-budget.ts";
import { engineLimits, type EvidenceLimits } from "./limits.ts";
import { listLocation, locationsOf, sourceLocationsOf, tooManyReferrers, unreadCollector } from "./locations.ts";
import { openEntries } from "./open-entries.ts";
import { readEvidence, recogniseIn, type ReadEvidenceOptions, type RecognisedAt } from "./read-evidence.ts";

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

  const open = async (entries: readonly Descriptor[]): Promise<readonly RecognisedAt[]> => {
    if (!referrers) return [];
    return openEntries(repository, entries, reading, (stored) => recogniseIn(referrers.location, stored, reading));
  };
  const first = wanted.slice(0, engineLimits.manifests);
  const tagged = listed.flatMap(({ location, tagged: stored }) => (stored ? recogniseIn(location, stored, reading) : []));
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

/**
 * Splits entries into those that may be wanted, small and likely ones first, and those that the listing says are something else: of another
 * claim, or of a type that no format owns.
 */
function sortEntries(
  entries: readonly Descriptor[],
  formats: readonly Format[],
  wants: Wants,
): { readonly wanted: readonly Descriptor[]; readonly others: readonly Descriptor[] } {
  const labelled = entries.map((entry) => {
    const label = formats.map((format) => format.labelOf(entry)).find((one) => one !== undefined);
    const type = statedType(entry);
    const isOwned = formats.some((format) => format.ownsType(type));
    const rank = label ? 0 : isOwned ? 1 : 2;
    const isLikely = label ? isWanted(label, wants) : (type === "" || isOwned) && imageTypes.has(entry.mediaType);
    return { entry, rank, isLikely, isLarge: entry.size > engineLimits.smallManifestBytes };
  });
  const sorted = labelled.toSorted((a, b) => Number(a.isLarge) - Number(b.isLarge) || a.rank - b.rank || a.entry.size - b.entry.size);
  return {
    wanted: sorted.flatMap(({ entry, isLikely }) => (isLikely ? [entry] : [])),
    others: sorted.flatMap(({ entry, isLikely }) => (isLikely ? [] : [entry])),
  };
}

const imageTypes: ReadonlySet<string> = new Set([mediaTypes.ociManifest, mediaTypes.dockerManifest, mediaTypes.ociArtifact]);

/** The artifact type of the entry. A manifest without one is listed under the type of its config, which says nothing if it is a usual one. */
function statedType({ artifactType = "" }: Descriptor): string {
  return artifactType === mediaTypes.ociEmpty || artifactType === mediaTypes.ociConfig ? "" : artifactType;
}

function isWanted({ kind, predicateType }: EvidenceLabel, { kinds, predicateTypes }: Wants): boolean {
  if (!kinds.includes(kind)) return false;
  return predicateTypes === undefined || predicateType === undefined || predicateTypes.includes(predicateType);
}
