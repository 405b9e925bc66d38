/** Every format there is. A new one is a folder, a line here, and vectors. */
import { bundle } from "./bundle/bundle.ts";
import { cosignLegacy } from "./cosign-legacy/cosign-legacy.ts";
import { notation } from "./notation/notation.ts";
import type { Format, FormatOfFiles } from "./format.ts";

export const formats: readonly Format[] = [bundle, cosignLegacy, notation];

/** Those that files are signed in; the first, unless another is chosen. */
export const fileFormats: readonly [FormatOfFiles, ...FormatOfFiles[]] = [bundle, notation];

/** The one that signatures of images are taken along in. */
export const fileFormat: FormatOfFiles = bundle;
