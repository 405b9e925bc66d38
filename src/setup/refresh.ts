/** The requirements of a trust root refresh, and the initial trusted root.json of a repository. */
import { asTouchmarkError, TouchmarkError } from "../core/errors.ts";
import { readSource, type SourceOptions } from "../files/read-source.ts";
import { instancesFolder } from "../trust-sources/sigstore/instances-folder.ts";
import type { RefreshOptions } from "../trust-sources/sigstore/repository.ts";
import { maxDocumentBytes } from "../trust-sources/tuf/document.ts";
import { openRoot } from "../trust-sources/tuf/workflow.ts";
import { serviceHttp } from "./http.ts";
import type { LocalSettings } from "./local-settings.ts";

export async function refreshOptions({ env, home, clock }: LocalSettings, signal: AbortSignal): Promise<RefreshOptions> {
  return { folder: instancesFolder({ env, home }), http: await serviceHttp({ env }), at: clock(), signal };
}

/** Throws TRUST_ROOT_INVALID for an invalid root.json, and what `readSource` throws. */
export async function readInitialRoot(path: string, options: Omit<SourceOptions, "maxBytes">): Promise<Uint8Array> {
  const bytes = await readSource(path, { maxBytes: maxDocumentBytes.root, ...options });
  try {
    openRoot(bytes);
    return bytes;
  } catch (cause) {
    const { code, message } = asTouchmarkError(cause);
    const hint = "Name the root.json of a TUF repository, got in a way you trust; a trusted_root.json is imported by itself.";
    throw new TouchmarkError(code, `${path} is not a TUF root: ${message}`, { hint, cause });
  }
}
