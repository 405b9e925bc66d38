/** Reads the manifests that a listing names, a few at a time, and keeps none of them. */
import { mapBounded } from "../core/async/map-bounded.ts";
import type { Descriptor } from "../core/oci/manifest.ts";
import type { RepositoryReader, StoredManifest } from "../core/repository.ts";
import { tooMuch, type EvidenceBudget } from "./evidence-budget.ts";
import { engineLimits } from "./limits.ts";
import type { ListOptions } from "./locations.ts";

export interface OpenOptions extends ListOptions {
  readonly budget: EvidenceBudget;
}

/**
 * Passes each manifest to `use`, in order, as far as the budget goes; what is over it is reported. An entry that is listed and no longer
 * exists was deleted, which is not reported.
 */
export async function openEntries<T>(
  repository: RepositoryReader,
  entries: readonly Descriptor[],
  options: OpenOptions,
  use: (stored: StoredManifest) => readonly T[],
): Promise<readonly T[]> {
  const used: T[] = [];
  for (const batch of inBatches(entries, ({ size }) => size)) {
    const read = await mapBounded(batch, batch.length, async (entry) => {
      const stored = await openEntry(repository, entry, options);
      return stored ? use(stored) : [];
    });
    for (const one of read) used.push(...one);
  }
  return used;
}

/** Reads one manifest within the budget. */
export async function openEntry(
  repository: RepositoryReader,
  { digest, size }: Descriptor,
  { signal, onUnread, budget }: OpenOptions,
): Promise<StoredManifest | undefined> {
  const stated = Math.max(size, 1);
  if (stated > budget.manifestBytes) {
    onUnread("the rest of the referrers", tooMuch(`${engineLimits.manifestBytes} bytes of manifests`));
    return undefined;
  }
  budget.manifestBytes -= stated;
  try {
    const stored = await repository.manifest(digest, signal);
    budget.manifestBytes += stated - (stored?.bytes.length ?? 0);
    return stored;
  } catch (error) {
    onUnread(`referrer ${digest}`, error);
    return undefined;
  }
}

/** Splits items into batches to work on at the same time, by their number and by their bytes. */
export function* inBatches<T>(items: readonly T[], bytesOf: (item: T) => number): Generator<readonly T[], void> {
  let batch: T[] = [];
  let bytes = 0;
  for (const item of items) {
    const more = bytesOf(item);
    if (batch.length === engineLimits.requests || (batch.length > 0 && bytes + more > engineLimits.concurrentBytes)) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push(item);
    bytes += more;
  }
  if (batch.length > 0) yield batch;
}
