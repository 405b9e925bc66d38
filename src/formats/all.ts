/** Every format there is. A new one is a folder, a line here, and vectors. */
import { bundle } from "./bundle/bundle.ts";
import { cosign } from "./cosign/cosign.ts";
import { notation } from "./notation/notation.ts";
import type { Format, FormatOfFiles } from "./format.ts";

export const formats: readonly Format[] = [bundle, cosign, notation];

/** The one that files are signed in, and signatures of images taken along. */
export const fileFormat: FormatOfFiles = bundle;
