/** Key pairs that Touchmark makes are key pairs that cosign signs with. */
import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import * as cosign from "./harness/cosign.ts";
import { keyKinds } from "./harness/keys.ts";
import { craneRegistry, openSite, type Site } from "./harness/site.ts";
import * as touchmark from "./harness/touchmark.ts";

describe("touchmark keys generate", { concurrency: 2 }, () => {
  let site: Site;
  let folder: string;
  before(async () => {
    site = await openSite(craneRegistry);
    folder = await mkdtemp(join(tmpdir(), "touchmark-keys-"));
  });
  after(async () => {
    await site.close();
    await rm(folder, { recursive: true });
  });

  for (const { name } of keyKinds) {
    test(name, async () => {
      const prefix = join(folder, name);
      await touchmark.generateKey(prefix, name);
      assert.equal(await cosign.publicKey(prefix), await readFile(`${prefix}.pub`, "utf8"));

      const image = await site.push(name);
      await cosign.sign(image, prefix, "bundle");
      const { status, stderr } = await touchmark.verify(image, prefix);
      assert.equal(status, 0, stderr);
    });
  }
});
