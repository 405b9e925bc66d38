/** The trust root of a TUF repository: updated, or read from the cache. */
import { TouchmarkError } from "../../core/errors.ts";
import type { Instant } from "../../core/instant.ts";
import type { HttpClient } from "../../net/http.ts";
import { parseSigningConfig } from "../../trust/parse-signing-config.ts";
import { parseTrustedRoot } from "../../trust/parse-trusted-root.ts";
import type { SigningConfig } from "../../trust/signing-config.ts";
import type { TrustedRoot } from "../../trust/trusted-root.ts";
import type { TrustRootContent } from "../tuf/content.ts";
import { folderOf } from "../tuf/cache-entry.ts";
import { readHeld, type Held } from "../tuf/read.ts";
import { updateTrustRoot } from "../tuf/update.ts";
import { anchorOf, type RepositoryInstance } from "./instance.ts";
import { join } from "node:path";

export interface RefreshOptions {
  /** The folder of all trust roots. */
  readonly folder: string;
  readonly http: HttpClient;
  readonly at: Instant;
  /** Called, once, if the cache cannot be written; without it, that is thrown. */
  readonly onNotStored?: (failure: TouchmarkError) => void;
  readonly signal: AbortSignal;
}

const trustedRoot = "trusted_root.json";
const signingConfig = "signing_config.v0.2.json";
/** The targets to fetch: the trusted root and the signing config. */
const names = [trustedRoot, signingConfig];

/** Throws as `updateTrustRoot` does; also for a missing or invalid trusted root, and then the cache stays as it was. */
export async function refresh(instance: RepositoryInstance, { folder, ...options }: RefreshOptions): Promise<TrustRootContent> {
  return updateTrustRoot({
    ...options,
    mirror: instance.mirror,
    root: await anchorOf(instance),
    names,
    folder: keptIn(instance, folder),
    accept: (content) => void trustedRootOf(content, instance),
  });
}

/** Reads the cache; undefined if nothing was fetched. Does not check expiry, which is up to the caller. Throws as `readTrustRoot` does. */
export async function readFetched(instance: RepositoryInstance, folder: string): Promise<Held | undefined> {
  return readHeld({ folder: keptIn(instance, folder), root: await anchorOf(instance) });
}

/** Returns the mirror's own folder, so that caches of different mirrors are never mixed up. */
export function keptIn({ name, mirror }: RepositoryInstance, folder: string): string {
  return folderOf(mirror, join(folder, name));
}

/** Throws TRUST_ROOT_INVALID if there is none, and what `parseTrustedRoot` throws. */
export function trustedRootOf({ targets }: TrustRootContent, { name, mirror }: RepositoryInstance): TrustedRoot {
  const bytes = targets.get(trustedRoot);
  if (bytes) return parseTrustedRoot(bytes, `${trustedRoot} of ${name}`);
  throw new TouchmarkError("TRUST_ROOT_INVALID", `the repository ${mirror.href} has no ${trustedRoot}`, {
    hint: "Check that it is the TUF repository of a sigstore instance.",
  });
}

/** Undefined without a signing config. Throws what `parseSigningConfig` throws. */
export function signingConfigOf({ targets }: TrustRootContent, { name }: RepositoryInstance): SigningConfig | undefined {
  const bytes = targets.get(signingConfig);
  return bytes && parseSigningConfig(bytes, `${signingConfig} of ${name}`);
}
