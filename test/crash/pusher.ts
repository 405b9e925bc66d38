/** A client that pushes images, and artifacts that refer to them, until the registry is gone. */
import { digestOf, type Digest } from "../../src/core/digest.ts";
import { mediaTypes } from "../../src/core/oci/manifest.ts";
import { descriptor, sendTo, type Call, type Reply } from "../../src/server/registry/fixture.test.ts";
import type { Journal, Push } from "./journal.ts";
import type { Random } from "../fakes/random.ts";

const repositories = ["app", "team/app"];
/** Few, so that clients meet at them. */
const tags = ["v1", "v2", "v3", "Latest", "LATEST", "latest"];
const chunkBytes = 40_000;
/** So many that another thread hashes them. */
const largeBytes = 5_000_000;

/** Pushes one after the other; ends when the connection breaks, throws when the registry refuses anything. */
export async function pushUntilKilled(url: string, journal: Journal, random: Random, isKilled: () => boolean): Promise<void> {
  const client = new Pusher(url, journal, random);
  try {
    for (;;) await client.pushImage();
  } catch (error) {
    if (!isKilled() || error instanceof Refused) throw error;
  }
}

class Refused extends Error {}

class Pusher {
  readonly #url: string;
  readonly #journal: Journal;
  readonly #random: Random;

  constructor(url: string, journal: Journal, random: Random) {
    this.#url = url;
    this.#journal = journal;
    this.#random = random;
  }

  /** An image under a tag, and a referrer of it. */
  async pushImage(): Promise<void> {
    const repository = repositories[this.#random.below(repositories.length)] ?? "";
    const config = JSON.stringify({ number: this.#random.below(8) }); // few, so that clients push the same at once
    const layer = this.#random.bytes(this.#random.below(3 * chunkBytes));
    await this.#pushWhole(repository, Buffer.from(config));
    await this.#pushChunks(repository, layer);
    if (this.#random.below(8) === 0) await this.#pushWhole(repository, this.#random.bytes(largeBytes));
    const tag = tags[this.#random.below(tags.length)] ?? "";
    const parts = { config: descriptor(mediaTypes.ociConfig, config), layers: [descriptor(mediaTypes.ociLayer, layer)] };
    const image = await this.#pushManifest(repository, parts, { tag });
    const subject = { mediaType: mediaTypes.ociManifest, digest: image.digest, size: image.size };
    await this.#pushManifest(repository, { ...parts, layers: [], subject }, { subject: image.digest });
  }

  async #pushWhole(repository: string, bytes: Uint8Array): Promise<void> {
    const push = this.#begin({ kind: "blob", repository, digest: digestOf(bytes) });
    await this.#send(201, "POST", `/v2/${repository}/blobs/uploads/?digest=${push.digest}`, { body: bytes });
    this.#journal.acknowledge(push);
  }

  async #pushChunks(repository: string, bytes: Uint8Array): Promise<void> {
    const push = this.#begin({ kind: "blob", repository, digest: digestOf(bytes) });
    const { headers } = await this.#send(202, "POST", `/v2/${repository}/blobs/uploads/`);
    const location = headers.location ?? "";
    for (let start = 0; start < bytes.length; start += chunkBytes) {
      const body = bytes.subarray(start, start + chunkBytes);
      await this.#send(202, "PATCH", location, { headers: { "Content-Range": `${start}-${start + body.length - 1}` }, body });
    }
    await this.#send(201, "PUT", `${location}?digest=${push.digest}`);
    this.#journal.acknowledge(push);
  }

  async #pushManifest(repository: string, content: object, more: Pick<Push, "tag" | "subject">): Promise<{ digest: Digest; size: number }> {
    const body = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: mediaTypes.ociManifest, ...content }));
    const digest = digestOf(body);
    const push = this.#begin({ kind: "manifest", repository, digest, ...more });
    const headers = { "Content-Type": mediaTypes.ociManifest };
    await this.#send(201, "PUT", `/v2/${repository}/manifests/${more.tag ?? digest}`, { headers, body });
    this.#journal.acknowledge(push);
    return { digest, size: body.length };
  }

  #begin(push: Omit<Push, "began" | "acknowledged">): Push {
    return this.#journal.begin(push);
  }

  async #send(expected: number, method: string, path: string, call: Call = {}): Promise<Reply> {
    const reply = await sendTo(this.#url, method, path, call);
    if (reply.status !== expected) throw new Refused(`${method} ${path}: ${reply.status} ${reply.body.toString()}`);
    return reply;
  }
}
