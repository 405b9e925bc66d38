/** The storage of a registry, in one folder. Only one process at a time may write there. */
import { resolve } from "node:path";
import type { Instant } from "../../../core/instant.ts";
import { TouchmarkError } from "../../../core/errors.ts";
import type { RegistryBackend } from "../backend.ts";
import { RegistryError } from "../registry-error.ts";
import { Blobs } from "./blobs.ts";
import { Contents } from "./contents.ts";
import { Disk } from "./disk.ts";
import { KeyedLock } from "../../../core/async/keyed-lock.ts";
import { registryServerLimits, type RegistryServerLimits } from "../limits.ts";
import { Layout } from "./layout.ts";
import { Manifests } from "./manifests.ts";
import { Referrers } from "./referrers.ts";
import { Tags } from "./tags.ts";
import { Uploads } from "./uploads.ts";

export interface StorageOptions {
  /** The folder; created if missing. */
  readonly dir: string;
  readonly limits?: Partial<RegistryServerLimits>;
  /** The clock of the files' modification times (that of this process). */
  readonly clock?: () => Instant;
}

export interface Storage extends RegistryBackend {
  /** Whether the folder can be read. */
  readonly isReady: () => Promise<boolean>;
  /** Stops the periodic removal of uploads; afterwards only requests touch the folder. */
  readonly close: () => Promise<void>;
}

/** Opens the folder and removes abandoned uploads, now and periodically until it is closed; throws USAGE if it cannot be used. */
export async function openStorage(options: StorageOptions): Promise<Storage> {
  const limits = { ...registryServerLimits, ...options.limits };
  const layout = new Layout(resolve(options.dir));
  const disk = new Disk(layout.incoming);
  const repositories = new KeyedLock();
  const contents = new Contents(disk, layout);
  const blobs = new Blobs(disk, layout, contents, repositories);
  const tags = new Tags(disk, layout);
  const referrers = new Referrers(disk, layout);
  const manifests = new Manifests({ disk, layout, contents, blobs, tags, referrers, repositories, limits });
  const uploads = new Uploads(layout.incoming, blobs, { ...limits, clock: options.clock ?? Date.now });
  try {
    await disk.makeFolder(layout.incoming);
    await uploads.sweep();
  } catch (error) {
    throw new TouchmarkError("USAGE", `the registry's folder ${JSON.stringify(options.dir)} cannot be used: ${String(error)}`, {
      cause: error,
    });
  }
  let swept: Promise<void> = Promise.resolve();
  const sweeping = setInterval(
    () => {
      swept = swept.then(() => uploads.sweep()).catch(() => undefined); // a failed removal is tried again
    },
    Math.min(limits.uploadLifetime, limits.emptyUploadLifetime) / 10,
  ).unref();
  const close = async (): Promise<void> => {
    clearInterval(sweeping);
    await Promise.all([swept, uploads.close()]);
  };
  return {
    blobs,
    uploads,
    manifests,
    referrers,
    tags: {
      async page(name, after, limit) {
        if (!(await manifests.isRepository(name))) throw new RegistryError("NAME_UNKNOWN", `there is no repository ${name}`);
        const rest = (await tags.list(name)).filter((tag) => tag > after);
        return { tags: rest.slice(0, limit), more: rest.length > limit };
      },
    },
    isReady: () => uploads.isReady(),
    close,
  };
}
