/** The tags of each repository, each a file with a digest: setting one costs the same for any number of tags. */
import { decodeUtf8 } from "../../../core/bytes.ts";
import { parseDigest, type Digest } from "../../../core/digest.ts";
import { isTagName, type RepositoryName, type Tag } from "../names.ts";
import { fileNamesIn, readIfThere, type Disk } from "./disk.ts";
import { tagOfFile, type Layout } from "./layout.ts";

export class Tags {
  readonly #disk: Disk;
  readonly #layout: Layout;

  constructor(disk: Disk, layout: Layout) {
    this.#disk = disk;
    this.#layout = layout;
  }

  async get(name: RepositoryName, tag: Tag): Promise<Digest | undefined> {
    const text = await readIfThere(this.#layout.tag(name, tag));
    return text && parseDigest(decodeUtf8(text), `tag ${tag} of ${name}`);
  }

  async set(name: RepositoryName, tag: Tag, digest: Digest): Promise<void> {
    await this.#disk.write(this.#layout.tag(name, tag), digest);
  }

  /** False if there is no such tag. */
  remove(name: RepositoryName, tag: Tag): Promise<boolean> {
    return this.#disk.remove(this.#layout.tag(name, tag));
  }

  /** Returns all tags, in code-unit order. */
  async list(name: RepositoryName): Promise<readonly Tag[]> {
    const files = (await fileNamesIn(this.#layout.tags(name))) ?? [];
    return files.map(tagOfFile).filter(isTagName).toSorted();
  }
}
