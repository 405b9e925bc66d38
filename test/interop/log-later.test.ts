/** A signature that waited for its log is, once it is complete, one that cosign accepts; until then it refuses it, and it does no harm. */
import assert from "node:assert/strict";
import { mkdtempDisposable } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { it } from "node:test";
import * as cosign from "./harness/cosign.ts";
import { startPrivateSigstore } from "./harness/private-sigstore.ts";
import { craneRegistry, openSite } from "./harness/site.ts";
import * as touchmark from "./harness/touchmark.ts";

const someone = "someone@example.com";

it("a signature that waited for its log is accepted by cosign once it is complete", async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), "touchmark-log-later-"));
  const [sigstore, site] = await Promise.all([startPrivateSigstore(folder.path), openSite(craneRegistry)]);
  try {
    const image = await site.push("later");
    const { files, identities } = sigstore;
    const services = ["--trusted-root", files.trustedRoot, "--signing-config", files.signingConfig];
    const signLater = () =>
      touchmark.signKeyless(image, "bundle", [...services, "--identity-token", identities.token(someone), "--log-upload", "later"]);
    await signLater();
    const verifyBoth = async () =>
      [
        await cosign.verifyKeyless(image, files.trustedRoot, someone, identities.origin),
        await touchmark.verifyKeyless(image, files.trustedRoot, someone, identities.origin),
      ].map(({ status, stdout, stderr }) => ({ isGood: status === 0, said: stdout + stderr }));
    for (const { isGood, said } of await verifyBoth()) assert.ok(!isGood, said);
    await touchmark.flushLog(image, services);
    for (const { isGood, said } of await verifyBoth()) assert.ok(isGood, said);
    await signLater();
    for (const { isGood, said } of await verifyBoth()) assert.ok(isGood, said);
  } finally {
    await Promise.all([sigstore.stop(), site.close()]);
  }
});
