/** What hangs on one manifest, in the places of all formats and in those that no format reads. */
import { algorithmOf, hexOf } from "../core/digest.ts";
import type { RepositoryPlace } from "../core/evidence.ts";
import type { Repository, StoredManifest } from "../core/repository.ts";
import type { SubjectAddress } from "../core/subject.ts";
import { openPlace, placesOf, type OpenOptions } from "./places.ts";

export interface Attachment {
  readonly place: RepositoryPlace;
  readonly stored: StoredManifest;
}

export async function attachmentsOf(repository: Repository, subject: SubjectAddress, options: OpenOptions): Promise<readonly Attachment[]> {
  const places = [...placesOf(options.formats, subject), sbomPlace(subject)];
  const opened = await Promise.all(
    places.map(async (place) => {
      const manifests = await openPlace(repository, subject, place, options);
      return manifests.map((stored) => ({ place, stored }));
    }),
  );
  return opened.flat();
}

/** Where cosign's `attach sbom` put bills of materials; no format reads them. */
function sbomPlace({ digest }: SubjectAddress): RepositoryPlace {
  return { kind: "tag", tag: `${algorithmOf(digest)}-${hexOf(digest)}.sbom`, holds: [] };
}
