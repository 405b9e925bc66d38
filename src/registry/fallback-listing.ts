/**
 * Updates the listing under the fallback tag. Registries have no conditional writes, so this is a lost-update check: the listing is
 * read back, here or by the caller, and written again if another process overwrote it, or if it overwrote another's entries.
 */
import type { Digest } from "../core/digest.ts";
import { TouchmarkError } from "../core/errors.ts";
import { KeyedLock } from "../core/async/keyed-lock.ts";
import { descriptorToJson, type Descriptor } from "../core/oci/manifest.ts";
import type { StoredManifest } from "../core/repository.ts";
import { writeAndSettle } from "../core/async/lost-update-check.ts";
import { entriesIn, rewriteIndex } from "./index-document.ts";
import { referrersIn } from "./referrers-tag.ts";
import { registryLimits } from "./limits.ts";

/** Writers of this process take turns; only other processes can interfere. */
const writers = new KeyedLock();

export interface FallbackListing {
  /** `docker.io/library/alpine:sha256-…`. */
  readonly name: string;
  read(): Promise<StoredManifest | undefined>;
  write(index: Uint8Array): Promise<unknown>;
  readonly signal: AbortSignal;
}

export interface Listing {
  /** Whether to list it here at all: the listing is read meanwhile, but not written before this is known. */
  readonly isWanted: Promise<boolean>;
  /** The caller reads the listing back. */
  readonly readsBack: boolean;
}

export function list(listing: FallbackListing, entry: Descriptor, { isWanted, readsBack }: Listing): Promise<void> {
  isWanted.catch(() => undefined); // awaited later
  return rewrite(listing, {
    change: (entries) => (entries.some((one) => one["digest"] === entry.digest) ? entries : [...entries, descriptorToJson(entry)]),
    wanted: `${entry.digest} was added to`,
    isWanted,
    readsBack,
  });
}

export function unlist(listing: FallbackListing, digest: Digest): Promise<void> {
  return rewrite(listing, {
    change: (entries) => entries.filter((entry) => entry["digest"] !== digest),
    wanted: `${digest} was taken from`,
  });
}

/** The current listing. */
type Entry = Readonly<Record<string, unknown>>;

interface Rewriting extends Partial<Listing> {
  readonly change: (entries: readonly Entry[]) => readonly Entry[];
  readonly wanted: string;
}

function rewrite(listing: FallbackListing, rewriting: Rewriting): Promise<void> {
  return writers.run(listing.name, () => insist(listing, rewriting));
}

async function insist(listing: FallbackListing, rewriting: Rewriting): Promise<void> {
  const { change, wanted, isWanted = true, readsBack = false } = rewriting;
  /** All entries listed since the start: an entry that disappears was overwritten, and is added again. */
  const seen = new Map<unknown, Entry>();
  const look = async (): Promise<StoredManifest | undefined> => {
    const index = await listing.read();
    for (const entry of entriesIn(index?.bytes)) if (!seen.has(entry["digest"])) seen.set(entry["digest"], entry);
    return index;
  };
  for (let tries = 0; tries <= registryLimits.listingTries; tries++) {
    const [current, isNeeded] = await Promise.all([look(), isWanted]);
    const entries = change([...seen.values()]);
    if (!isNeeded || lists(referrersIn(current), entries)) return;
    const index = rewriteIndex(current?.bytes, () => entries);
    if (tries === registryLimits.listingTries) break;
    await writeAndSettle({ look, write: () => listing.write(index), signal: listing.signal });
    if (readsBack && change([...seen.values()]).length === entries.length) return;
  }
  throw new TouchmarkError("CONFLICT", `${wanted} ${listing.name} ${registryLimits.listingTries} times, and others undid it`);
}

/** Whether exactly these entries are listed. */
function lists(listed: readonly Descriptor[], entries: readonly Entry[]): boolean {
  const digests = new Set<unknown>(listed.map(({ digest }) => digest));
  return digests.size === entries.length && entries.every((entry) => digests.has(entry["digest"]));
}
