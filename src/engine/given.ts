/** Evidence that was named, as a file: beside another file, or in place of what hangs on an image. */
import type { Evidence, FilePlace } from "../core/evidence.ts";
import type { FormatOfFiles } from "../formats/format.ts";

export interface EvidenceFile {
  /** As it was named. */
  readonly path: string;
  readonly bytes: Uint8Array;
}

export interface GivenEvidence {
  readonly format: FormatOfFiles;
  readonly place: FilePlace;
  readonly evidence: Evidence;
}

/** Reads it by the format that its name says or, where it says none, its bytes; what is of no format, the first says so of. */
export function readGiven({ path, bytes }: EvidenceFile, [first, ...others]: readonly [FormatOfFiles, ...FormatOfFiles[]]): GivenEvidence {
  const name = path.toLowerCase();
  const isNamed = ({ files: { suffixes } }: FormatOfFiles): boolean => Object.values(suffixes ?? {}).some((end) => name.endsWith(end));
  const formats = [first, ...others];
  const format = formats.find(isNamed) ?? formats.find(({ files }) => files.owns(bytes)) ?? first;
  return { format, place: { kind: "file", path }, evidence: format.files.read(bytes, path) };
}
