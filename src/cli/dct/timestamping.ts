/** Opens the timestamp authorities for an archive, as the flags of `dct save` name them. */
import { openManifestTimestamps, type ManifestTimestamper } from "../../setup/manifest-timestamps.ts";
import type { Io } from "../io.ts";
import { localSettings } from "../settings/local.ts";
import { usageError } from "../usage-error.ts";

export interface TimestampArgs {
  readonly timestampUrl: readonly string[];
  readonly timestampRoot: readonly string[];
}

/** Throws USAGE, and what `openManifestTimestamps` does. */
export async function openTimestamping({ timestampUrl: urls, timestampRoot: roots }: TimestampArgs, io: Io): Promise<ManifestTimestamper> {
  if (urls.length === 0 && roots.length > 0)
    throw usageError("--timestamp-root proves what an authority answers, and none is named", "Name it: --timestamp-url URL.");
  if (urls.length > 0 && roots.length === 0)
    throw usageError("--timestamp-url needs --timestamp-root", "Name the root of its authority, so that its answers can be proven.");
  return openManifestTimestamps({ urls, roots }, { ...localSettings(io), signal: io.signal });
}
