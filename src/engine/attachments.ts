/** The manifests attached to one manifest: in the locations of all formats, and in those that no format reads. */
import { algorithmOf, hexOf } from "../core/digest.ts";
import type { RepositoryLocation } from "../core/evidence.ts";
import type { Descriptor } from "../core/oci/manifest.ts";
import type { Repository, StoredManifest } from "../core/repository.ts";
import type { SubjectAddress } from "../core/subject.ts";
import type { Format } from "../formats/format.ts";
import { engineLimits } from "./limits.ts";
import { listLocation, locationsOf, tooManyReferrers, type ListOptions } from "./locations.ts";

export interface Attachment {
  readonly location: RepositoryLocation;
  /** As listed; of a tag, as stored. */
  readonly descriptor: Descriptor;
  /** The manifest of a tag; that of a listed entry is still to be read. */
  readonly stored?: StoredManifest;
}

/** Lists what is attached. */
export async function attachmentsOf(
  repository: Repository,
  subject: SubjectAddress,
  options: ListOptions & { readonly formats: readonly Format[] },
): Promise<readonly Attachment[]> {
  const locations = [...locationsOf(options.formats, subject), sbomLocation(subject)];
  const listed = await Promise.all(
    locations.map(async (location): Promise<readonly Attachment[]> => {
      const { entries, tagged } = await listLocation(repository, subject, location, options);
      if (entries.length > engineLimits.manifests) options.onUnread("the rest of the referrers", tooManyReferrers(entries.length));
      const listedOnes = entries.slice(0, engineLimits.manifests).map((descriptor) => ({ location, descriptor }));
      return tagged ? [{ location, descriptor: tagged.descriptor, stored: tagged }, ...listedOnes] : listedOnes;
    }),
  );
  return listed.flat();
}

/** The tag under which cosign's `attach sbom` stored software bills of materials (SBOMs); no format reads them. */
function sbomLocation({ digest }: SubjectAddress): RepositoryLocation {
  return { kind: "tag", tag: `${algorithmOf(digest)}-${hexOf(digest)}.sbom`, holds: [] };
}
