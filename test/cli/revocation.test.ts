/** The revocation status of certificates in `touchmark verify`: which hosts are contacted, and which never. */
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { once } from "node:events";
import { copyFile, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { encodePem } from "../../src/core/asn1/pem.ts";
import { extensions, makeDer, makeKey } from "../../src/core/x509/fixture.test.ts";
import { makeCrl, revocable, type CrlShape } from "../../src/core/x509/revocation-fixture.test.ts";
import { putImage } from "../fakes/signers.ts";
import { bench, type Bench, type Outcome } from "./harness.ts";

const hour = 60 * 60 * 1000;
const now = Date.UTC(2026, 10, 21, 9);

interface Signed extends Bench {
  /** Paths that were requested from the authority's server. */
  readonly asked: readonly string[];
  verify(...flags: readonly string[]): Promise<Outcome>;
}

/** An image signed with a certificate whose authority publishes this CRL. */
async function signed(t: TestContext, list: Partial<CrlShape> = {}): Promise<Signed> {
  const location = await bench(t);
  const keys = { root: makeKey(), leaf: makeKey() };
  const crl = makeCrl({ issuer: "root", signedBy: keys.root.privateKey, thisUpdate: now - hour, nextUpdate: now + hour, ...list });
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? "");
    response.end(crl);
  }).listen(0, "127.0.0.1");
  t.after(() => server.close());
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" ? address?.port : undefined;
  const root = makeDer({ subject: "root", key: keys.root, extensions: [extensions.authority(), extensions.keyCertSign] });
  const leaf = makeDer({
    subject: "release",
    issuer: "root",
    key: keys.leaf,
    signedBy: keys.root.privateKey,
    extensions: [extensions.digitalSignature, revocable.crl(`http://127.0.0.1:${port}/list.crl`)],
  });
  const pem = (der: Uint8Array): string => encodePem("CERTIFICATE", der);
  await writeFile(location.path("root.pem"), pem(root));
  await writeFile(location.path("chain.pem"), pem(leaf) + pem(root));
  await writeFile(location.path("leaf.key"), keys.leaf.privateKey.export({ type: "pkcs8", format: "pem" }));
  const image = `${location.address}/app:1`;
  await putImage(location.repository(image), "x", "1");
  const chain = ["--certificate-chain", location.path("chain.pem")];
  const made = await location.run("sign", "--format", "notation", "--key", location.path("leaf.key"), ...chain, image);
  assert.equal(made.status, 0, made.stderr);
  return { ...location, asked, verify: (...flags) => location.run("verify", ...flags, image) };
}

const revoked: Partial<CrlShape> = { entries: [{ serial: 7, reason: 1 }] };
const allowed = "--revocation-allow-private";

describe("verify: revocation", () => {
  it("allows a signature by a good certificate", async (t) => {
    const { verify, path, asked } = await signed(t);
    const { status, stdout } = await verify("--certificate", path("root.pem"), allowed, "-o", "json");
    assert.equal(status, 0, stdout);
    assert.deepEqual(asked, ["/list.crl"]);
    const [finding] = JSON.parse(stdout).findings;
    assert.equal(finding.needs, undefined);
    assert.ok(finding.checks.some((check: { name: string; outcome: string }) => check.name === "revocation" && check.outcome === "passed"));
  });

  it("refuses a signature by a revoked certificate", async (t) => {
    const { verify, path } = await signed(t, revoked);
    const { status, stdout } = await verify("--certificate", path("root.pem"), allowed);
    assert.equal(status, 21, stdout);
    assert.match(stdout, /^refused: REVOKED/);
  });

  it("refuses a revoked certificate for a file as well", async (t) => {
    const { run, path, asked } = await signed(t, revoked);
    await writeFile(path("app"), "what is signed");
    const signer = ["--key", path("leaf.key"), "--certificate-chain", path("chain.pem")];
    assert.equal((await run("sign-blob", "--format", "notation", ...signer, path("app"))).status, 0);
    const verify = ["verify-blob", "--certificate", path("root.pem"), "--signature", path("app.jws.sig"), path("app")];
    const { status, stdout } = await run(...verify, allowed);
    assert.equal(status, 21, stdout);
    assert.match(stdout, /^refused: REVOKED/);
    assert.deepEqual(asked, ["/list.crl"]);
    assert.equal((await run(...verify, "--offline")).status, 32);
  });

  it("contacts private addresses only with the flag, and none offline; is undecided then", async (t) => {
    const { verify, path, asked } = await signed(t);
    for (const flags of [[], ["--offline", allowed]]) {
      const { status, stdout } = await verify("--certificate", path("root.pem"), ...flags);
      assert.equal(status, flags.length > 0 ? 32 : 30, stdout);
      assert.match(stdout, /^undecided: /);
    }
    assert.deepEqual(asked, []);
  });

  it("makes no request for an untrusted certificate", async (t) => {
    const { verify, path, asked } = await signed(t);
    const other = makeDer({ subject: "root", key: makeKey(), extensions: [extensions.authority(), extensions.keyCertSign] });
    await writeFile(path("other.pem"), encodePem("CERTIFICATE", other));
    const { status, stdout } = await verify("--certificate", path("other.pem"), allowed);
    assert.equal(status, 12, stdout);
    assert.match(stdout, /^refused: CERTIFICATE_UNTRUSTED/);
    assert.deepEqual(asked, []);
  });

  it("leads to what the level of a trust policy says", async (t) => {
    const { verify, path, asked, folder } = await signed(t, revoked);
    const store = join(folder, "truststore/x509/ca/acme");
    await mkdir(store, { recursive: true });
    await copyFile(path("root.pem"), join(store, "root.pem"));
    const withLevel = async (signatureVerification: object): Promise<Outcome> => {
      const statement = { name: "acme", registryScopes: ["*"], signatureVerification, trustStores: ["ca:acme"], trustedIdentities: ["*"] };
      await writeFile(join(folder, "trustpolicy.json"), JSON.stringify({ version: "1.0", trustPolicies: [statement] }));
      return verify("--notation-config", folder, allowed);
    };
    assert.equal((await withLevel({ level: "strict" })).status, 21);
    const mentioned = await withLevel({ level: "permissive" });
    assert.equal(mentioned.status, 0, mentioned.stdout);
    assert.match(mentioned.stdout, /revocation failed/);
    const before = asked.length;
    const skipped = await withLevel({ level: "strict", override: { revocation: "skip" } });
    assert.equal(skipped.status, 0, skipped.stdout);
    assert.match(skipped.stdout, /revocation undecided .*was not asked/);
    assert.equal(asked.length, before);
  });
});
