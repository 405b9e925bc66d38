/** Signing files for the Notary Project and verifying them, as a person types it. */
import assert from "node:assert/strict";
import { createPublicKey, generateKeyPairSync } from "node:crypto";
import { readdir, readFile, rename, writeFile } from "node:fs/promises";
import { describe, it, type TestContext } from "node:test";
import { encodeUtf8, streamOf } from "../../src/core/bytes.ts";
import { digestOf } from "../../src/core/digest.ts";
import { day, makeCompany, pem, writeTrustFolder, type Company, type Statement } from "../fakes/notary.ts";
import { installPlugin } from "../fakes/notation-plugin.ts";
import { scriptedServer } from "../fakes/scripted-registry.ts";
import { tsaFake } from "../fakes/tsa.ts";
import { bench, type Bench, type Outcome } from "./harness.ts";
import { isVerdict } from "./is-verdict.ts";

const now = Date.UTC(2026, 10, 21, 9);
const text = encodeUtf8("what is signed\n");

interface Acme extends Bench {
  readonly acme: Company;
  /** Signs the file `app` as acme's release. */
  sign(...flags: readonly string[]): Promise<Outcome>;
  /** Verifies it by acme's authority, and by this signature of it unless the flags name another. */
  verify(...flags: readonly string[]): Promise<Outcome>;
  /** By the statements of a trust policy for files. */
  verifyBy(statements: readonly Statement[], ...flags: readonly string[]): Promise<Outcome>;
}

async function acmeAt(t: TestContext): Promise<Acme> {
  const b = await bench(t);
  const { path } = b;
  const acme = await makeCompany(b.folder, "acme");
  const { flags: signer } = await acme.signer("release");
  await writeFile(path("app"), text);
  const signature = (flags: readonly string[]): readonly string[] => {
    const isNamed = flags.some((flag) => flag === "--signature" || flag === "--bundle");
    return isNamed ? flags : ["--signature", path("app.jws.sig"), ...flags, path("app")];
  };
  return {
    ...b,
    acme,
    sign: (...flags) => b.run("sign-blob", "--format", "notation", ...signer, ...flags, path("app")),
    verify: (...flags) => b.run("verify-blob", "--certificate", path("acme.crt"), ...signature(flags)),
    async verifyBy(statements, ...flags) {
      const ofFiles = statements.map((statement) => ({ registryScopes: undefined, ...statement }));
      await writeTrustFolder(path("notation"), { statements: ofFiles, stores: { "ca/acme": [acme.root] } }, "trustpolicy.blob.json");
      return b.run("verify-blob", "--notation-config", path("notation"), ...signature(flags));
    },
  };
}

/** The code that a refusal begins with. */
const codeOf = ({ stdout }: Outcome): string => /^\w+: ([A-Z_]+)/.exec(stdout)?.[1] ?? stdout;

