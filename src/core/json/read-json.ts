/** Reads JSON of any size without blocking the event loop. */
import { inSlices } from "../async/in-slices.ts";
import type { Json, JsonLimits } from "./json.ts";
import { parseSliced } from "./parse-sliced.ts";
import { splitJson, type SplitDocument, type SplitLimits } from "./split.ts";

/** Reads one document as `parseJson` does. Throws MALFORMED, LIMIT_EXCEEDED, or the signal's abort reason. */
export function readJson(bytes: Uint8Array, what: string, limits: JsonLimits, signal: AbortSignal): Promise<Json> {
  return inSlices(parseSliced(bytes, what, limits), signal);
}

export interface ReadingHead extends SplitLimits {
  /** Member names from the top. */
  readonly path: readonly string[];
}

/** Reads a document except for the member at the path, which stays bytes. Throws as `readJson` does. */
export function readHead(bytes: Uint8Array, what: string, { path, ...limits }: ReadingHead, signal: AbortSignal): Promise<SplitDocument> {
  return inSlices(splitJson(bytes, what, path, limits), signal);
}
