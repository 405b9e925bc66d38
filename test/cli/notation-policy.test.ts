/** Verifying by the trust policy and the stores that notation keeps: levels, scopes, and what is wrong with them. */
import assert from "node:assert/strict";
import { rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { day, makeCompany, pem, writeTrustFolder, type Company, type Signer, type Statement } from "../fakes/notary.ts";
import { putImage } from "../fakes/signers.ts";
import { bench, type Bench, type Outcome } from "./harness.ts";
import { isVerdict } from "./is-verdict.ts";

const now = Date.UTC(2026, 10, 21, 9);

interface Place extends Bench {
  readonly acme: Company;
  readonly release: Signer;
  /** An image with a tag, and its repository. */
  readonly image: string;
  readonly scope: string;
  /** Signs the image in the format notation. */
  sign(...flags: readonly string[]): Promise<Outcome>;
  /** Verifies it, by these statements, at a time after now. */
  verify(statements: Statement | readonly Statement[], ...flags: readonly string[]): Promise<Outcome>;
  verifyAfter(wait: number, statements: Statement, ...flags: readonly string[]): Promise<Outcome>;
}

async function placeOf(t: TestContext): Promise<Place> {
  const b = await bench(t);
  const acme = await makeCompany(b.folder, "acme");
  const mallory = await makeCompany(b.folder, "mallory");
  const release = await acme.signer("release");
  const scope = `${b.address}/app`;
  const image = `${scope}:1`;
  await putImage(b.repository(image), "x", "1");
  const stores = { "ca/acme": [acme.root], "ca/mallory": [mallory.root] };
  const verifyAfter: (...parameters: [number, Statement | readonly Statement[], ...string[]]) => Promise<Outcome> = async (
    wait,
    statements,
    ...flags
  ) => {
    await writeTrustFolder(b.path("notation"), { statements: [statements].flat(), stores });
    return b.runWith({ now: () => now + wait }, "verify", "--notation-config", b.path("notation"), ...flags, image);
  };
  return {
    ...b,
    acme,
    release,
    image,
    scope,
    sign: (...flags) => b.run("sign", "--format", "notation", ...release.flags, ...flags, image),
    verify: (statements, ...flags) => verifyAfter(0, statements, ...flags),
    verifyAfter,
  };
}

const level = (name: string, override?: object): Statement => ({ signatureVerification: { level: name, ...(override && { override }) } });
const hour = 60 * 60 * 1000;

describe("a trust policy's level", () => {
  it("strict enforces every check", async (t) => {
    const { sign, verify, verifyAfter } = await placeOf(t);
    await sign("--expiry", "1h");
    assert.equal((await verify(level("strict"))).status, 0);
    const late = await verifyAfter(2 * hour, level("strict"));
    assert.equal(late.status, 22, late.stdout);
    const stranger = await verify({ trustStores: ["ca:mallory"] });
    assert.match(stranger.stdout, /^refused: CERTIFICATE_UNTRUSTED/);
    const other = await verify({ trustedIdentities: ["x509.subject: C=US, ST=WA, O=other"] });
    assert.match(other.stdout, /^refused: IDENTITY_MISMATCH/);
  });

  it("permissive lets what is expired pass, and the verdict says that it is", async (t) => {
    const { sign, verifyAfter } = await placeOf(t);
    await sign("--expiry", "1h");
    const late = await verifyAfter(2 * hour, level("permissive"));
    assert.equal(late.status, 0, late.stdout);
    assert.match(
      late.stdout,
      /^allowed[\s\S]*expiry failed \(was meant to be used until 2026-11-21T10:00:00Z; now is 2026-11-21T11:00:00Z\)/,
    );
    const json = await verifyAfter(2 * hour, level("permissive"), "-o", "json");
    const verdict = JSON.parse(json.stdout);
    assert.equal(isVerdict(verdict), true, JSON.stringify(isVerdict.errors));
    assert.equal(verdict.decision, "allow");
    const [finding] = verdict.findings;
    assert.equal(finding.outcome, "failed");
    assert.equal(finding.checks.find(({ name }: { readonly name: string }) => name === "expiry").code, "EXPIRED");
    const stranger = await verifyAfter(0, { ...level("permissive"), trustStores: ["ca:mallory"] });
    assert.match(stranger.stdout, /^refused: CERTIFICATE_UNTRUSTED/);
  });

  it("permissive shows a tag that was rolled back to an image whose signature has run out", async (t) => {
    const { image, repository, release, run, sign, verifyAfter } = await placeOf(t);
    await sign("--expiry", "1h");
    const old = await repository(image).manifest("1", new AbortController().signal);
    assert.ok(old);
    await putImage(repository(image), "newer", "1");
    assert.equal((await run("sign", "--format", "notation", ...release.flags, image)).status, 0);
    const newer = await verifyAfter(2 * hour, level("permissive"));
    assert.equal(newer.status, 0, newer.stdout);
    assert.doesNotMatch(newer.stdout, /failed/);

    await repository(image).putManifest(old.bytes, old.descriptor.mediaType, "1", new AbortController().signal);
    const rolledBack = await verifyAfter(2 * hour, level("permissive"));
    assert.equal(rolledBack.status, 0, rolledBack.stdout);
    assert.match(rolledBack.stdout, /expiry failed \(was meant to be used until/);
    const strict = await verifyAfter(2 * hour, level("strict"));
    assert.equal(strict.status, 22, strict.stdout);
    const overridden = await verifyAfter(2 * hour, level("permissive", { expiry: "enforce" }));
    assert.equal(overridden.status, 22, overridden.stdout);
  });

  it("audit only mentions who signed, and still refuses what was altered or is for another image", async (t) => {
    const { address, image, path, repository, run, sign, verify } = await placeOf(t);
    await sign();
    const audited = await verify({ ...level("audit"), trustStores: ["ca:mallory"] });
    assert.equal(audited.status, 0, audited.stdout);
    assert.match(audited.stdout, /certificate failed \(leads to .*root.*, which is not among the trusted certificates \(ca:mallory\)\)/);
    const signal = new AbortController().signal;
    const signature = JSON.parse((await run("tree", "-o", "json", image)).stdout).attached[0].digest;
    const stored = await repository(image).manifest(signature, signal);
    assert.ok(stored);
    const other = await putImage(repository(image), "other", "2");
    const moved = JSON.parse(Buffer.from(stored.bytes).toString());
    moved.subject = { mediaType: other.mediaType, digest: other.digest, size: other.size };
    await repository(image).putManifest(Buffer.from(JSON.stringify(moved)), stored.descriptor.mediaType, undefined, signal);
    const copied = await run("verify", "--notation-config", path("notation"), `${address}/app:2`);
    assert.equal(copied.status, 12);
    assert.match(copied.stdout, /^refused: SUBJECT_MISMATCH/);
  });

  it("skip requires nothing, and the verdict says so", async (t) => {
    const { path, repository, image, run, scope, verify } = await placeOf(t);
    const skipped = { ...level("skip"), name: "no-need", registryScopes: [scope], trustStores: [], trustedIdentities: [] };
    const { status, stdout } = await verify(skipped);
    assert.equal(status, 0, stdout);
    assert.match(stdout, /^allowed[\s\S]* {2}required {3}nothing: no-need asks for no signature\n/);
    const json = await verify(skipped, "-o", "json");
    const verdict = JSON.parse(json.stdout);
    assert.equal(isVerdict(verdict), true, JSON.stringify(isVerdict.errors));
    assert.deepEqual([verdict.decision, verdict.requirements, verdict.policy.name], ["allow", [], "no-need"]);
    await putImage(repository(image), "unsigned", "1");
    await run("keys", "generate", "--output-key-prefix", path("mine"));
    const named = await verify(skipped, "--key", path("mine.pub"), "--any-of");
    assert.equal(named.status, 10, named.stdout);
  });

  it("is changed by overrides, one validation at a time", async (t) => {
    const { sign, verify, verifyAfter } = await placeOf(t);
    await sign("--expiry", "1h");
    const lenient = await verifyAfter(2 * hour, level("strict", { expiry: "log" }));
    assert.equal(lenient.status, 0, lenient.stdout);
    const ended = await verifyAfter(60 * day, level("strict", { expiry: "log" }));
    assert.equal(ended.status, 22, "the certificates have ended too");
    assert.equal((await verifyAfter(60 * day, level("strict", { expiry: "log", authenticTimestamp: "log" }))).status, 0);
    const anyone = await verify({ ...level("strict", { authenticity: "log" }), trustStores: ["ca:mallory"] });
    assert.equal(anyone.status, 0, anyone.stdout);
    for (const override of [{ integrity: "log" }, { expiry: "skip" }, { authenticity: "never" }]) {
      const { status, stderr, stdout } = await verify(level("strict", override));
      assert.notEqual(status, 0, JSON.stringify(override) + stdout);
      assert.match(stderr + stdout, /override/);
    }
  });
});

describe("a trust policy", () => {
  it("is for the repositories it names, the exact one before all", async (t) => {
    const { address, scope, sign, verify } = await placeOf(t);
    await sign();
    const strangers = { name: "all", trustStores: ["ca:mallory"] };
    const ours = { name: "ours", registryScopes: [scope] };
    assert.equal((await verify([strangers, ours])).status, 0);
    assert.equal((await verify([ours, strangers])).status, 0);
    const other = await verify([strangers, { ...ours, registryScopes: [`${address}/other`] }]);
    assert.match(other.stdout, /^refused: CERTIFICATE_UNTRUSTED[\s\S]*ca:mallory/);
  });

  it("without a statement for the repository is no answer", async (t) => {
    const { address, path, sign, verify, run } = await placeOf(t);
    await sign();
    for (const scopes of [[`${address}/other`], [`${address}/app/below`], [`${address}/ap`], ["registry.example/app"]]) {
      const { status, stdout, stderr } = await verify({ registryScopes: scopes });
      assert.equal(status, 2, stdout);
      assert.match(stderr, new RegExp(`^error: no statement of the trust policy in .* is for ${address}/app\nhint: Add one`));
    }
    const nowhere = await run("verify", "--notation-config", path("nowhere"), `${address}/app:1`);
    assert.equal(nowhere.status, 2, nowhere.stdout);
    assert.match(nowhere.stderr, /has no trustpolicy\.oci\.json and no trustpolicy\.json/);
  });

  it("and its stores are refused whole where a part is wrong", async (t) => {
    const { path, release, sign, verify, run, image } = await placeOf(t);
    await sign();
    for (const [statement, says] of [
      [{ trustStores: ["ca:none"] }, /ca\/none: there is no such folder/],
      [{ trustStores: ["ca:../acme"] }, /trustStores has/],
      [{ trustStores: ["tpm:acme"] }, /trustStores has/],
      [{ trustedIdentities: ["*", "x509.subject: C=US, ST=WA, O=acme"] }, /"\*" beside other identities/],
      [{ trustedIdentities: ["*", "did:web:acme.example"] }, /"\*" beside other identities/],
      [{ trustedIdentities: ["release"] }, /"release", expected a type/],
      [{ signatureVerification: { level: "lax" } }, /"lax", expected strict/],
      [{ colour: "red" }, /has the member "colour"/],
    ] as const) {
      const { status, stdout, stderr } = await verify(statement);
      assert.ok(status !== 0 && status !== 12, stdout);
      assert.match(stdout + stderr, says);
    }
    assert.equal((await verify({})).status, 0);
    const store = path("notation/truststore/x509/ca/acme");
    await writeFile(join(store, "leaf.pem"), pem(release.certificate));
    const withLeaf = await run("verify", "--notation-config", path("notation"), image);
    assert.match(withLeaf.stderr + withLeaf.stdout, /neither an authority's nor signed by itself/);
    await rm(join(store, "leaf.pem"));
    await symlink(path("acme.crt"), join(store, "link.pem"));
    const withLink = await run("verify", "--notation-config", path("notation"), image);
    assert.match(withLink.stderr + withLink.stdout, /symbolic links are not followed/);
  });
});

describe("NOTATION_CONFIG", () => {
  it("names the folder, where no flag says who is expected", async (t) => {
    const { acme, image, path, runWith, sign } = await placeOf(t);
    await sign();
    await writeTrustFolder(path("conf"), { statements: [{}], stores: { "ca/acme": [acme.root] } }, "trustpolicy.oci.json");
    const env = { NOTATION_CONFIG: path("conf") };
    const verified = await runWith({ env }, "verify", image);
    assert.equal(verified.status, 0, verified.stderr);
    assert.equal((await runWith({ env: { NOTATION_CONFIG: "" } }, "verify", image)).status, 2);
    assert.equal((await runWith({ env: {} }, "verify", image)).status, 2);
    assert.equal((await runWith({ env: { NOTATION_CONFIG: path("nowhere") } }, "verify", image)).status, 2);
    const flag = await runWith({ env: { NOTATION_CONFIG: path("nowhere") } }, "verify", "--notation-config", path("conf"), image);
    assert.equal(flag.status, 0, flag.stderr);
  });

  it("adds nothing to a key or an identity that is named, unless --any-of says so", async (t) => {
    const { acme, image, path, run, runWith, sign } = await placeOf(t);
    await sign();
    await run("keys", "generate", "--output-key-prefix", path("mine"));
    await writeTrustFolder(path("conf"), { statements: [{}], stores: { "ca/acme": [acme.root] } });
    const env = { NOTATION_CONFIG: path("conf") };
    const byKey = await runWith({ env }, "verify", "--key", path("mine.pub"), image);
    assert.equal(byKey.status, 12, byKey.stdout);
    assert.match(byKey.stdout, /^refused: KEY_MISMATCH/);
    const both = ["verify", "--key", path("mine.pub"), "--notation-config", path("conf"), image];
    assert.equal((await runWith({ env }, ...both)).status, 2);
    assert.equal((await runWith({ env }, ...both, "--any-of")).status, 0, "a flag adds it");
  });
});
