/** Updates a trusted root from a test's own TUF repository. */
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import type { TrustRootContent } from "../../src/trust-sources/tuf/content.ts";
import { folderOf } from "../../src/trust-sources/tuf/cache-entry.ts";
import { readTrustRoot } from "../../src/trust-sources/tuf/read.ts";
import { updateTrustRoot, type UpdateOptions } from "../../src/trust-sources/tuf/update.ts";
import { TouchmarkError, type Code } from "../../src/core/errors.ts";
import { createHttpClient } from "../../src/net/http-client.ts";
import { published, type TufRepository } from "./tuf-repository.ts";

export const day: number = 24 * 60 * 60 * 1000;

export interface Updating {
  readonly folder: string;
  readonly update: (more?: Partial<UpdateOptions>) => Promise<TrustRootContent>;
  readonly read: (at?: number) => Promise<TrustRootContent | undefined>;
  /** Asserts that the update is refused with this error, and that the stored trusted root is still readable. */
  readonly refuses: (code: Code, message: RegExp, more?: Partial<UpdateOptions>) => Promise<void>;
}

/** A mirror on loopback and an empty store; both end with the test. */
export async function updating(t: TestContext, repository: TufRepository): Promise<Updating> {
  const cache = await mkdtemp(join(tmpdir(), "touchmark-tuf-"));
  t.after(() => rm(cache, { recursive: true, force: true }));
  const mirror = await repository.serve(t);
  const folder = folderOf(mirror, cache);
  const http = createHttpClient({ sleep: async () => {} });
  const { root } = repository;
  const update: Updating["update"] = (more) =>
    updateTrustRoot({
      mirror,
      root,
      names: ["trusted_root.json"],
      folder,
      http,
      at: published,
      signal: AbortSignal.timeout(60_000),
      ...more,
    });
  const read: Updating["read"] = (at = published) => readTrustRoot({ folder, root, at });
  return {
    folder,
    update,
    read,
    async refuses(code, message, more) {
      const before = await read().catch((error: unknown) => error);
      await assert.rejects(update(more), (error) => {
        assert.ok(error instanceof TouchmarkError, String(error));
        assert.equal(error.code, code, error.message);
        assert.match(error.message, message);
        return true;
      });
      assert.deepEqual(await read().catch((error: unknown) => error), before);
    },
  };
}

export function textOf(content: TrustRootContent | undefined, name = "trusted_root.json"): string | undefined {
  return content?.targets.get(name)?.toString();
}
