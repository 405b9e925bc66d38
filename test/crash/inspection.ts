/** Looks at a registry, after a restart, for what was acknowledged and is not there, and for what is there and not whole. */
import assert from "node:assert/strict";
import { matchesDigest, parseDigest, type Digest } from "../../src/core/digest.ts";
import { blobsOf, mediaTypes, parseManifest, type ImageManifest } from "../../src/core/oci/manifest.ts";
import { json, sendTo, type Reply } from "../../src/server/registry/fixture.test.ts";
import type { Journal, Push } from "./journal.ts";

/** Checks these pushes, and every tag of the repositories they went to. */
export async function inspect(url: string, journal: Journal, pushes: readonly Push[]): Promise<void> {
  const registry = new Inspection(url, journal);
  for (const push of pushes) await registry.checkPush(push);
  for (const repository of new Set(pushes.map((push) => push.repository))) await registry.checkTags(repository);
}

class Inspection {
  readonly #url: string;
  readonly #journal: Journal;
  /** Manifests that were found whole. */
  readonly #whole = new Set<string>();

  constructor(url: string, journal: Journal) {
    this.#url = url;
    this.#journal = journal;
  }

  /** An acknowledged push is there; one that was cut off is there whole or not at all. */
  async checkPush({ kind, repository, digest, subject, acknowledged }: Push): Promise<void> {
    const reply = await this.#get(`/v2/${repository}/${kind}s/${digest}`);
    if (acknowledged !== undefined || reply.status !== 404) assertBytes(reply, digest, `${kind} of ${repository}`);
    if (kind === "manifest" && reply.status === 200) await this.#checkManifest(repository, digest);
    if (subject) {
      const listed = await this.#checkReferrers(repository, subject);
      if (acknowledged !== undefined) assert.ok(listed.includes(digest), `${digest} is not listed among the referrers of ${subject}`);
    }
  }

  /** Every tag that is listed leads to a whole manifest that was pushed under it and not replaced, and every acknowledged one is listed. */
  async checkTags(repository: string): Promise<void> {
    const reply = await this.#get(`/v2/${repository}/tags/list?n=1000`);
    const tags = reply.status === 404 ? [] : Object(json(reply)).tags;
    assert.ok(Array.isArray(tags) && reply.headers["link"] === undefined);
    const acknowledged = this.#journal.pushes.filter((push) => push.repository === repository && push.acknowledged !== undefined);
    for (const { tag } of acknowledged) assert.ok(tag === undefined || tags.includes(tag), `${repository}:${tag} is gone`);
    for (const tag of tags.map(String)) {
      const found = await this.#get(`/v2/${repository}/manifests/${tag}`);
      assert.equal(found.status, 200, `${repository}:${tag} is listed and leads nowhere`);
      const digest = parseDigest(String(found.headers["docker-content-digest"]));
      assertBytes(found, digest, `${repository}:${tag}`);
      const candidates = this.#journal.candidates(repository, tag).map((push) => push.digest);
      assert.ok(candidates.includes(digest), `${repository}:${tag} is ${digest}, expected one of ${candidates.join(", ")}`);
      await this.#checkManifest(repository, digest);
      this.#journal.settle(repository, tag, digest);
    }
  }

  async #checkReferrers(repository: string, subject: Digest): Promise<readonly Digest[]> {
    const reply = await this.#get(`/v2/${repository}/referrers/${subject}`);
    assert.equal(reply.status, 200);
    const index = parseManifest(reply.body, mediaTypes.ociIndex);
    assert.ok(index.kind === "index");
    for (const { digest } of index.manifests) await this.#checkManifest(repository, digest);
    return index.manifests.map((entry) => entry.digest);
  }

  /** The manifest and all its parts are there with the right bytes. */
  async #checkManifest(repository: string, digest: Digest): Promise<void> {
    if (this.#whole.has(`${repository}@${digest}`)) return;
    const reply = await this.#get(`/v2/${repository}/manifests/${digest}`);
    assertBytes(reply, digest, `manifest of ${repository}`);
    assert.equal(reply.headers["content-type"], mediaTypes.ociManifest);
    for (const part of partsOf(parseManifest(reply.body, mediaTypes.ociManifest))) {
      assertBytes(await this.#get(`/v2/${repository}/blobs/${part}`), part, `part of ${repository}@${digest}`);
    }
    this.#whole.add(`${repository}@${digest}`);
  }

  #get(path: string): Promise<Reply> {
    return sendTo(this.#url, "GET", path);
  }
}

function partsOf(manifest: ReturnType<typeof parseManifest>): readonly Digest[] {
  assert.ok(isImage(manifest));
  return blobsOf(manifest).map((part) => part.digest);
}

function isImage(manifest: ReturnType<typeof parseManifest>): manifest is ImageManifest {
  return manifest.kind === "image";
}

function assertBytes(reply: Reply, digest: Digest, what: string): void {
  assert.equal(reply.status, 200, `${what} ${digest}: ${reply.body.toString().slice(0, 200)}`);
  assert.ok(matchesDigest(reply.body, digest), `${what}: the bytes do not have the digest ${digest}`);
}
