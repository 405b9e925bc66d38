/** The port for sources of evidence outside the repository: a signature store, a notary server. */
import type { EvidenceDocument } from "./evidence.ts";
import type { SubjectAddress } from "./subject.ts";

export interface EvidenceSource {
  /** All documents about this image, none if there are none. Throws what could not be read: then the location is unread. */
  documents(subject: SubjectAddress, signal: AbortSignal): Promise<readonly EvidenceDocument[]>;
}

/** The sources that are configured, by the name in a format's locations. Locations of other sources are not searched. */
export type EvidenceSources = ReadonlyMap<string, EvidenceSource>;
