/** `--media-type TYPE`: what a file is said to be. */
import { usageError, type Arguments } from "./arguments.ts";
import type { Flag } from "./grammar.ts";

export const mediaTypeFlag = (summary: string): Flag => ({
  name: "media-type",
  value: "TYPE",
  summary: `${summary}, for the Notary Project`,
});

const token = "[A-Za-z0-9!#$%&'*+.^_`|~-]{1,127}";
/** RFC 9110, section 8.3.1. */
const grammar = new RegExp(`^${token}/${token}(?: *; *${token}=(?:${token}|"[^"\\\\]*"))*$`);

/** Throws USAGE for what is none. */
export function fileMediaType(args: Arguments): { readonly mediaType?: string } {
  const mediaType = args.value("media-type");
  if (mediaType === undefined) return {};
  if (mediaType.length <= 1000 && grammar.test(mediaType)) return { mediaType };
  throw usageError(`a media type is written as application/zip; found ${JSON.stringify(mediaType.slice(0, 100))}`);
}
