/** The referrers of a manifest, each a file with its descriptor. */
import { join } from "node:path";
import type { Digest } from "../../../core/digest.ts";
import { Fields, parseJson } from "../../../core/json/json.ts";
import { ociLimits } from "../../../core/oci/limits.ts";
import { descriptorToJson, parseDescriptor, withListedAnnotations, type Descriptor } from "../../../core/oci/manifest.ts";
import type { RepositoryName } from "../names.ts";
import { fileNamesIn, readIfThere, type Disk } from "./disk.ts";
import { fileOfDigest, type Layout } from "./layout.ts";

/** Earlier versions stored all annotations of the manifest. */
const maxBytes = 2 * ociLimits.manifestBytes;

export class Referrers {
  readonly #disk: Disk;
  readonly #layout: Layout;

  constructor(disk: Disk, layout: Layout) {
    this.#disk = disk;
    this.#layout = layout;
  }

  async add(name: RepositoryName, subject: Digest, referrer: Descriptor): Promise<void> {
    await this.#disk.write(this.#layout.referrer(name, subject, referrer.digest), JSON.stringify(descriptorToJson(referrer)));
  }

  async remove(name: RepositoryName, subject: Digest, referrer: Digest): Promise<void> {
    await this.#disk.remove(this.#layout.referrer(name, subject, referrer));
  }

  /** Returns those after `last`, in the order of their digests; each is read only when requested. */
  async *list(name: RepositoryName, subject: Digest, last?: Digest): AsyncGenerator<Descriptor> {
    const folder = this.#layout.referrers(name, subject);
    const after = last === undefined ? "" : fileOfDigest(last);
    for (const file of (await fileNamesIn(folder)) ?? []) {
      if (file <= after) continue;
      const bytes = await readIfThere(join(folder, file));
      if (bytes) yield withListedAnnotations(parseDescriptor(new Fields(parseJson(bytes, "referrer", { maxBytes }), "referrer")));
    }
  }
}
