/** The evidence on an image: the places of all formats, each opened once, side by side. */
import { mapBounded } from "../core/async/map-bounded.ts";
import type { Digest } from "../core/digest.ts";
import { TouchmarkError } from "../core/errors.ts";
import {
  describeLocation,
  type ClaimKind,
  type Evidence,
  type Found,
  type EvidenceLocation,
  type RepositoryLocation,
} from "../core/evidence.ts";
import type { UnreadLocation } from "../core/finding.ts";
import { manifestMediaTypes, parseManifest } from "../core/oci/manifest.ts";
import type { Repository, StoredManifest } from "../core/repository.ts";
import type { SubjectAddress } from "../core/subject.ts";
import type { Format, Recognised } from "../formats/format.ts";
import { unreadCollector, openLocation, locationsOf, width, type OnUnread } from "./locations.ts";

/** Bytes of evidence read for one image; what is listed several times is read several times. */
const maxBytes = 256 * 1024 * 1024;
/** Once so many pieces of evidence were read, no further manifest's are. */
const maxPieces = 1000;

export interface Collected {
  /** What was opened, but for the gaps. */
  readonly locations: readonly EvidenceLocation[];
  readonly evidence: readonly Evidence[];
  readonly unread: readonly UnreadLocation[];
}

export interface CollectOptions {
  readonly formats: readonly Format[];
  /** Places that hold nothing of this kind are left alone. */
  readonly kind: ClaimKind;
  readonly signal: AbortSignal;
}

export async function collect(repository: Repository, subject: SubjectAddress, options: CollectOptions): Promise<Collected> {
  const { formats, kind, signal } = options;
  const unread: UnreadLocation[] = [];
  const missed = unreadCollector(unread, signal);
  const locations = locationsOf(formats, subject, kind);
  const found = await Promise.all(
    locations.map(async (location) => {
      const manifests = await openLocation(repository, subject, location, { formats, signal, missed });
      return manifests.flatMap((stored) => readImageManifest(location, stored, missed));
    }),
  );
  const evidence = await readEvidence(repository, found.flat(), { formats, signal, missed });
  return { locations, evidence, unread };
}

/** The manifest as formats see it; none for a kind that no format can have. */
export function readImageManifest(location: RepositoryLocation, { descriptor, bytes }: StoredManifest, missed: OnUnread): readonly Found[] {
  if (!manifestMediaTypes.includes(descriptor.mediaType)) return [];
  try {
    const manifest = parseManifest(bytes, descriptor.mediaType);
    return manifest.kind === "image" ? [{ location, descriptor, manifest }] : [];
  } catch (error) {
    missed(`manifest ${descriptor.digest} in ${describeLocation(location)}`, error);
    return [];
  }
}

export interface ReadEvidenceOptions {
  readonly formats: readonly Format[];
  readonly signal: AbortSignal;
  readonly missed: OnUnread;
}

/** The evidence in what was found, by every format that recognises it; each blob fetched once. */
export async function readEvidence(
  repository: Repository,
  found: readonly Found[],
  options: ReadEvidenceOptions,
): Promise<readonly Evidence[]> {
  const recognised = affordable(
    found.flatMap((one) => options.formats.flatMap((format) => format.recognise(one) ?? [])),
    options.missed,
  );
  const blobs = await fetchBlobs(repository, recognised, options);
  const evidence: Evidence[] = [];
  for (const one of recognised) {
    if (evidence.length >= maxPieces) {
      options.missed("the rest of the evidence", tooMuch(`${maxPieces} pieces`));
      break;
    }
    evidence.push(...one.read(blobs));
  }
  return evidence;
}

/** Without what would have more read than may be: a few bytes of a manifest can list the same large blob over and over. */
function affordable(recognised: readonly Recognised[], missed: OnUnread): readonly Recognised[] {
  let budget = maxBytes;
  return recognised.filter(({ fetch }) => {
    const bytes = fetch.reduce((sum, { size }) => sum + size, 0);
    const fits = bytes <= budget;
    if (fits) budget -= bytes;
    else missed("the rest of the evidence", tooMuch(`${maxBytes} bytes`));
    return fits;
  });
}

function tooMuch(limit: string): TouchmarkError {
  return new TouchmarkError("LIMIT_EXCEEDED", `the evidence on the image is over the limit of ${limit}`);
}

async function fetchBlobs(
  repository: Repository,
  recognised: readonly Recognised[],
  { signal, missed }: ReadEvidenceOptions,
): Promise<ReadonlyMap<Digest, Uint8Array>> {
  // By size too: a manifest that is wrong about another's blob does not keep that one from being read.
  const wanted = new Map(
    recognised.flatMap(({ fetch }) => fetch.map((descriptor) => [`${descriptor.digest} ${descriptor.size}`, descriptor])),
  );
  const blobs = new Map<Digest, Uint8Array>();
  await mapBounded([...wanted.values()], width, async (descriptor) => {
    try {
      const bytes = await repository.blob(descriptor, descriptor.size, signal);
      if (!bytes) throw new TouchmarkError("REGISTRY_ERROR", `${repository.name} has the manifest and not its blob ${descriptor.digest}`);
      blobs.set(descriptor.digest, bytes);
    } catch (error) {
      missed(`blob ${descriptor.digest}`, error);
    }
  });
  return blobs;
}
