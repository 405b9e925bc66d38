/** Lists the locations where evidence may be, and reads their contents. Every failure to read is reported. */
import { throwIfAborted } from "../core/async/interruption.ts";
import { asTouchmarkError, TouchmarkError } from "../core/errors.ts";
import { describeLocation, type ClaimKind, type RepositoryLocation, type SourceLocation, type StoredLocation } from "../core/evidence.ts";
import type { EvidenceSources } from "../core/evidence-source.ts";
import type { UnreadLocation } from "../core/finding.ts";
import type { Descriptor } from "../core/oci/manifest.ts";
import { PartialListing } from "../core/partial-listing.ts";
import type { RepositoryReader, StoredManifest } from "../core/repository.ts";
import type { SubjectAddress } from "../core/subject.ts";
import type { Format } from "../formats/format.ts";
import { engineLimits } from "./limits.ts";

/** Called with what could not be read and the error; throws if that is an interruption. */
export type OnUnread = (what: string, thrown: unknown) => void;

/** The locations of these formats in the repository, without duplicates; with `kind`, only those that may hold such a claim. */
export function locationsOf(formats: readonly Format[], subject: SubjectAddress, kind?: ClaimKind): readonly RepositoryLocation[] {
  return allLocations(formats, subject, kind).filter((location) => location.kind !== "source");
}

/** The locations of these formats in configured sources, likewise. */
export function sourceLocationsOf(
  formats: readonly Format[],
  subject: SubjectAddress,
  sources: EvidenceSources,
  kind?: ClaimKind,
): readonly SourceLocation[] {
  return allLocations(formats, subject, kind).filter(
    (location): location is SourceLocation => location.kind === "source" && sources.has(location.source),
  );
}

function allLocations(formats: readonly Format[], subject: SubjectAddress, kind: ClaimKind | undefined): readonly StoredLocation[] {
  const locations = formats
    .flatMap((format) => format.locations(subject))
    .filter((location) => kind === undefined || location.kind === "referrers" || location.holds.includes(kind));
  return [...new Map(locations.map((location) => [describeLocation(location), location])).values()];
}

/** The contents of a location as listed, before any manifest is read. */
export interface ListedLocation {
  readonly location: RepositoryLocation;
  /** The entries of the referrers list. */
  readonly entries: readonly Descriptor[];
  /** The manifest that the tag names, if there is one. */
  readonly tagged?: StoredManifest | undefined;
}

export interface ListOptions {
  readonly signal: AbortSignal;
  readonly onUnread: OnUnread;
}

/** Maximum errors of one listing that are reported. */
const maxFaults = 3;

/** Lists a location as far as it can be read; the rest is reported. */
export async function listLocation(
  repository: RepositoryReader,
  subject: SubjectAddress,
  location: RepositoryLocation,
  { signal, onUnread }: ListOptions,
): Promise<ListedLocation> {
  try {
    if (location.kind === "tag") return { location, entries: [], tagged: await repository.manifest(location.tag, signal) };
    return { location, entries: await repository.referrers(subject.digest, signal) };
  } catch (error) {
    const { entries, faults } = error instanceof PartialListing ? error : { entries: [], faults: [error] };
    for (const fault of faults.slice(0, maxFaults)) onUnread(describeLocation(location), fault);
    return { location, entries };
  }
}

/** The error for a list with more referrers than are opened. */
export function tooManyReferrers(listed: number): TouchmarkError {
  return new TouchmarkError(
    "LIMIT_EXCEEDED",
    `${listed} manifests refer to the image, over the limit of ${engineLimits.manifests} that are opened`,
  );
}

/** Collects unread locations. An interruption or the end of the time limit throws instead. */
export function unreadCollector(unread: UnreadLocation[], signal: AbortSignal): OnUnread {
  return (location, thrown) => {
    throwIfAborted(signal);
    const { code, message, hint } = asTouchmarkError(thrown);
    if (!unread.some((one) => one.location === location && one.code === code)) unread.push({ location, code, message, hint });
  };
}