describe("a Notary Project signature of a file", () => {
  for (const [curve, hash] of [
    ["P-256", "sha256"],
    ["P-384", "sha384"],
    ["P-521", "sha512"],
  ] as const) {
    for (const envelope of ["jws", "cose"]) {
      it(`by ${curve} in ${envelope} lies beside it, and is of its ${hash}`, async (t) => {
        const { acme, path, run, verify } = await acmeAt(t);
        const { flags } = await acme.signer(curve, { key: generateKeyPairSync("ec", { namedCurve: curve }) });
        const signed = await run("sign-blob", "--format", "notation", "--envelope", envelope, ...flags, path("app"));
        assert.equal(signed.status, 0, signed.stderr);
        assert.match(
          signed.stdout,
          new RegExp(`^signed  .*app\n  digest     ${hash}:\\w+\n  signature  notation in .*app.${envelope}.sig\n`),
        );
        const { status, stdout } = await verify("-o", "json", "--signature", path(`app.${envelope}.sig`), path("app"));
        assert.equal(status, 0, stdout);
        const verdict = JSON.parse(stdout);
        assert.equal(isVerdict(verdict), true, JSON.stringify(isVerdict.errors));
        const [finding] = verdict.findings;
        assert.equal(finding.claim.subject, verdict.subject.digest);
        const { anchors, validity, fingerprint, ...signer } = finding.signer;
        assert.deepEqual(signer, { kind: "x509", subject: `CN=${curve},O=acme,ST=WA,C=US`, issuer: "CN=root,O=acme,ST=WA,C=US" });
        assert.ok(anchors.length === 1 && validity.until);
        assert.match(fingerprint, /^[0-9a-f]{64}$/);
        assert.deepEqual(finding.location, { kind: "file", path: path(`app.${envelope}.sig`) });
      });
    }
  }

  it("lies where it is told to, and is known by its bytes under any other name, and either flag", async (t) => {
    const { path, sign, verify, runWith } = await acmeAt(t);
    for (const [flag, envelope] of [
      ["--signature", "jws"],
      ["--bundle", "cose"],
    ] as const) {
      assert.equal((await sign(flag, path("signature"), "--envelope", envelope)).status, 0);
      for (const either of ["--signature", "--bundle"]) assert.equal((await verify(either, path("signature"), path("app"))).status, 0);
    }
    const flags = ["--certificate", path("acme.crt"), "--signature", path("signature")];
    assert.equal((await runWith({ stdin: () => streamOf(text) }, "verify-blob", ...flags, "-")).status, 0);
    assert.equal((await sign("--signature", path("signature"))).status, 0, "it is written anew");
    const stdin = { stdin: () => streamOf(text) };
    const piped = ["sign-blob", "--format", "notation", "--key", path("release.key"), "--certificate-chain", path("release.pem")];
    assert.equal((await runWith(stdin, ...piped, "--signature", path("piped.jws.sig"), "-")).status, 0);
    assert.equal((await runWith(stdin, ...piped, "-")).status, 2);
  });

  it("says what its signer adds, and what the file is said to be", async (t) => {
    const { sign, verify } = await acmeAt(t);
    await sign("-a", "stage=production", "--media-type", "text/plain");
    for (const [flags, code] of [
      [["-a", "stage=production", "--media-type", "text/plain"], undefined],
      [["-a", "stage=test"], "ANNOTATION_MISMATCH"],
      [["--media-type", "application/zip"], "SUBJECT_MISMATCH"],
    ] as const) {
      const outcome = await verify(...flags);
      assert.deepEqual([outcome.status, codeOf(outcome)], code ? [12, code] : [0, outcome.stdout]);
    }
    const json = JSON.parse((await verify("--media-type", "text/plain", "-o", "json")).stdout);
    assert.equal(json.subject.mediaType, "text/plain");
  });

  it("is refused of another file, by another's authority, past its time, and as what it is not", async (t) => {
    const { folder, path, run, runWith, sign, verify } = await acmeAt(t);
    await makeCompany(folder, "mallory");
    assert.equal((await sign("--expiry", "1h")).status, 0);
    await writeFile(path("other"), "something else");
    const flags = ["--signature", path("app.jws.sig")];
    const late = await runWith({ now: () => now + day }, "verify-blob", "--certificate", path("acme.crt"), ...flags, path("app"));
    assert.deepEqual([late.status, codeOf(late)], [22, "EXPIRED"]);
    const stranger = await run("verify-blob", "--certificate", path("mallory.crt"), ...flags, path("app"));
    assert.deepEqual([stranger.status, codeOf(stranger)], [12, "CERTIFICATE_UNTRUSTED"]);
    const other = await verify(...flags, path("other"));
    assert.deepEqual([other.status, codeOf(other)], [12, "SUBJECT_MISMATCH"]);
    const name = await verify("--certificate-subject", "C=US, ST=WA, O=other");
    assert.deepEqual([name.status, codeOf(name)], [12, "IDENTITY_MISMATCH"]);
    const key = generateKeyPairSync("ec", { namedCurve: "P-256" }).publicKey;
    await writeFile(path("some.pub"), key.export({ type: "spki", format: "pem" }));
    const byKey = await run("verify-blob", "--key", path("some.pub"), ...flags, path("app"));
    assert.deepEqual([byKey.status, codeOf(byKey)], [12, "KEY_MISMATCH"]);
    const digest = await verify(...flags, digestOf(text));
    assert.deepEqual([digest.status, codeOf(digest)], [32, "UNSUPPORTED"]);
    await rename(path("app.jws.sig"), path("app.cose.sig"));
    const wrongly = await verify("--signature", path("app.cose.sig"), path("app"));
    assert.deepEqual([wrongly.status, codeOf(wrongly)], [12, "MALFORMED_EVIDENCE"]);
    await writeFile(path("large.jws.sig"), Buffer.alloc(33 * 1024 * 1024, 0x20));
    assert.equal((await verify("--signature", path("large.jws.sig"), path("app"))).status, 32);
  });

  it("is no bundle, and a bundle is none for whom an authority is expected", async (t) => {
    const { acme, path, run, verify } = await acmeAt(t);
    const { privateKey } = await acme.signer("other");
    await writeFile(path("other.pub"), createPublicKey(privateKey).export({ type: "spki", format: "pem" }));
    assert.equal((await run("sign-blob", "--key", path("other.key"), "--bundle", path("app.json"), path("app"))).status, 0);
    const outcome = await verify("--signature", path("app.json"), path("app"));
    assert.deepEqual([outcome.status, codeOf(outcome)], [13, "CERTIFICATE_REQUIRED"]);
    const said = ["--key", path("other.pub"), "--media-type", "text/plain", "--bundle", path("app.json"), path("app")];
    assert.equal(codeOf(await run("verify-blob", ...said)), "SUBJECT_MISMATCH", "a bundle says nothing of a media type");
  });

  it("is stamped by an authority, and then holds when its certificates have ended", async (t) => {
    const { acme, path, run, runWith, verify } = await acmeAt(t);
    const { script, authority } = tsaFake({ clock: () => now });
    const service = await scriptedServer(t, script);
    await writeFile(path("tsa.crt"), authority.chain.map(pem).join(""));
    await writeFile(path("tsa-root.crt"), authority.chain.slice(-1).map(pem).join(""));
    const { flags } = await acme.signer("brief", { notAfter: now + day });
    const stamp = ["--timestamp-url", `${service.origin}/api/v1/timestamp`, "--timestamp-root", path("tsa.crt")];
    const signed = await run("sign-blob", "--format", "notation", ...flags, ...stamp, path("app"));
    assert.equal(signed.status, 0, signed.stderr);
    const byTime = ["verify-blob", "--certificate", path("acme.crt"), "--signature", path("app.jws.sig"), path("app")];
    const later = { now: () => now + 2 * day };
    const stamped = await runWith(later, ...byTime, "--timestamp-root", path("tsa-root.crt"));
    assert.equal(stamped.status, 0, stamped.stdout);
    assert.match(stamped.stdout, /verified by .* at 2026-11-21T09:00:00Z/);
    assert.equal((await runWith(later, ...byTime)).status, 22);
    assert.equal((await verify()).status, 0);
  });

  it(
    "is made with a key that a plugin of notation keeps",
    { skip: process.platform === "win32" && "the fake plugin is a script" },
    async (t) => {
      const { acme, path, run, verify } = await acmeAt(t);
      const { privateKey, certificate } = await acme.signer("kept", { key: generateKeyPairSync("ec", { namedCurve: "P-256" }) });
      await installPlugin(path("notation"), { key: privateKey, chain: [certificate.raw, acme.root.raw] });
      const plugin = [
        "--plugin",
        "com.example.fake",
        "--id",
        "release",
        "--plugin-config",
        "region=here",
        "--notation-config",
        path("notation"),
      ];
      const signed = await run("sign-blob", "--format", "notation", ...plugin, path("app"));
      assert.equal(signed.status, 0, signed.stderr);
      assert.equal((await verify()).status, 0);
    },
  );
});

