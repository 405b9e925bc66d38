/** Reads the manifests that a listing names, a few at a time, and keeps none of them. */
import { mapBounded } from "../core/async/map-bounded.ts";
import { TouchmarkError } from "../core/errors.ts";
import { ociLimits } from "../core/oci/limits.ts";
import type { Descriptor } from "../core/oci/manifest.ts";
import type { RepositoryReader, StoredManifest } from "../core/repository.ts";
import { tooMuch, type EvidenceBudget } from "./evidence-budget.ts";
import { engineLimits } from "./limits.ts";
import type { ListOptions } from "./locations.ts";

export interface OpenOptions extends ListOptions {
  readonly budget: EvidenceBudget;
}

/**
 * Passes each manifest to `use`, as far as the budget goes; what is over it is reported. An entry that is listed and no longer exists was
 * deleted, which is not reported. A manifest that is larger than its entry states waits until all others are read, so that a listing that
 * makes large ones look small hides none of them.
 */
export async function openEntries<T>(
  repository: RepositoryReader,
  entries: readonly Descriptor[],
  options: OpenOptions,
  use: (stored: StoredManifest) => readonly T[],
): Promise<readonly T[]> {
  const used: T[] = [];
  const larger: Descriptor[] = [];
  const open = async (listed: readonly Descriptor[], onLarger?: (entry: Descriptor) => void): Promise<void> => {
    for (const batch of inBatches(listed, ({ size }) => size)) {
      const read = await mapBounded(batch, batch.length, async (entry) => {
        const stored = await openEntry(repository, entry, options, onLarger && (() => onLarger(entry)));
        return stored ? use(stored) : [];
      });
      for (const one of read) used.push(...one);
    }
  };
  await open(entries, (entry) => void larger.push({ ...entry, size: ociLimits.manifestBytes }));
  await open(larger);
  return used;
}

/** Reads one manifest within the budget, and no more of it than its entry states. */
export async function openEntry(
  repository: RepositoryReader,
  { digest, size }: Descriptor,
  { signal, onUnread, budget }: OpenOptions,
  onLarger?: () => void,
): Promise<StoredManifest | undefined> {
  const stated = Math.min(Math.max(size, 1), ociLimits.manifestBytes);
  if (stated > budget.manifestBytes) {
    onUnread("the rest of the referrers", tooMuch(`${engineLimits.manifestBytes} bytes of manifests`));
    return undefined;
  }
  budget.manifestBytes -= stated;
  try {
    const stored = await repository.manifest(digest, signal, stated);
    const read = stored?.bytes.length ?? 0;
    if (read > stated) throw new TouchmarkError("LIMIT_EXCEEDED", `it has ${read} bytes, and is listed with ${size}`);
    budget.manifestBytes += stated - read;
    return stored;
  } catch (error) {
    if (onLarger && error instanceof TouchmarkError && error.code === "LIMIT_EXCEEDED") onLarger();
    else onUnread(`referrer ${digest}`, error);
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
