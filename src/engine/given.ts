/** Evidence that was named, as a file, in place of what hangs on an image. */
import type { FilePlace } from "../core/evidence.ts";
import type { Format, FormatOfFiles } from "../formats/format.ts";
import type { Collected } from "./collect.ts";

export interface EvidenceFile {
  /** As it was named. */
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** The evidence in the file, by every format that has files. */
export function readGiven({ path, bytes }: EvidenceFile, formats: readonly Format[]): Collected {
  const place: FilePlace = { kind: "file", path };
  return { places: [place], evidence: fileFormats(formats).map(({ files }) => files.read(bytes, path)), gaps: [] };
}

/** Those that have files. */
export function fileFormats(formats: readonly Format[]): readonly FormatOfFiles[] {
  return formats.filter((format): format is FormatOfFiles => format.files !== undefined);
}
