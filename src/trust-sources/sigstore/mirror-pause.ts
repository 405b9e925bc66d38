/**
 * The failure backoff of a mirror, so that verifications do not wait for it one after the other. It is stored beside the cache:
 *
 *     failed.json  {"at": TIME}
 */
import { join } from "node:path";
import { TouchmarkError } from "../../core/errors.ts";
import { formatInstant, parseInstant, type Instant } from "../../core/instant.ts";
import { cacheLookup } from "../cache-lookup.ts";
import { readJsonFile, writeJsonFile } from "../../files/json-file.ts";
import { trustSourceLimits } from "../limits.ts";

const minutes = 10;

/** Throws UNREACHABLE during the backoff. */
export async function respectPause(folder: string, at: Instant): Promise<void> {
  const failed = await cacheLookup(async () => {
    const fields = await readJsonFile(join(folder, "failed.json"), trustSourceLimits.mirrorPauseBytes);
    return fields && parseInstant(fields.string("at"), "at");
  });
  if (failed === undefined || Math.abs(at - failed) >= minutes * 60_000) return;
  throw new TouchmarkError("UNREACHABLE", `its mirror failed at ${formatInstant(failed)}, and is asked again ${minutes} minutes later`, {
    hint: "Update the trust root to ask it now.",
    remedy: { id: "update-trust-root" },
  });
}

export async function notePause(folder: string, at: Instant): Promise<void> {
  await cacheLookup(() => writeJsonFile(join(folder, "failed.json"), { at: formatInstant(at) }));
}
