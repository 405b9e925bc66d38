/** The subject of signatures and verdicts, by digest: an image or a file. A tag is resolved once; everything after uses the digest. */
import type { Content } from "./content.ts";
import type { Digest } from "./digest.ts";
import type { FileSubject } from "./file-subject.ts";
import type { Descriptor } from "./oci/manifest.ts";

export type Subject = ImageSubject | FileSubject;

/** The address of an image: the possible locations of its evidence follow from it. */
export interface SubjectAddress {
  /** The repository's name: `docker.io/library/alpine`, `oci:PATH`. */
  readonly repository: string;
  readonly digest: Digest;
}

export interface ImageSubject extends SubjectAddress {
  readonly kind: "image";
  /** The reference as given by the user. */
  readonly reference: string;
  readonly descriptor: Descriptor;
  /** The manifest itself: the bytes with the digest. */
  readonly manifest: Uint8Array;
}

export function subjectContent(subject: Subject): Content {
  return subject.kind === "file" ? subject : { digest: subject.digest, bytes: subject.manifest };
}
