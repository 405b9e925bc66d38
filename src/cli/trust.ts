/** What the commands about trust roots share. */
import type { InstanceDescription } from "../trust-sources/sigstore/describe-instance.ts";
import { instancesFolder } from "../trust-sources/sigstore/instances-folder.ts";
import type { RefreshOptions } from "../trust-sources/sigstore/repository.ts";
import { maxDocumentBytes } from "../trust-sources/tuf/document.ts";
import { openRoot } from "../trust-sources/tuf/workflow.ts";
import { asTouchmarkError, TouchmarkError } from "../core/errors.ts";
import { formatInstant } from "../core/instant.ts";
import { readSource } from "../files/read-source.ts";
import type { Io } from "./io.ts";
import { serviceHttp } from "./registries.ts";
import { clean, field } from "./render/text.ts";

/** The root.json that `--root` names. Throws TRUST_ROOT_INVALID for what is none, and what `readSource` does. */
export async function readAnchor(path: string, { env }: Io, signal: AbortSignal): Promise<Uint8Array> {
  const bytes = await readSource(path, { maxBytes: maxDocumentBytes.root, env, signal });
  try {
    openRoot(bytes);
    return bytes;
  } catch (cause) {
    const { code, message } = asTouchmarkError(cause);
    const hint = "Name the root.json of a TUF repository, got in a way you trust; a trusted_root.json is imported by itself.";
    throw new TouchmarkError(code, `${path} is no root to trust a repository by: ${message}`, { hint, cause });
  }
}

export async function refreshOptions(io: Io, signal: AbortSignal): Promise<RefreshOptions> {
  return { folder: instancesFolder(io), http: await serviceHttp(io), at: io.now(), signal };
}

export function summaryJson({ name, from, state, since, expires, versions }: InstanceDescription): object {
  return {
    name,
    from,
    state,
    ...(since !== undefined && { since: formatInstant(since) }),
    ...(expires !== undefined && { expires: formatInstant(expires) }),
    ...(versions && { versions }),
  };
}

const states: Readonly<Record<InstanceDescription["state"], string>> = {
  fetched: "fetched",
  imported: "imported",
  embedded: "with this version of touchmark; may be stale: run touchmark trust update",
  missing: "not fetched yet: run touchmark trust update",
};

export function summaryText({ name, from, state, since, expires, versions }: InstanceDescription): string {
  return [
    `${clean(name)}\n`,
    field("from", from),
    field("state", `${states[state]}${since === undefined ? "" : ` at ${formatInstant(since)}`}`),
    expires === undefined ? "" : field("expires", formatInstant(expires)),
    versions
      ? field(
          "versions",
          Object.entries(versions)
            .map((entry) => entry.join(" "))
            .join(", "),
        )
      : "",
  ].join("");
}
