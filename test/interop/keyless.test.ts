/** What cosign signs without a key, in a sigstore of one's own, Touchmark verifies for whoever it was. */
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import * as cosign from "./harness/cosign.ts";
import { startPrivateSigstore, type PrivateSigstore } from "./harness/private-sigstore.ts";
import { craneRegistry, openSite, type Site } from "./harness/site.ts";
import * as touchmark from "./harness/touchmark.ts";

const someone = "someone@example.com";

describe("an image that cosign signed without a key", () => {
  let folder: string;
  let sigstore: PrivateSigstore;
  let site: Site;
  let image: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "touchmark-keyless-"));
    [sigstore, site] = await Promise.all([startPrivateSigstore(folder), openSite(craneRegistry)]);
    image = await site.push("keyless");
    await cosign.signKeyless(image, sigstore.files, sigstore.identities.token(someone));
  });
  after(async () => {
    await Promise.all([sigstore.stop(), site.close()]);
    await rm(folder, { recursive: true });
  });

  test("passes for whoever signed", async () => {
    const { status, stderr } = await touchmark.verifyKeyless(image, sigstore.files.trustedRoot, someone, sigstore.identities.origin);
    assert.equal(status, 0, stderr);
  });

  test("does not pass for anybody else, or for somebody of that name elsewhere", async () => {
    for (const [identity, issuer] of [
      ["mallory@example.com", sigstore.identities.origin],
      [someone, "https://issuer.example.com"],
    ] as const) {
      const { status, stdout, stderr } = await touchmark.verifyKeyless(image, sigstore.files.trustedRoot, identity, issuer);
      assert.equal(status, 12, stdout + stderr);
      assert.match(stdout + stderr, /IDENTITY_MISMATCH/);
    }
  });
});
