/** All signature formats. A new one is a folder, a line here, and test vectors. */
import { bundle } from "./bundle/bundle.ts";
import { cosignLegacy } from "./cosign-legacy/cosign-legacy.ts";
import { notation } from "./notation/notation.ts";
import type { Format, FormatOfFiles } from "./format.ts";

export const formats: readonly Format[] = [bundle, cosignLegacy, notation];

/** The formats that sign files; the first is the default. */
export const fileFormats: readonly [FormatOfFiles, ...FormatOfFiles[]] = [bundle, notation];

/** The format in which a signature of an image is written to a file. */
export const fileFormat: FormatOfFiles = bundle;
