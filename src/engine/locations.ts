/** The places where evidence may lie, and what lies in one. What could not be read is reported, never passed over. */
import { throwIfAborted } from "../core/async/interruption.ts";
import { mapBounded } from "../core/async/map-bounded.ts";
import { asTouchmarkError, TouchmarkError } from "../core/errors.ts";
import { describeLocation, type ClaimKind, type RepositoryLocation } from "../core/evidence.ts";
import type { UnreadLocation } from "../core/finding.ts";
import type { Descriptor } from "../core/oci/manifest.ts";
import type { Repository, StoredManifest } from "../core/repository.ts";
import type { SubjectAddress } from "../core/subject.ts";
import type { Format } from "../formats/format.ts";

/** Referrers opened for one image. */
export const maxManifests: number = 1000;
/** Requests under way at once for one image. */
export const width = 16;

/** Called with what could not be read and why; ends everything if that is an interruption. */
export type OnUnread = (what: string, thrown: unknown) => void;

/** Every place once, whichever formats name it; with `kind`, only those that may hold such a claim. */
export function locationsOf(formats: readonly Format[], subject: SubjectAddress, kind?: ClaimKind): readonly RepositoryLocation[] {
  const locations = formats
    .flatMap((format) => format.locations(subject))
    .filter((location) => kind === undefined || location.kind !== "tag" || location.holds.includes(kind));
  return [...new Map(locations.map((location) => [describeLocation(location), location])).values()];
}

/** What a location holds, before anything of it is opened. */
export interface ListedLocation {
  readonly location: RepositoryLocation;
  /** Entries of the referrers' listing. */
  readonly entries: readonly Descriptor[];
  /** The manifest under a tag. */
  readonly tagged: readonly StoredManifest[];
}

export interface ListOptions {
  readonly signal: AbortSignal;
  readonly missed: OnUnread;
}

/** Lists a location; one that cannot be read is reported, and holds nothing. */
export async function listLocation(
  repository: Repository,
  subject: SubjectAddress,
  location: RepositoryLocation,
  { signal, missed }: ListOptions,
): Promise<ListedLocation> {
  try {
    if (location.kind === "tag") return { location, entries: [], tagged: present([await repository.manifest(location.tag, signal)]) };
    return { location, entries: await repository.referrers(subject.digest, signal), tagged: [] };
  } catch (error) {
    missed(describeLocation(location), error);
    return { location, entries: [], tagged: [] };
  }
}

/** Why not all that is listed is opened. */
export function tooManyReferrers(listed: number): TouchmarkError {
  return new TouchmarkError("LIMIT_EXCEEDED", `${listed} manifests refer to the image, over the limit of ${maxManifests} that are opened`);
}

/** The manifests of entries, as many as may be opened for one image. */
export async function openEntries(
  repository: Repository,
  entries: readonly Descriptor[],
  { signal, missed }: ListOptions,
): Promise<readonly StoredManifest[]> {
  const opened = await mapBounded(entries, width, async ({ digest }) => {
    try {
      return await repository.manifest(digest, signal);
    } catch (error) {
      return missed(`referrer ${digest}`, error);
    }
  });
  return present(opened);
}

/** An entry that is listed and gone was deleted: that is no gap. */
function present(manifests: readonly (StoredManifest | undefined | void)[]): readonly StoredManifest[] {
  return manifests.filter((manifest): manifest is StoredManifest => manifest !== undefined);
}

/** Keeps what was missed as gaps. An interruption, or the end of the time allowed, ends the whole instead. */
export function unreadCollector(unread: UnreadLocation[], signal: AbortSignal): OnUnread {
  return (location, thrown) => {
    throwIfAborted(signal);
    const { code, message, hint } = asTouchmarkError(thrown);
    if (!unread.some((gap) => gap.location === location && gap.code === code)) unread.push({ location, code, message, hint });
  };
}
