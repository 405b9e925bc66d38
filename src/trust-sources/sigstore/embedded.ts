/** The public sigstore instance at the time this package was built; each file is read only when needed. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { TouchmarkError } from "../../core/errors.ts";
import type { Instant } from "../../core/instant.ts";
import { openRoot } from "../tuf/workflow.ts";

/** When the embedded TUF root expires or expired: how old the embedded instance is. */
export async function embeddedUntil(): Promise<Instant> {
  return openRoot(await readEmbedded("root.json")).expires;
}

/** `root.json` is the start of updates even after it expires: each newer one is signed by the keys of the one before. */
export async function readEmbedded(name: "root.json" | "trusted_root.json"): Promise<Uint8Array> {
  const path = join(import.meta.dirname, "public-good", name);
  try {
    return await readFile(path);
  } catch (cause) {
    throw new TouchmarkError("FILE_NOT_FOUND", `${path}, a part of this package, cannot be read`, {
      hint: "Install it again.",
      cause,
    });
  }
}
