/** The manifests attached to one manifest: in the locations of all formats, and in those that no format reads. */
import { algorithmOf, hexOf } from "../core/digest.ts";
import type { RepositoryLocation } from "../core/evidence.ts";
import type { Repository, StoredManifest } from "../core/repository.ts";
import type { SubjectAddress } from "../core/subject.ts";
import type { Format } from "../formats/format.ts";
import { engineLimits } from "./limits.ts";
import { listLocation, locationsOf, openEntries, tooManyReferrers, type ListOptions } from "./locations.ts";

export interface Attachment {
  readonly location: RepositoryLocation;
  readonly stored: StoredManifest;
}

export async function attachmentsOf(
  repository: Repository,
  subject: SubjectAddress,
  options: ListOptions & { readonly formats: readonly Format[] },
): Promise<readonly Attachment[]> {
  const locations = [...locationsOf(options.formats, subject), sbomLocation(subject)];
  const opened = await Promise.all(
    locations.map(async (location) => {
      const { entries, tagged } = await listLocation(repository, subject, location, options);
      if (entries.length > engineLimits.manifests) options.onUnread("the rest of the referrers", tooManyReferrers(entries.length));
      const manifests = await openEntries(repository, entries.slice(0, engineLimits.manifests), options);
      return [...tagged, ...manifests].map((stored) => ({ location, stored }));
    }),
  );
  return opened.flat();
}

/** The tag under which cosign's `attach sbom` stored software bills of materials (SBOMs); no format reads them. */
function sbomLocation({ digest }: SubjectAddress): RepositoryLocation {
  return { kind: "tag", tag: `${algorithmOf(digest)}-${hexOf(digest)}.sbom`, holds: [] };
}
