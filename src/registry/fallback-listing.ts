/**
 * Keeping up the listing under the fallback tag. Registries have no way to write only if nobody else did: what was written
 * is read back, here or by the caller, and written again if another writer's came over it.
 */
import type { Digest } from "../core/digest.ts";
import { TouchmarkError } from "../core/errors.ts";
import type { JsonObject } from "../core/json.ts";
import { KeyedLock } from "../core/keyed-lock.ts";
import { descriptorToJson, type Descriptor } from "../core/oci.ts";
import type { StoredManifest } from "../core/repository.ts";
import { pause } from "../net/pause.ts";
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
  readonly signal: AbortSignal;
}

export interface Listing {
  /** Whether it is to be listed here at all: the listing is read meanwhile, and not written before this is known. */
  readonly isWanted: Promise<boolean>;
  /** The caller reads the listing back. */
  readonly readsBack: boolean;
}

export function list(listing: FallbackListing, entry: Descriptor, { isWanted, readsBack }: Listing): Promise<void> {
  isWanted.catch(() => undefined); // waited for in its turn
  return rewrite(listing, {
    isDone: (digests) => digests.includes(entry.digest),
    change: (entries) => [...entries, descriptorToJson(entry)],
    wanted: `${entry.digest} was added to`,
    isWanted,
    readsBack,
  });
}

export function unlist(listing: FallbackListing, digest: Digest): Promise<void> {
  return rewrite(listing, {
    isDone: (digests) => !digests.includes(digest),
    change: (entries) => entries.filter((entry) => entry["digest"] !== digest),
    wanted: `${digest} was taken from`,
  });
}

interface Rewriting extends Partial<Listing> {
  readonly isDone: (digests: readonly Digest[]) => boolean;
  readonly change: (entries: readonly JsonObject[]) => readonly object[];
  readonly wanted: string;
}

function rewrite(listing: FallbackListing, rewriting: Rewriting): Promise<void> {
  return writers.run(listing.name, () => insist(listing, rewriting));
}

async function insist(listing: FallbackListing, rewriting: Rewriting): Promise<void> {
  const { isDone, change, wanted, isWanted = true, readsBack = false } = rewriting;
  for (let tries = 0; tries <= maxTries; tries++) {
    const [current, isNeeded] = await Promise.all([listing.read(), isWanted]);
    if (!isNeeded || isDone(entriesOf(current).map(({ digest }) => digest))) return;
    const index = rewriteIndex(current?.bytes, change);
    if (tries === maxTries) break;
    const begun = performance.now();
    await listing.write(index);
    // Another process that read the listing before this was written may be about to write over it, and takes about as long.
    await pause(performance.now() - begun, listing.signal);
    if (readsBack) return;
  }
  throw new TouchmarkError("CONFLICT", `${wanted} ${listing.name} ${maxTries} times, and others undid it`);
}
