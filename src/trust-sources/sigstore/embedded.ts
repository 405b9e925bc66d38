/** The public sigstore instance as it was when this package was made: a file is read when it is needed, and not before. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { TouchmarkError } from "../../core/errors.ts";

/** `root.json` is where updates start from, whenever it expires: each newer one is signed by the keys of the one before. */
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
