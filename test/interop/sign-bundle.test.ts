/** The conformance client signs with a private sigstore, and cosign accepts what it wrote. */
import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { startPrivateSigstore, type PrivateSigstore } from "./harness/private-sigstore.ts";
import { run } from "./harness/run.ts";
import { peerPath } from "./peers/peer.ts";

const client = join(import.meta.dirname, "../conformance/sigstore/client");
const email = "dev@example.com";
let folder: string;
let sigstore: PrivateSigstore;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "touchmark-sign-bundle-"));
  sigstore = await startPrivateSigstore(join(folder, "sigstore"));
});
after(async () => {
  await sigstore.stop();
  await rm(folder, { recursive: true });
});

test("sign-bundle writes what verify-bundle and cosign verify-blob accept", async () => {
  const [file, bundle] = [join(folder, "file"), join(folder, "file.sigstore.json")];
  await writeFile(file, "content");
  const { trustedRoot, signingConfig } = sigstore.files;
  const services = ["--trusted-root", trustedRoot, "--signing-config", signingConfig];
  const words = ["sign-bundle", "--identity-token", sigstore.identities.token(email), ...services, "--bundle", bundle, file];
  const signed = await run(process.execPath, [client, ...words], {});
  assert.equal(signed.status, 0, signed.stderr);

  const expected = ["--certificate-identity", email, "--certificate-oidc-issuer", sigstore.identities.origin];
  const common = ["--bundle", bundle, "--trusted-root", trustedRoot, "--insecure-ignore-sct", ...expected];
  const ours = await run(process.execPath, [client, "verify-bundle", ...common, file], {});
  assert.equal(ours.status, 0, ours.stderr);
  const cosigns = await run(peerPath("cosign"), ["verify-blob", "--use-signed-timestamps", ...common, file], {});
  assert.equal(cosigns.status, 0, cosigns.stderr);

  await writeFile(file, "other content");
  assert.notEqual((await run(process.execPath, [client, "verify-bundle", ...common, file], {})).status, 0);
});
