/** A detached signature: evidence in a file that the caller names, for another file or for an image. */
import { TouchmarkError } from "../core/errors.ts";
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

/** Picks the format by file name, else by content; if none fits, the first format reports the error. Throws the signal's abort reason. */
export async function readDetachedSignature(
  { path, bytes }: EvidenceFile,
  formats: readonly FormatOfFiles[],
  signal: AbortSignal,
): Promise<DetachedSignature> {
  const name = path.toLowerCase();
  const isNamed = ({ files: { suffixes } }: FormatOfFiles): boolean => suffixes.some((end) => name.endsWith(end));
  const format = formats.find(isNamed) ?? formats.find(({ files }) => files.owns(bytes)) ?? formats[0];
  if (!format) throw new TouchmarkError("UNSUPPORTED", "no format has detached signatures");
  return { format, location: { kind: "file", path }, evidence: await format.files.read(bytes, path, signal) };
}
