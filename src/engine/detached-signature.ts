/** Evidence that was named, as a file: beside another file, or in place of what hangs on an image. */
import type { Evidence, FileLocation } from "../core/evidence.ts";
import type { FormatOfFiles } from "../formats/format.ts";

export interface EvidenceFile {
  /** As it was named. */
  readonly path: string;
  readonly bytes: Uint8Array;
}

export interface DetachedSignature {
  readonly format: FormatOfFiles;
  readonly location: FileLocation;
  readonly evidence: Evidence;
}

/** Reads it by the format that its name says or, where it says none, its bytes; what is of no format, the first says so of. */
export function readDetachedSignature(
  { path, bytes }: EvidenceFile,
  [first, ...others]: readonly [FormatOfFiles, ...FormatOfFiles[]],
): DetachedSignature {
  const name = path.toLowerCase();
  const isNamed = ({ files: { suffixes } }: FormatOfFiles): boolean => Object.values(suffixes ?? {}).some((end) => name.endsWith(end));
  const formats = [first, ...others];
  const format = formats.find(isNamed) ?? formats.find(({ files }) => files.owns(bytes)) ?? first;
  return { format, location: { kind: "file", path }, evidence: format.files.read(bytes, path) };
}
