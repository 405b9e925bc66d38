/** All that a registry keeps, in one folder. One process at a time may write there. */
import { resolve } from "node:path";
import { TouchmarkError } from "../../../core/errors.ts";
import type { RegistryBackend } from "../backend.ts";
import { RegistryError } from "../registry-error.ts";
import { Blobs } from "./blobs.ts";
import { Contents } from "./contents.ts";
import { Disk } from "./disk.ts";
import { KeyedLock } from "../../../core/async/keyed-lock.ts";
import { storageLimits } from "../limits.ts";
import { Layout } from "./layout.ts";
import { Manifests } from "./manifests.ts";
import { Referrers } from "./referrers.ts";
import { Tags } from "./tags.ts";
import { Uploads, type UploadLimits } from "./uploads.ts";

/** What is left out is as `storageLimits` has it, and the clock of this process. */
export interface StorageOptions extends Partial<UploadLimits> {
  /** The folder; made if it is missing. */
  readonly dir: string;
}

export interface Storage extends RegistryBackend {
  /** Whether the folder can be read. */
  readonly isReady: () => Promise<boolean>;
  /** Ends looking for uploads to clear away; nothing touches the folder afterwards but what is asked of it. */
  readonly close: () => Promise<void>;
}

/** Opens the folder and clears away, then and until it is closed, uploads nobody continues; throws USAGE if it cannot be used. */
export async function openStorage(options: StorageOptions): Promise<Storage> {
  const limits = { ...storageLimits, clock: Date.now, ...options };
  const layout = new Layout(resolve(options.dir));
  const disk = new Disk(layout.incoming);
  const repositories = new KeyedLock();
  const contents = new Contents(disk, layout);
  const blobs = new Blobs(disk, layout, contents, repositories);
  const tags = new Tags(disk, layout);
  const referrers = new Referrers(disk, layout);
  const manifests = new Manifests({ disk, layout, contents, blobs, tags, referrers, repositories });
  const uploads = new Uploads(layout.incoming, blobs, limits);
  try {
    await disk.makeFolder(layout.incoming);
    await uploads.sweep();
  } catch (error) {
    throw new TouchmarkError("USAGE", `the registry's folder ${JSON.stringify(options.dir)} cannot be used: ${String(error)}`, {
      cause: error,
    });
  }
  let swept: Promise<void> = Promise.resolve();
  const sweeping = setInterval(() => {
    swept = swept.then(() => uploads.sweep()).catch(() => undefined); // what cannot be cleared away now is tried again
  }, limits.uploadLifetime / 10).unref();
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
