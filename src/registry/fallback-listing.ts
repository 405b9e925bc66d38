/**
 * Keeping up the listing under the fallback tag. Registries have no way to write only if nobody else did: what was written
 * is read back, and written again if another writer's came over it.
 */
import type { Digest } from "../core/digest.ts";
import { TouchmarkError } from "../core/errors.ts";
import type { JsonObject } from "../core/json.ts";
import { KeyedLock } from "../core/keyed-lock.ts";
import { descriptorToJson, type Descriptor } from "../core/oci.ts";
import type { StoredManifest } from "../core/repository.ts";
import { rewriteIndex } from "./index-document.ts";
import { entriesOf } from "./referrers-tag.ts";

/** The writers of this process wait for each other; only others can come in between. */
const writers = new KeyedLock();
/** How often it is written before the other writers are said to have won. */
const maxTries = 10;

export interface FallbackListing {
  /** `docker.io/library/alpine:sha256-…`. */
  readonly name: string;
  read(): Promise<StoredManifest | undefined>;
  write(index: Uint8Array): Promise<unknown>;
}

export function list(listing: FallbackListing, entry: Descriptor): Promise<void> {
  return rewrite(listing, {
    isDone: (digests) => digests.includes(entry.digest),
    change: (entries) => [...entries, descriptorToJson(entry)],
    wanted: `${entry.digest} was added to`,
  });
}

export function unlist(listing: FallbackListing, digest: Digest): Promise<void> {
  return rewrite(listing, {
    isDone: (digests) => !digests.includes(digest),
    change: (entries) => entries.filter((entry) => entry["digest"] !== digest),
    wanted: `${digest} was taken from`,
  });
}

interface Rewriting {
  readonly isDone: (digests: readonly Digest[]) => boolean;
  readonly change: (entries: readonly JsonObject[]) => readonly object[];
  readonly wanted: string;
}

function rewrite(listing: FallbackListing, rewriting: Rewriting): Promise<void> {
  return writers.run(listing.name, () => insist(listing, rewriting));
}

async function insist(listing: FallbackListing, { isDone, change, wanted }: Rewriting): Promise<void> {
  for (let tries = 0; tries <= maxTries; tries++) {
    const current = await listing.read();
    if (isDone(entriesOf(current).map(({ digest }) => digest))) return;
    const index = rewriteIndex(current?.bytes, change);
    if (tries < maxTries) await listing.write(index);
  }
  throw new TouchmarkError("CONFLICT", `${wanted} ${listing.name} ${maxTries} times, and others undid it`);
}
