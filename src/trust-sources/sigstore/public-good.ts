/**
 * The default instance: the public one, or the one of cosign's variables:
 *
 *     TUF_MIRROR     URL of the TUF repository; without it, the mirror in the file remote.json of TUF_ROOT
 *     TUF_ROOT       folder of cosign's TUF caches (~/.sigstore/root), MIRROR/root.json in it for a mirror that is not the public one
 *     TUF_ROOT_JSON  that root.json elsewhere
 */
import { join } from "node:path";
import { TouchmarkError } from "../../core/errors.ts";
import { readSource } from "../../files/read-source.ts";
import { readJsonFile } from "../../files/json-file.ts";
import { maxDocumentBytes } from "../tuf/document.ts";
import type { RepositoryInstance } from "./instance.ts";
import { parseMirror } from "./mirror-url.ts";
import type { UserFolders } from "../../files/user-folders.ts";
import { trustSourceLimits } from "../limits.ts";

export const publicGood = "public-good";
const publicMirror = "https://tuf-repo-cdn.sigstore.dev/";

export const publicInstance: RepositoryInstance = { kind: "repository", name: publicGood, mirror: new URL(publicMirror) };

/** Undefined if no variable is set. Throws FILE_NOT_FOUND if there is no initial root for the mirror, USAGE, MALFORMED. */
export async function instanceOfEnvironment({ env, home }: UserFolders): Promise<RepositoryInstance | undefined> {
  const caches = env["TUF_ROOT"] || undefined;
  const mirror =
    env["TUF_MIRROR"] || (caches && (await readJsonFile(join(caches, "remote.json"), trustSourceLimits.remoteBytes))?.string("mirror"));
  if (!mirror) return undefined;
  const url = parseMirror(mirror);
  if (url.href === publicMirror) return publicInstance;
  const path = env["TUF_ROOT_JSON"] || join(caches ?? join(home, ".sigstore", "root"), cacheName(mirror), "root.json");
  return { kind: "repository", name: publicGood, mirror: url, root: await readAnchor(path, mirror) };
}

async function readAnchor(path: string, mirror: string): Promise<Uint8Array> {
  try {
    return await readSource(path, { maxBytes: maxDocumentBytes.root, env: {} });
  } catch (error) {
    if (!(error instanceof TouchmarkError) || error.code !== "FILE_NOT_FOUND") throw error;
    const message = `there is no root.json to trust the mirror ${mirror} with: ${error.message}`;
    const hint = "Name it in TUF_ROOT_JSON, or keep the repository for good.";
    throw new TouchmarkError("FILE_NOT_FOUND", message, { hint, remedy: { id: "keep-tuf-repository" }, cause: error });
  }
}

/** Returns cosign's folder name for a mirror: `https://tuf.example.com/a` is `tuf.example.com-a`. */
function cacheName(mirror: string): string {
  return mirror
    .replace(/^https:\/\//, "")
    .replace(/^http:\/\//, "")
    .replaceAll(/[/:]/g, "-")
    .toLowerCase();
}
