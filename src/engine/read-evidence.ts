/** Reads evidence: recognises it in manifests, and fetches its blobs within the budget of the image. */
import { mapBounded } from "../core/async/map-bounded.ts";
import type { Digest } from "../core/digest.ts";
import { TouchmarkError } from "../core/errors.ts";
import { describeLocation, type Evidence, type Found, type RepositoryLocation } from "../core/evidence.ts";
import { valuesIn } from "../core/json/scan.ts";
import { ociLimits } from "../core/oci/limits.ts";
import { manifestMediaTypes, parseManifest, type Descriptor, type ImageManifest } from "../core/oci/manifest.ts";
import type { RepositoryReader, StoredManifest } from "../core/repository.ts";
import type { Format, Recognised } from "../formats/format.ts";
import { tooMuch } from "./evidence-budget.ts";
import { engineLimits } from "./limits.ts";
import type { OpenOptions } from "./open-entries.ts";

export interface ReadEvidenceOptions extends OpenOptions {
  readonly formats: readonly Format[];
}

/** Evidence that a format recognised in a manifest, before its blobs are fetched. */
export interface RecognisedAt {
  readonly one: Recognised;
  readonly isTagged: boolean;
}

/** The evidence that formats recognise in a manifest; a manifest without any is dropped here, whatever its size. */
export function recogniseIn(location: RepositoryLocation, stored: StoredManifest, options: ReadEvidenceOptions): readonly RecognisedAt[] {
  const { descriptor } = stored;
  const manifest = imageManifestIn(location, stored, options);
  if (!manifest) return [];
  return recogniseBy(options.formats, { location, descriptor, manifest });
}

export function recogniseBy(formats: readonly Format[], found: Found): readonly RecognisedAt[] {
  const isTagged = found.location.kind === "tag";
  return formats.flatMap((format) => {
    const one = format.recognise(found);
    return one ? [{ one, isTagged }] : [];
  });
}

/** Parses the manifest; undefined for a kind of manifest that no format uses, and for one that cannot be read, which is reported. */
export function imageManifestIn(
  location: RepositoryLocation,
  { descriptor, bytes }: StoredManifest,
  { onUnread, budget }: ReadEvidenceOptions,
): ImageManifest | undefined {
  if (!manifestMediaTypes.includes(descriptor.mediaType)) return undefined;
  try {
    // Counted before any value is created.
    const values = valuesIn(bytes, "the manifest", Math.min(ociLimits.manifestValues, budget.manifestValues));
    budget.manifestValues -= values;
    const manifest = parseManifest(bytes, descriptor.mediaType);
    return manifest.kind === "image" ? manifest : undefined;
  } catch (error) {
    onUnread(`manifest ${descriptor.digest} in ${describeLocation(location)}`, error);
    return undefined;
  }
}

/** Reads the evidence that was recognised; each blob is fetched once. */
export async function readEvidence(
  repository: RepositoryReader,
  recognised: readonly RecognisedAt[],
  options: ReadEvidenceOptions,
): Promise<readonly Evidence[]> {
  const afforded = affordable(recognised, options);
  const blobs = await fetchBlobs(repository, afforded, options);
  const evidence: Evidence[] = [];
  for (const one of afforded) evidence.push(...(await one.read(blobs, options.signal)));
  return evidence;
}

/**
 * Spends the pieces of the budget on the smallest manifests first, so that nobody can hide a signature behind a manifest of many. Of tags
 * there are few, so they come first, up to half of what is left.
 */
function affordable(recognised: readonly RecognisedAt[], { budget, onUnread }: ReadEvidenceOptions): readonly Recognised[] {
  let tagged = budget.pieces / 2;
  const ordered = recognised
    .toSorted((a, b) => a.one.pieces - b.one.pieces)
    .map((entry) => {
      const isFirst = entry.isTagged && entry.one.pieces <= tagged;
      if (isFirst) tagged -= entry.one.pieces;
      return { ...entry, isFirst };
    });
  const afforded = new Set<Recognised>();
  for (const { one } of ordered.toSorted((a, b) => Number(b.isFirst) - Number(a.isFirst))) {
    if (budget.pieces <= 0) {
      onUnread("the rest of the evidence", tooMuch(`${budget.limits.evidencePieces} pieces`));
      break;
    }
    budget.pieces -= one.pieces;
    afforded.add(one);
  }
  return recognised.flatMap(({ one }) => (afforded.has(one) ? one : []));
}

/** Fetches blobs, the smallest first. A blob that is over what is left waits for what others give back. */
async function fetchBlobs(
  repository: RepositoryReader,
  recognised: readonly Recognised[],
  { signal, onUnread, budget }: ReadEvidenceOptions,
): Promise<ReadonlyMap<Digest, Uint8Array>> {
  const blobs = new Map<Digest, Uint8Array>();
  const fetchOne = async (descriptor: Descriptor): Promise<void> => {
    const { digest, size } = descriptor;
    budget.bytes -= size;
    try {
      const bytes = await repository.blob(descriptor, size, signal);
      if (!bytes) throw new TouchmarkError("REGISTRY_ERROR", `${repository.name} has the manifest and not its blob ${digest}`);
      blobs.set(digest, bytes);
    } catch (error) {
      onUnread(`blob ${digest}`, error);
      // What is stated and not there costs nothing.
      const refund = Math.min(size, budget.refunds);
      budget.refunds -= refund;
      budget.bytes += refund;
    }
  };
  const waiting: Descriptor[] = [];
  await mapBounded(wantedBlobs(recognised, budget.limits.evidenceBytes / sharesOfBytes, onUnread), engineLimits.requests, async (blob) => {
    if (blob.size > budget.bytes) waiting.push(blob);
    else await fetchOne(blob);
  });
  for (const blob of waiting) {
    if (blob.size > budget.bytes) onUnread("the rest of the evidence", tooMuch(`${budget.limits.evidenceBytes} bytes`));
    else await fetchOne(blob);
  }
  return blobs;
}

/** No manifest gets more than a quarter of the bytes. */
const sharesOfBytes = 4;

/**
 * The blobs to fetch, each once, the smallest first. A blob is one of digest and size: a manifest that states a wrong size does not keep
 * another manifest's blob from being read.
 */
function wantedBlobs(recognised: readonly Recognised[], share: number, onUnread: OpenOptions["onUnread"]): readonly Descriptor[] {
  const wanted = new Map<string, Descriptor>();
  for (const { fetch } of recognised) {
    const distinct = new Map(fetch.toSorted((a, b) => a.size - b.size).map((blob) => [`${blob.digest} ${blob.size}`, blob]));
    let spent = 0;
    for (const [key, blob] of distinct) {
      spent += blob.size;
      if (spent > Math.max(share, blob.size)) onUnread("the rest of the evidence", tooMuch(`${share} bytes in one manifest`));
      else wanted.set(key, blob);
    }
  }
  return [...wanted.values()].toSorted((a, b) => a.size - b.size);
}
