/** `--media-type TYPE`: the media type of a file. */
import { flag, type Flag } from "./flags/flag.ts";
import { commandLimits } from "./limits.ts";
import { usageError } from "./usage-error.ts";

export function mediaTypeFlag(summary: string): Flag<string | undefined> {
  return flag.string({ value: "TYPE", summary: `${summary}, for the Notary Project` });
}

const token = "[A-Za-z0-9!#$%&'*+.^_`|~-]{1,127}";
/** RFC 9110, section 8.3.1. */
const grammar = new RegExp(`^${token}/${token}(?: *; *${token}=(?:${token}|"[^"\\\\]*"))*$`);

/** Throws USAGE for an invalid media type. */
export function fileMediaType({ mediaType }: { readonly mediaType: string | undefined }): { readonly mediaType?: string } {
  if (mediaType === undefined) return {};
  if (mediaType.length <= commandLimits.mediaTypeLength && grammar.test(mediaType)) return { mediaType };
  throw usageError(`a media type is written as application/zip; found ${JSON.stringify(mediaType.slice(0, 100))}`);
}