describe("notation's trust policy for files", () => {
  it("decides by the statement that is named, and else by the global one", async (t) => {
    const { sign, verifyBy } = await acmeAt(t);
    await sign();
    const statements = [
      { name: "all", globalPolicy: true, trustedIdentities: ["x509.subject: C=US, ST=WA, O=other"] },
      { name: "acme" },
      { name: "nothing", signatureVerification: { level: "skip" }, trustStores: undefined, trustedIdentities: undefined },
    ];
    assert.equal(codeOf(await verifyBy(statements)), "IDENTITY_MISMATCH");
    assert.equal((await verifyBy(statements, "--policy-name", "acme")).status, 0);
    assert.match((await verifyBy(statements, "--policy-name", "nothing")).stdout, /^allowed[\s\S]*required +nothing/);
    const unknown = await verifyBy(statements, "--policy-name", "Acme");
    assert.equal(unknown.status, 2);
    assert.match(unknown.stderr, /no statement of the trust policy for files in .*notation is called "Acme"/);
    const none = await verifyBy(statements.slice(1));
    assert.equal(none.status, 2);
    assert.match(none.stderr, /no statement of the trust policy for files in .*notation is global/);
  });

  it("lets pass by its level what is expired, and no other file", async (t) => {
    const { path, run, runWith, sign, verifyBy } = await acmeAt(t);
    await sign("--expiry", "1h");
    assert.equal((await verifyBy([{ globalPolicy: true, signatureVerification: { level: "audit" } }])).status, 0);
    const late = ["verify-blob", "--notation-config", path("notation"), "--signature", path("app.jws.sig")];
    assert.equal((await runWith({ now: () => now + day }, ...late, path("app"))).status, 0);
    assert.equal(
      (await runWith({ now: () => now + day, env: { NOTATION_CONFIG: path("notation") } }, "verify-blob", ...late.slice(3), path("app")))
        .status,
      0,
    );
    await writeFile(path("other"), "something else");
    assert.equal(codeOf(await run(...late, path("other"))), "SUBJECT_MISMATCH");
  });

  it("is not that for images", async (t) => {
    const { acme, path, run, sign } = await acmeAt(t);
    await sign();
    await writeTrustFolder(path("images"), { statements: [{}], stores: { "ca/acme": [acme.root] } });
    const { status, stderr } = await run(
      "verify-blob",
      "--notation-config",
      path("images"),
      "--signature",
      path("app.jws.sig"),
      path("app"),
    );
    assert.equal(status, 2, stderr);
    assert.match(stderr, /trustpolicy\.blob\.json/);
  });
});

