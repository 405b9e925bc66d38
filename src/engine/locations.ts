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

/** Manifests opened in one place. */
const maxManifests = 1000;
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

export interface OpenLocationOptions {
  readonly formats: readonly Format[];
  readonly signal: AbortSignal;
  readonly missed: OnUnread;
}

/** The manifests that lie in a place. Of too many referrers, those listed as some format's come first. */
export async function openLocation(
  repository: Repository,
  subject: SubjectAddress,
  location: RepositoryLocation,
  options: OpenLocationOptions,
): Promise<readonly StoredManifest[]> {
  try {
    if (location.kind === "tag") return present([await repository.manifest(location.tag, options.signal)]);
    return await openReferrers(repository, subject, options);
  } catch (error) {
    options.missed(describeLocation(location), error);
    return [];
  }
}

async function openReferrers(
  repository: Repository,
  subject: SubjectAddress,
  options: OpenLocationOptions,
): Promise<readonly StoredManifest[]> {
  const { formats, signal, missed } = options;
  const listed = likelyFirst(await repository.referrers(subject.digest, signal), formats);
  if (listed.length > maxManifests) {
    const message = `${listed.length} manifests refer to the image, over the limit of ${maxManifests} that are opened`;
    missed("the rest of the referrers", new TouchmarkError("LIMIT_EXCEEDED", message));
  }
  const opened = await mapBounded(listed.slice(0, maxManifests), width, async ({ digest }) => {
    try {
      return await repository.manifest(digest, signal);
    } catch (error) {
      return missed(`referrer ${digest}`, error);
    }
  });
  return present(opened);
}

function likelyFirst(listed: readonly Descriptor[], formats: readonly Format[]): readonly Descriptor[] {
  const likely = new Set(formats.flatMap((format) => format.artifactTypes));
  const rank = (descriptor: Descriptor): number => (likely.has(descriptor.artifactType ?? "") ? 0 : 1);
  return listed.toSorted((a, b) => rank(a) - rank(b));
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
