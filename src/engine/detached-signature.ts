/** A detached signature: evidence in a file that the caller names, for another file or for an image. */
import type { Evidence, FileLocation } from "../core/evidence.ts";
import type { FormatOfFiles } from "../formats/format.ts";

export interface EvidenceFile {
  /** The path as given. */
  readonly path: string;
  readonly bytes: Uint8Array;
}

export interface DetachedSignature {
  readonly format: FormatOfFiles;
  readonly location: FileLocation;
  readonly evidence: Evidence;
}

/** Picks the format by file name, else by content; if none fits, the first format reports the error. */
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
