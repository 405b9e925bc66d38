/** Verifying by identity, as a person types it. */
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { describe, it, type TestContext } from "node:test";
import { putImage, putReferrer } from "../fakes/signers.ts";
import { sigstoreInstance, type Workflow } from "../fakes/sigstore-instance.ts";
import { bench, type Bench, type Outcome } from "./harness.ts";

const at = Date.UTC(2026, 10, 21, 8);
const release: Workflow = {
  identity: "https://github.com/example/app/.github/workflows/release.yml@refs/heads/main",
  issuer: "https://token.actions.githubusercontent.com",
  claims: { 12: "https://github.com/example/app", 14: "refs/heads/main" },
};
const bundleType = "application/vnd.dev.sigstore.bundle.v0.3+json";

interface Signed extends Bench {
  /** Verifies the image against the instance's root. */
  verify(...flags: readonly string[]): Promise<Outcome>;
}

async function signed(t: TestContext): Promise<Signed> {
  const location = await bench(t);
  const instance = sigstoreInstance(at);
  await writeFile(location.path("root.json"), instance.trustedRoot);
  const repository = location.repository(`${location.address}/app`);
  const image = await putImage(repository, "x", "1");
  await putReferrer(repository, {
    subject: image,
    artifactType: bundleType,
    layer: { mediaType: bundleType, bytes: instance.sign(image, release) },
  });
  const verify = (...flags: readonly string[]) =>
    location.run("verify", "--trusted-root", location.path("root.json"), ...flags, `${location.address}/app:1`);
  return { ...location, verify };
}

const identity = ["--certificate-identity", release.identity];
const issuer = ["--certificate-oidc-issuer", release.issuer];

