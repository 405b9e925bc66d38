/**
 * The archive of saved trust data, `dct-archive/v1alpha1`: a tar archive, deterministic for the same content.
 *
 *     manifest.json                                the files with their digests, and what could not be read
 *     repositories/GUN/_server/root.json           a file as a notary server gave it
 *     repositories/GUN/_folder/root.json           a file from a trust folder
 *     timestamps/1.tsr                             an RFC 3161 response over the SHA-256 of manifest.json
 *
 * No component of a GUN begins with `_`, so that two repositories never share a path.
 */
import { encodeUtf8 } from "../../../core/bytes.ts";
import { TouchmarkError } from "../../../core/errors.ts";
import { hashOf } from "../../../core/keys/hash.ts";
import { formatInstant, type Instant } from "../../../core/instant.ts";
import { encodeTar, type TarFile } from "../../layout/tar-writer.ts";
import { describeUnread, type TrustData, type Unread } from "./trust-data.ts";
import { registryLimits } from "../../limits.ts";

export const archiveVersion = "touchmark.dev/dct-archive/v1alpha1";

/** The whole result of one run, before it is written. */
export interface Saved {
  readonly at: Instant;
  /** The version of Touchmark. */
  readonly by: string;
  readonly data: readonly TrustData[];
  /** Parts of a trust folder that could not be listed. */
  readonly unread: readonly Unread[];
}

/** Returns the bytes of `manifest.json`. */
export function encodeManifest({ at, by, data, unread }: Saved): Uint8Array {
  const repositories = data.map((one) => ({
    gun: one.gun.name,
    source: one.source,
    ...(one.location !== undefined && { location: one.location }),
    files: one.files.map(({ path, role, version, expires, bytes }) => ({
      path: `${folderOf(one)}/${path}`,
      role,
      version,
      ...(expires !== undefined && { expires }),
      size: bytes.length,
      sha256: hashOf(bytes, "sha256"),
    })),
    absent: one.absent,
    unread: one.unread.map(describeUnread),
  }));
  const manifest = {
    apiVersion: archiveVersion,
    savedAt: formatInstant(at),
    savedBy: `touchmark ${by}`,
    repositories,
    unread: unread.map(describeUnread),
  };
  return encodeUtf8(`${JSON.stringify(manifest, undefined, 2)}\n`);
}

/** Returns the archive's bytes in chunks. `timestamps` are over the manifest. */
export function encodeArchive(
  manifest: Uint8Array,
  data: readonly TrustData[],
  timestamps: readonly Uint8Array[],
): Generator<Uint8Array, void> {
  return encodeTar(filesOf(manifest, data, timestamps));
}

function* filesOf(manifest: Uint8Array, data: readonly TrustData[], timestamps: readonly Uint8Array[]): Generator<TarFile, void> {
  yield { path: "manifest.json", content: manifest };
  for (const one of data) for (const { path, bytes } of one.files) yield { path: `${folderOf(one)}/${path}`, content: bytes };
  for (const [i, timestamp] of timestamps.entries()) yield { path: timestampPath(i), content: timestamp };
}

/** Returns the path of the timestamp with this index, from 0. */
export function timestampPath(index: number): string {
  return `timestamps/${index + 1}.tsr`;
}

function folderOf({ gun, source }: TrustData): string {
  return `repositories/${gun.name}/_${source}`;
}

/** Counts the archive's content while it is read, so that too much is an error before memory runs out. */
export class ArchiveSize {
  #files = 0;
  #bytes = 0;

  /** Throws LIMIT_EXCEEDED. */
  add(data: readonly TrustData[]): void {
    for (const { bytes } of data.flatMap(({ files }) => files)) {
      this.#files++;
      this.#bytes += bytes.length;
    }
    if (this.#files <= registryLimits.savedFiles && this.#bytes <= registryLimits.savedBytes) return;
    throw new TouchmarkError(
      "LIMIT_EXCEEDED",
      `the archive would hold more than ${registryLimits.savedFiles} files or ${registryLimits.savedBytes} bytes`,
      {
        hint: "Save fewer repositories at once, in several archives.",
      },
    );
  }
}
