/** The public sigstore instance at the time this package was built; each file is read only when needed. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { TouchmarkError } from "../../core/errors.ts";

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