describe("verify by identity", () => {
  it("allows what the workflow signed, and reports it with all that was checked", async (t) => {
    const { verify } = await signed(t);
    const { status, stdout, stderr } = await verify(...identity, ...issuer, "-o", "json");
    assert.equal(status, 0, stdout + stderr);
    const verdict = JSON.parse(stdout);
    assert.deepEqual(verdict.unchecked, []);
    const [finding] = verdict.findings;
    assert.deepEqual(
      finding.checks.map(({ name, outcome }: { name: string; outcome: string }) => `${name} ${outcome}`),
      ["format", "timestamp", "log", "certificate", "sct", "signature", "subject"].map((name) => `${name} passed`),
    );
    const [{ considered }] = verdict.requirements;
    assert.deepEqual(
      considered.map(({ finding: index, authority, checks }: { finding: number; authority: string; checks: { name: string }[] }) => [
        index,
        authority,
        checks.map(({ name }) => name),
      ]),
      [[0, "signer", ["identity"]]],
    );
    assert.deepEqual(finding.verifiedTimestamps, [
      { kind: "timestamp", by: "https://stamps.test", at: "2026-11-21T08:00:00Z" },
      { kind: "log", by: "https://two.log.test", index: 5 },
    ]);
    const { anchor, ...signer } = finding.signer;
    assert.match(anchor.digest, /^sha256:/);
    assert.deepEqual(signer, {
      kind: "certificate",
      identity: release.identity,
      issuer: release.issuer,
      claims: { sourceRepositoryUri: "https://github.com/example/app", sourceRepositoryRef: "refs/heads/main" },
    });
  });

  it("says to people from where the workflow signed", async (t) => {
    const { verify } = await signed(t);
    const { stdout } = await verify(...identity, ...issuer);
    assert.match(stdout, /^ {2}source {5}https:\/\/github\.com\/example\/app at refs\/heads\/main$/m);
  });

  it("refuses another identity, issuer or claim, and says who signed", async (t) => {
    const { verify } = await signed(t);
    const refused = [
      ["--certificate-identity", `${release.identity}x`, ...issuer],
      [...identity, "--certificate-oidc-issuer", "https://gitlab.com"],
      [...identity, ...issuer, "--certificate-claim", "sourceRepositoryRef=refs/heads/evil"],
      [...identity, ...issuer, "--certificate-github-workflow-ref", "refs/heads/main"],
      ["--certificate-identity-regexp", "https://github.com/example/app", ...issuer],
    ];
    for (const flags of refused) {
      const { status, stdout } = await verify(...flags);
      assert.equal(status, 12, stdout);
      assert.match(stdout, /^refused: IDENTITY_MISMATCH/);
      assert.match(stdout, /found .*release\.yml@refs\/heads\/main \(https:\/\/token/);
    }
  });

  it("says which of the claims are others", async (t) => {
    const { verify } = await signed(t);
    const claims = ["sourceRepositoryRef=refs/heads/evil", "sourceRepositoryUri=https://github.com/example/app"];
    const flags = ["--certificate-github-workflow-ref", "refs/heads/main", ...claims.flatMap((claim) => ["--certificate-claim", claim])];
    const { stdout } = await verify(...identity, ...issuer, ...flags);
    assert.match(stdout, /found .* with no githubWorkflowRef, sourceRepositoryRef=refs\/heads\/main is none of those expected\n/);
    const other = await verify("--certificate-identity", "x", ...issuer, "--certificate-claim", "tokenSubject=x");
    assert.match(other.stdout, /found .*actions\.githubusercontent\.com\) is none of those expected\n/);
  });

  it("takes patterns of the whole text, and claims by any name", async (t) => {
    const { verify } = await signed(t);
    const pattern = ["--certificate-identity-regexp", "https://github\\.com/example/.*"];
    const claim = ["--certificate-claim", "sourceRepositoryRef=refs/heads/main"];
    const { status, stdout, stderr } = await verify(...pattern, ...issuer, ...claim);
    assert.equal(status, 0, stdout);
    assert.equal(stderr, "");
  });

  it("names a pattern that matches only the beginning of the identity", async (t) => {
    const { verify } = await signed(t);
    const { status, stdout } = await verify("--certificate-identity-regexp", "https://github\\.com/example/", ...issuer);
    assert.equal(status, 12, stdout);
    assert.match(stdout, /example\/\/ matches the beginning only, and a pattern must match the whole text: append \.\*/);
  });

  it("warns of a pattern that matches every signer, and refuses one that cannot be read", async (t) => {
    const { verify } = await signed(t);
    for (const pattern of [".*", "^.+$", "(?s).*|x"]) {
      const { status, stderr } = await verify("--certificate-identity-regexp", pattern, ...issuer);
      assert.equal(status, 0);
      assert.match(stderr, /^warning: --certificate-identity-regexp .* matches every signer/);
    }
    for (const pattern of ["https://.*", "https://[^/]+(/.*)?"]) {
      const { status, stderr } = await verify(...identity, "--certificate-oidc-issuer-regexp", pattern);
      assert.equal(status, 0);
      assert.match(stderr, /^warning: --certificate-oidc-issuer-regexp https:.* matches every signer/);
    }
    const bad = await verify("--certificate-identity-regexp", "(?=x)", ...issuer);
    assert.equal(bad.status, 2, bad.stdout);
  });

  it("takes linear time for a pattern that takes others forever", async (t) => {
    const { verify } = await signed(t);
    const { status } = await verify("--certificate-identity-regexp", "(([a-z:/.@_-]+)*)*!", ...issuer);
    assert.equal(status, 12);
  });

  it("never lets any identity do", async (t) => {
    const { verify } = await signed(t);
    for (const [flags, says] of [
      [[], /nothing says whose signature is expected/],
      [identity, /not who must have vouched for it/],
      [issuer, /not the identity/],
      [["--certificate-claim", "sourceRepositoryRef=x"], /narrows an identity/],
      [["--certificate-identity", "", ...issuer], /is empty/],
      [[...identity, "--certificate-identity-regexp", ".*", ...issuer], /cannot both be given/],
      [[...identity, ...issuer, "--certificate-claim", "colour=red"], /a claim is NAME=VALUE/],
    ] as const) {
      const { status, stderr } = await verify(...flags);
      assert.equal(status, 2, stderr);
      assert.match(stderr, says);
    }
  });

  it("reports what it was told not to check", async (t) => {
    const { verify } = await signed(t);
    const { status, stdout } = await verify(...identity, ...issuer, "--insecure-ignore-sct", "--insecure-ignore-tlog", "-o", "json");
    assert.equal(status, 0, stdout);
    const verdict = JSON.parse(stdout);
    assert.deepEqual(verdict.unchecked, ["sct", "log"]);
    const text = await verify(...identity, ...issuer, "--insecure-ignore-sct", "--insecure-ignore-tlog");
    assert.match(text.stdout, /^ {2}unchecked {2}sct, log/m);
  });

  it("tells signatures by key from those by certificate", async (t) => {
    const { verify, run, path, address } = await signed(t);
    await run("keys", "generate", "--output-key-prefix", path("mine"));
    const byKey = await verify("--key", path("mine.pub"));
    assert.match(byKey.stdout, /^refused: KEY_MISMATCH[\s\S]*made with a certificate of .*, not with /);
    await run("sign", "--key", path("mine.key"), `${address}/app:1`);
  });

  it("expects a key or an identity only if --any-of says so: to name one more never loosens the check", async (t) => {
    const { verify, run, path, address } = await signed(t);
    await run("keys", "generate", "--output-key-prefix", path("mine"));
    await run("sign", "--key", path("mine.key"), `${address}/app:1`);
    const both = ["--key", path("mine.pub"), "--certificate-identity", "nobody@example.com", ...issuer];
    const refused = await verify(...both);
    assert.equal(refused.status, 2, refused.stdout);
    assert.match(refused.stderr, /--key and --certificate-identity name different signers[\s\S]*--any-of/);
    const either = await verify(...both, "--any-of");
    assert.equal(either.status, 0, either.stdout);
    const ca = await verify("--key", path("mine.pub"), "--certificate", path("mine.pub"));
    assert.match(`${ca.status} ${ca.stderr}`, /^2 .*--key and --certificate name different signers/);
  });
});