describe("sign-blob and verify-blob", () => {
  it("need flags that make sense together", async (t) => {
    const { path, run, sign, verify } = await acmeAt(t);
    await sign();
    const bySelf = (...flags: readonly string[]) => run("sign-blob", "--key", path("release.key"), ...flags, path("app"));
    const cases: readonly (readonly [Promise<Outcome>, number, RegExp])[] = [
      [bySelf(), 2, /nothing says where the signature shall go/],
      [bySelf("--format", "cosign-legacy"), 2, /--format is one of bundle, notation/],
      [bySelf("--format", "notation"), 13, /needs the signer's certificate/],
      [bySelf("--bundle", path("b"), "--expiry", "1d"), 2, /--expiry is for Notary Project/],
      [bySelf("--bundle", path("b"), "-a", "k=v"), 2, /carries neither annotations nor a media type/],
      [bySelf("--bundle", path("b"), "--media-type", "text/plain"), 2, /carries neither annotations nor a media type/],
      [sign("--bundle", path("b"), "--signature", path("c")), 2, /--bundle and --signature both name/],
      [sign("--signature", "-"), 2, /--signature names a file; found "-"/],
      [sign("--signature", path("app.cose.sig")), 2, /ends in .cose.sig, which says that another kind of signature is in it/],
      [bySelf("--bundle", path("app.jws.sig")), 2, /ends in .jws.sig, which says/],
      [sign("--signature", path("app")), 2, /exists already/],
      [sign("--media-type", "plain text"), 2, /a media type is written as/],
      [sign("-a", "io.cncf.notary.x=y"), 2, /is reserved/],
      [sign("--expiry", "0s"), 2, /would expire before it is made/],
      [verify("--media-type", "text"), 2, /a media type is written as/],
      [verify("--policy-name", "acme"), 2, /--policy-name chooses in notation's trust policy, and none is asked/],
      [verify("--plugin-config", "here"), 2, /a plugin's setting is KEY=VALUE; found "here"/],
      [
        run("verify-blob", "--key", path("k"), "--plugin-config", "a=b", "--signature", path("s"), path("app")),
        2,
        /--plugin-config is for/,
      ],
      [run("verify-blob", "--key", path("k"), "--policy-name", "x", "--signature", path("s"), path("app")), 2, /--policy-name chooses/],
    ];
    for (const [outcome, status, says] of cases) {
      const found = await outcome;
      assert.match(found.stderr, says);
      assert.equal(found.status, status, found.stderr);
    }
    assert.deepEqual(
      (await readdir(path(""))).filter((name) => /^[bc]$|cose/.test(name)),
      [],
    );
    assert.equal((await readFile(path("app"))).equals(text), true);
  });
});
