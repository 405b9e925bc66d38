/** All signature formats. A new one is a folder, a line here, and test vectors. */
import { bundleFormat } from "./bundle/bundle.ts";
import { cosignLegacyFormat } from "./cosign-legacy/cosign-legacy.ts";
import type { Format, FormatOfFiles } from "./format.ts";
import { formatLimits, type FormatLimits } from "./limits.ts";
import { notation } from "./notation/notation.ts";

/** The formats with these bounds of evidence. The first is the default. */
export function formatsWithin(limits: Partial<FormatLimits> = {}): readonly [FormatOfFiles, ...Format[]] {
  const bounds = { ...formatLimits, ...limits };
  return [bundleFormat(bounds), cosignLegacyFormat(bounds), notation];
}

export const formats: readonly [FormatOfFiles, ...Format[]] = formatsWithin();

/** The format to sign in where none is named, and in which a signature of an image is written to a file. */
export const defaultFormat: FormatOfFiles = formats[0];

/** The formats that sign files; the first is the default. */
export const fileFormats: readonly FormatOfFiles[] = formats.filter(isOfFiles);

function isOfFiles(format: Format): format is FormatOfFiles {
  return format.files !== undefined && format.writers.signature?.abilities.signsFiles === true;
}
