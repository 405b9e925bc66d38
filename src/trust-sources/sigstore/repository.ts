/** A TUF repository's trust root: brought up to date, or read as it was kept. */
import { TouchmarkError } from "../../core/errors.ts";
import type { Instant } from "../../core/instant.ts";
import type { HttpClient } from "../../net/http.ts";
import { parseSigningConfig } from "../../trust/parse-signing-config.ts";
import { parseTrustedRoot } from "../../trust/parse-trusted-root.ts";
import type { SigningConfig } from "../../trust/signing-config.ts";
import type { TrustedRoot } from "../../trust/trusted-root.ts";
import type { TrustRootContent } from "../tuf/content.ts";
import { folderOf } from "../tuf/kept.ts";
import { readHeld, type Held } from "../tuf/read.ts";
import { updateTrustRoot } from "../tuf/update.ts";
import { anchorOf, type RepositoryInstance } from "./instance.ts";
import { join } from "node:path";

export interface RefreshOptions {
  /** Of all trust roots. */
  readonly folder: string;
  readonly http: HttpClient;
  readonly at: Instant;
  readonly signal: AbortSignal;
}

const trustedRoot = "trusted_root.json";
const signingConfig = "signing_config.v0.2.json";
/** What is fetched: whom to trust, and which services to sign with. */
const names = [trustedRoot, signingConfig];

/** Throws as `updateTrustRoot`; also for a trusted root that is missing or cannot be read, and then keeps what was kept. */
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

/** Undefined if it was never fetched. Past its time or not: whoever asks has to see to that. Throws as `readTrustRoot`. */
export async function readFetched(instance: RepositoryInstance, folder: string): Promise<Held | undefined> {
  return readHeld({ folder: keptIn(instance, folder), root: await anchorOf(instance) });
}

/** The mirror's own folder, so that what was kept of another is never taken for this one's. */
export function keptIn({ name, mirror }: RepositoryInstance, folder: string): string {
  return folderOf(mirror, join(folder, name));
}

/** Throws TRUST_ROOT_INVALID if there is none, and what `parseTrustedRoot` does. */
export function trustedRootOf({ targets }: TrustRootContent, { name, mirror }: RepositoryInstance): TrustedRoot {
  const bytes = targets.get(trustedRoot);
  if (bytes) return parseTrustedRoot(bytes, `${trustedRoot} of ${name}`);
  throw new TouchmarkError("TRUST_ROOT_INVALID", `the repository ${mirror.href} has no ${trustedRoot}`, {
    hint: "Check that it is the TUF repository of a sigstore instance.",
  });
}

/** Undefined if it says nothing of signing. Throws what `parseSigningConfig` does. */
export function signingConfigOf({ targets }: TrustRootContent, { name }: RepositoryInstance): SigningConfig | undefined {
  const bytes = targets.get(signingConfig);
  return bytes && parseSigningConfig(bytes, `${signingConfig} of ${name}`);
}
