/** Listings of the referrers of a digest. */
import type { Digest } from "../core/digest.ts";
import { throwIfAborted } from "../core/async/interruption.ts";
import { asTouchmarkError, TouchmarkError } from "../core/errors.ts";
import { ociLimits } from "../core/oci/limits.ts";
import {
  artifactTypeOf,
  parseManifest,
  withListedAnnotations,
  type Descriptor,
  type IndexEntries,
  type Manifest,
} from "../core/oci/manifest.ts";
import { PartialListing } from "../core/partial-listing.ts";
import type { StoredManifest } from "../core/repository.ts";

/** Returns a manifest's descriptor in the listing of its subject's referrers (OCI distribution specification, listing referrers). */
export function listed(descriptor: Descriptor, manifest: Manifest): Descriptor {
  const artifactType = artifactTypeOf(manifest);
  return withListedAnnotations({
    ...descriptor,
    ...(artifactType !== undefined && { artifactType }),
    annotations: manifest.annotations,
  });
}

/** Returns the manifest's subject. A manifest that cannot be parsed has none. */
export function subjectDigestOf({ bytes, descriptor }: StoredManifest): Digest | undefined {
  try {
    return parseManifest(bytes, descriptor.mediaType).subject?.digest;
  } catch {
    return undefined;
  }
}

/**
 * Merges the parts of a listing, each digest once. Throws what a part throws if none can be read; PartialListing if some cannot, or over
 * `ociLimits.entries`.
 */
export async function united(parts: readonly Promise<IndexEntries>[], signal: AbortSignal): Promise<readonly Descriptor[]> {
  const settled = await Promise.allSettled(parts);
  throwIfAborted(signal);
  const listings = settled.flatMap((part) => (part.status === "fulfilled" ? part.value : []));
  const failures = settled.flatMap((part) => (part.status === "rejected" ? asTouchmarkError(part.reason) : []));
  const [failure] = failures;
  if (failure && (listings.length === 0 || failures.some(({ code }) => code === "INTERNAL"))) throw failure;
  const byDigest = new Map<Digest, Descriptor>();
  for (const entry of listings.flatMap(({ entries }) => entries)) if (!byDigest.has(entry.digest)) byDigest.set(entry.digest, entry);
  const entries = [...byDigest.values()];
  const [first, ...others] = [...failures, ...listings.flatMap(({ faults }) => faults), ...tooMany(entries)];
  if (first && entries.length + others.length === 0) throw first;
  if (first) throw new PartialListing(entries.slice(0, ociLimits.entries), [first, ...others]);
  return entries;
}

function tooMany({ length }: readonly Descriptor[]): readonly TouchmarkError[] {
  if (length <= ociLimits.entries) return [];
  return [new TouchmarkError("LIMIT_EXCEEDED", `${length} manifests refer to one digest, over the limit of ${ociLimits.entries}`)];
}
