/** Signing with keys of notation's plugins, and verifying such signatures. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { decodeUtf8, encodeUtf8, toBase64 } from "../../src/core/bytes.ts";
import { digestOf } from "../../src/core/digest.ts";
import { hashOf } from "../../src/core/keys/hash.ts";
import { encodePem } from "../../src/core/asn1/pem.ts";
import { parseCertificate } from "../../src/core/x509/certificate.ts";
import { extensions, makeDer, makeKey } from "../../src/core/x509/fixture.test.ts";
import { looseJws } from "../../src/formats/notation/fixture.test.ts";
import { signatureType } from "../../src/formats/notation/signature-type.ts";
import { installPlugin, moods, type Moods } from "../fakes/notation-plugin.ts";
import { writeTrustFolder } from "../fakes/notary.ts";
import { putImage, putReferrer } from "../fakes/signers.ts";
import { refusedAddress } from "../fakes/refused-port.ts";
import { bench, type Bench, type Outcome } from "./harness.ts";

const authority = makeKey();
const key = makeKey();
const root = makeDer({ subject: "root", key: authority, extensions: [extensions.authority(), extensions.keyCertSign] });
const leaf = makeDer({
  subject: "C=US,ST=WA,O=acme,CN=release",
  issuer: "root",
  signedBy: authority.privateKey,
  key,
  extensions: [extensions.digitalSignature],
});
const skip = process.platform === "win32" && "the fake plugin is a script";
const plugin = ["--plugin", "com.example.fake", "--id", "release", "--plugin-config", "region=here"];

/** With the plugin installed in notation's folder, and an image. */
async function withPlugin(
  t: TestContext,
  capabilities?: readonly string[],
): Promise<Bench & { readonly image: string; readonly config: string }> {
  const b = await bench(t);
  const config = b.path("notation");
  await installPlugin(config, { key: key.privateKey, chain: [leaf, root], ...(capabilities && { capabilities }) });
  await writeFile(b.path("root.pem"), encodePem("CERTIFICATE", root));
  const image = `${b.address}/app:1`;
  await putImage(b.repository(image), "x", "1");
  return { ...b, image, config };
}

const certificates = [leaf, root].map((der) => parseCertificate(der));
const profile = "arn:aws:signer:eu-west-1:111122223333:/signing-profiles/release";
const identity = "SIGNATURE_VERIFIER.TRUSTED_IDENTITY";

/** Signed attributes that name the plugin, with attributes that only the plugin knows. */
const named = {
  "io.cncf.notary.verificationPlugin": "com.example.fake",
  "com.example.profile": `${profile}/1`,
};

/** What a signature need not have understood. */
const loose = new Set(["io.cncf.notary.signingTime"]);

type Attributes = Readonly<Record<string, string | undefined>>;

function envelopeFor(targetArtifact: object, attributes: Attributes): Uint8Array {
  const critical = new Set(["io.cncf.notary.signingScheme", ...Object.keys(attributes)]).difference(loose);
  const payload = encodeUtf8(JSON.stringify({ targetArtifact }));
  return looseJws({ headers: { crit: [...critical], ...attributes }, payload, certificates, key: key.privateKey }).envelope;
}

/** An image with a signature of these attributes. */
async function withSignature(
  t: TestContext,
  attributes: Attributes,
  capabilities?: readonly string[],
): Promise<Awaited<ReturnType<typeof withPlugin>>> {
  const b = await withPlugin(t, capabilities);
  const { mediaType, digest, size } = await putImage(b.repository(b.image), "x", "1");
  const layer = { mediaType: "application/jose+json", bytes: envelopeFor({ mediaType, digest, size }, attributes) };
  await putReferrer(b.repository(b.image), { subject: { mediaType, digest, size }, artifactType: signatureType, layer });
  return b;
}

describe("touchmark verify, of a signature that names a plugin", { skip }, () => {
  /** An image that is signed so, and the flags that trust the signer. */
  async function signed(t: TestContext): Promise<{ readonly verify: (by?: Moods, ...flags: readonly string[]) => Promise<Outcome> }> {
    const { runWith, image, path, config } = await withSignature(t, named);
    const verify = (by: Moods = {}, ...flags: readonly string[]) =>
      runWith({ env: { NOTATION_CONFIG: config, ...moods(by) } }, "verify", "--certificate", path("root.pem"), ...flags, image);
    return { verify };
  }
  const no = { verificationResults: { [identity]: { success: false, reason: "not \u001b[2Jours" } } };

  it("is allowed if the plugin accepts it, refused if it refuses, and undecided if it cannot say", async (t) => {
    const { verify } = await signed(t);
    const allowed = await verify();
    assert.equal(allowed.status, 0, allowed.stdout + allowed.stderr);
    assert.match((await verify({}, "-o", "json")).stdout, /com.example.fake 1\.2\.3 \(sha256:[0-9a-f]{64}\) accepts who signed/);

    const refused = await verify({ "verify-signature": no });
    assert.equal(refused.status, 12, refused.stdout);
    assert.match(refused.stdout, /refuses who signed: not \[2Jours/);

    for (const by of [{ "verify-signature": "crash" }, { "get-plugin-metadata": { capabilities: [] } }]) {
      const undecided = await verify(by);
      assert.equal(undecided.status, 32, undecided.stdout);
    }
    assert.equal((await verify({}, "--offline")).status, 32);
    assert.equal((await verify({}, "--notation-config", "/nowhere")).status, 2);
  });

  it("passes --plugin-config to the plugin", async (t) => {
    const { verify } = await signed(t);
    const told = await verify({ "verify-signature": "echoPolicy" }, "--plugin-config", "region=here", "--plugin-config", "site=a=b");
    assert.equal(told.status, 32, told.stderr);
    assert.ok(told.stdout.includes('"pluginConfig":{"region":"here","site":"a=b"}'), told.stdout);
  });
});

describe("touchmark verify, by a trust policy with names that only a plugin can read", { skip }, () => {
  /** Verifies the image by a trust policy that trusts these. */
  async function trusting(
    t: TestContext,
    { attributes = named, capabilities }: { readonly attributes?: Attributes; readonly capabilities?: readonly string[] } = {},
  ): Promise<(trustedIdentities: readonly string[], by?: Moods, ...flags: readonly string[]) => Promise<Outcome>> {
    const { runWith, image, config } = await withSignature(t, attributes, capabilities);
    const stores = { "ca/acme": certificates.slice(1) };
    return async (trustedIdentities, by = {}, ...flags) => {
      await writeTrustFolder(config, { statements: [{ trustedIdentities }], stores });
      const env = { NOTATION_CONFIG: config, ...moods({ "verify-signature": "profiles", ...by }) };
      return runWith({ env }, "verify", ...flags, image);
    };
  }
  const subject = "x509.subject: C=US, ST=WA, O=acme";

  it("is decided by the plugin, which the verdict names with its digest", async (t) => {
    const verify = await trusting(t);
    const allowed = await verify([`${profile}s`, profile], {}, "-o", "json");
    assert.equal(allowed.status, 0, allowed.stdout + allowed.stderr);
    const [{ checks }] = JSON.parse(allowed.stdout).requirements[0].considered;
    const identities = checks.filter(({ name }: { readonly name: string }) => name === "identity");
    assert.equal(identities.length, 1);
    assert.match(
      identities[0].detail,
      /^com\.example\.fake 1\.2\.3 \(sha256:[0-9a-f]{64}\) accepts who signed: the profile arn:aws:signer:eu-west-1:111122223333:\/signing-profiles\/release$/,
    );
    const text = (await verify([profile])).stdout;
    assert.match(text, /plugin passed \(com\.example\.fake 1\.2\.3 \(sha256:[0-9a-f]{64}\) knows its attributes\)/);
    const refused = await verify([`${profile}s`]);
    assert.equal(refused.status, 12, refused.stdout);
    assert.match(refused.stdout, /^refused: IDENTITY_MISMATCH[\s\S]*refuses who signed: no such profile/);
  });

  it("is decided by the subject where the signer bears that, and by the plugin on top", async (t) => {
    const verify = await trusting(t);
    assert.equal((await verify([profile, subject])).status, 0);
    assert.equal((await verify([`${profile}s`, subject])).status, 12);
    assert.equal((await verify([profile, "x509.subject: C=US, ST=WA, O=other"])).status, 0);
    assert.equal((await verify(["x509.subject: C=US, ST=WA, O=other"], { "verify-signature": {} })).status, 12);
  });

  it("trusts no signer without a plugin that reads them", async (t) => {
    for (const how of [{ attributes: {} }, { capabilities: ["SIGNATURE_VERIFIER.REVOCATION_CHECK"] }]) {
      const verify = await trusting(t, how);
      const refused = await verify([profile], { "verify-signature": {} });
      assert.equal(refused.status, 12, refused.stdout + refused.stderr);
      assert.match(refused.stdout, /^refused: IDENTITY_MISMATCH[\s\S]*no plugin decides about "arn:aws:signer:eu-west-1/);
      assert.equal((await verify([profile, subject], { "verify-signature": {} })).status, 0);
    }
  });

  const results = (result: unknown): Moods[string] => ({ verificationResults: { [identity]: result } });
  const bad: Readonly<Record<string, Moods[string]>> = {
    "leaves out who signed": { verificationResults: {} },
    "says nothing of it": results(null),
    "says neither yes nor no": results({ success: 1 }),
    "says yes in a text": results({ success: "true" }),
    "leaves out an attribute": { processedAttributes: [] },
    "knows an attribute that is not there": { processedAttributes: ["com.example.profile", "com.example.more"] },
    "says more than it was asked": { verificationResults: { [identity]: { success: true }, "SIGNATURE_VERIFIER.MORE": { success: true } } },
    "breaks down": "crash",
    "says nothing": "silence",
    "is not JSON": "chatter",
    "does not end": "flood",
  };
  it("is undecided where the plugin's answer is none", async (t) => {
    const verify = await trusting(t);
    for (const [what, mood] of Object.entries(bad)) {
      const undecided = await verify([profile], { "verify-signature": mood });
      assert.equal(undecided.status, 32, `${what}: ${undecided.stdout}`);
    }
    assert.equal((await verify([profile], {}, "--offline")).status, 32);
  });

  it("is written as the guide has it, and told what the plugin is told", async (t) => {
    const guide = await readFile(new URL("../../docs/guides/notation-plugins.md", import.meta.url), "utf8");
    const [policy = ""] = /^ {4}\{$[\s\S]*?^ {4}\}$/m.exec(guide) ?? [];
    const [{ trustedIdentities, trustStores }] = JSON.parse(policy).trustPolicies;
    const byAuthority = {
      "io.cncf.notary.signingScheme": "notary.x509.signingAuthority",
      "io.cncf.notary.signingTime": undefined,
      "io.cncf.notary.authenticSigningTime": "2026-06-15T12:00:00Z",
    };
    const attributes = { ...named, ...byAuthority, "com.example.profile": `${trustedIdentities[0]}/1` };
    const { runWith, image, config } = await withSignature(t, attributes);
    const stores = { [trustStores[0].replace(":", "/")]: certificates.slice(1) };
    await writeTrustFolder(config, { statements: [], stores });
    await writeFile(join(config, "trustpolicy.json"), policy);
    const verify = (mood: Moods[string]) =>
      runWith({ env: moods({ "verify-signature": mood }) }, "verify", "--notation-config", config, image);
    const allowed = await verify("profiles");
    assert.equal(allowed.status, 0, allowed.stdout + allowed.stderr);
    const told = await verify("echoPolicy");
    assert.ok(told.stdout.includes(JSON.stringify({ trustedIdentities, signatureVerification: [identity] })), told.stdout);
  });

  it("is decided by the plugin for files too", async (t) => {
    const { runWith, path, config } = await withPlugin(t);
    const file = encodeUtf8("a file");
    await writeFile(path("app"), file);
    const target = { mediaType: "application/octet-stream", digest: digestOf(file), size: file.length };
    await writeFile(path("app.jws.sig"), envelopeFor(target, named));
    const verifyBlob = async (trusted: string, mood: Moods[string], ...flags: readonly string[]): Promise<Outcome> => {
      const statement = { globalPolicy: true, registryScopes: undefined, trustedIdentities: [trusted] };
      await writeTrustFolder(config, { statements: [statement], stores: { "ca/acme": certificates.slice(1) } }, "trustpolicy.blob.json");
      const env = { NOTATION_CONFIG: config, ...moods({ "verify-signature": mood }) };
      return runWith({ env }, "verify-blob", ...flags, "--signature", path("app.jws.sig"), path("app"));
    };
    const allowed = await verifyBlob(profile, "profiles");
    assert.equal(allowed.status, 0, allowed.stdout + allowed.stderr);
    assert.equal((await verifyBlob(`${profile}s`, "profiles")).status, 12);
    const told = await verifyBlob(profile, "echoPolicy", "--plugin-config", "region=here");
    assert.equal(told.status, 32, told.stderr);
    assert.ok(told.stdout.includes('"pluginConfig":{"region":"here"}'), told.stdout);
  });

  it("is undecided where the plugin is not installed", async (t) => {
    const verify = await trusting(t, { attributes: { ...named, "io.cncf.notary.verificationPlugin": "com.example.other" } });
    const undecided = await verify([profile]);
    assert.equal(undecided.status, 32, undecided.stdout);
    assert.match(undecided.stdout, /needs the plugin "com\.example\.other": the plugin com\.example\.other is not installed/);
  });
});

describe("touchmark sign --plugin", { skip }, () => {
  for (const envelope of ["jws", "cose"]) {
    it(`makes a signature in ${envelope} that verifies by the plugin's certificates, once`, async (t) => {
      const { run, path, image, config } = await withPlugin(t);
      const sign = () => run("sign", "--format", "notation", "--notation-config", config, ...plugin, "--envelope", envelope, image);
      const signed = await sign();
      assert.equal(signed.status, 0, signed.stderr);
      assert.match(signed.stdout, /^signed /);
      assert.match((await sign()).stdout, /^already signed /);
      const verified = await run("verify", "--certificate", path("root.pem"), "--certificate-subject", "C=US,ST=WA,O=acme", image);
      assert.equal(verified.status, 0, verified.stdout + verified.stderr);
    });
  }

  it("reports the plugin's error, and writes nothing", async (t) => {
    const { runWith, run, path, image, config } = await withPlugin(t);
    const env = { NOTATION_CONFIG: config, ...moods({ "generate-signature": "refuse" }) };
    const { status, stderr } = await runWith({ env }, "sign", "--format", "notation", ...plugin, image);
    assert.equal(status, 31, stderr);
    assert.match(stderr, /the plugin com.example.fake failed at generate-signature, saying ACCESS_DENIED: log in \[31m first\n/);
    assert.equal((await run("verify", "--certificate", path("root.pem"), image)).status, 10);
  });

  const misused: readonly (readonly [string, RegExp])[] = [
    ["--plugin p --id i", /not in the format bundle/],
    ["--plugin p --id i --format notation,cosign-legacy", /not in the format cosign/],
    ["--plugin p --format notation", /--plugin needs --id/],
    ["--plugin p --id i --format notation --key k", /--plugin and --key/],
    ["--plugin p --id i --format notation --certificate-chain c", /--plugin and --certificate-chain/],
    ["--plugin p --id i --format notation --identity-token t", /--plugin and --identity-token/],
    ["--plugin p --id i --format notation --plugin-config x", /a plugin's setting is KEY=VALUE; found "x"/],
    ["--plugin ../p --id i --format notation", /is not the name of a plugin/],
    ["--key k --id i", /--id is for plugins/],
  ];
  for (const [flags, message] of misused) {
    it(`refuses ${flags}`, async (t) => {
      const { run, address } = await bench(t);
      const { status, stderr } = await run("sign", ...flags.split(" "), `${address}/app:1`);
      assert.equal(status, 2, stderr);
      assert.match(stderr, message);
    });
  }
});

describe("touchmark sign --plugin, with a plugin that makes whole envelopes", { skip }, () => {
  const epoch = Date.UTC(2026, 10, 21, 9) / 1000;

  /** An image, and how to sign it and to ask about it. */
  async function withMaker(t: TestContext) {
    const b = await withPlugin(t, ["SIGNATURE_GENERATOR.ENVELOPE"]);
    const env = (by: Moods) => ({ NOTATION_CONFIG: b.config, SOURCE_DATE_EPOCH: String(epoch), ...moods(by) });
    const sign = (by: Moods, ...flags: readonly string[]): Promise<Outcome> =>
      b.runWith({ env: env(by) }, "sign", "--format", "notation", ...plugin, ...flags, b.image);
    const verify = (...flags: readonly string[]): Promise<Outcome> =>
      b.run("verify", "--certificate", b.path("root.pem"), ...flags, b.image);
    return { ...b, sign, verify };
  }

  for (const envelope of ["jws", "cose"]) {
    it(`stores its envelope in ${envelope}, each time anew, and the signature verifies`, async (t) => {
      const { sign, verify } = await withMaker(t);
      for (let time = 0; time < 2; time++) {
        const signed = await sign({}, "--envelope", envelope, "-a", "stage=test", "--expiry", "1h");
        assert.equal(signed.status, 0, signed.stderr);
        assert.match(signed.stdout, /^signed /);
      }
      const verified = await verify("-a", "stage=test", "-o", "json");
      assert.equal(verified.status, 0, verified.stdout + verified.stderr);
      assert.match(verified.stdout, /meant to be used until 2026-11-21T10:00:00Z/);
      assert.equal((await verify("-a", "stage=production")).status, 12);
    });
  }

  it("adds the plugin's annotations to the signature's manifest", async (t) => {
    const { sign, repository, image } = await withMaker(t);
    const { stdout } = await sign({ "generate-envelope": { annotations: { "com.example.arn": "a:b" } } }, "-o", "json");
    const stored = await repository(image).manifest(JSON.parse(stdout).manifest, new AbortController().signal);
    const { annotations } = JSON.parse(decodeUtf8(stored?.bytes ?? new Uint8Array()));
    assert.deepEqual(annotations, {
      "com.example.arn": "a:b",
      "io.cncf.notary.x509chain.thumbprint#S256": JSON.stringify([leaf, root].map((der) => hashOf(der, "sha256"))),
      "org.opencontainers.image.created": "2026-11-21T09:00:00Z",
    });
  });

  const other = looseJws({ certificates, key: key.privateKey }).envelope;
  const bad: Readonly<Record<string, readonly [Moods[string], status: number, message: RegExp]>> = {
    "signs something else": [{ signatureEnvelope: toBase64(other) }, 30, /the envelope that the plugin made is for digest "sha256:/],
    "answers with no envelope": [{ signatureEnvelope: "AAAA" }, 32, /the envelope that the plugin made is not accepted: /],
    "answers with another type": [{ signatureEnvelopeType: "application/cose" }, 30, /an envelope of type "application\/cose", asked for/],
    "takes an annotation that is ours": [{ annotations: { "io.cncf.notary.x": "1" } }, 30, /not the plugin's to set/],
    refuses: ["refuse", 31, /failed at generate-envelope, saying ACCESS_DENIED: log in/],
  };
  for (const [name, [mood, status, message]] of Object.entries(bad)) {
    it(`writes nothing where the plugin ${name}`, async (t) => {
      const { sign, verify } = await withMaker(t);
      const outcome = await sign({ "generate-envelope": mood });
      assert.equal(outcome.status, status, outcome.stderr);
      assert.match(outcome.stderr, message);
      assert.equal((await verify()).status, 10);
    });
  }

  it("signs no files", async (t) => {
    const { runWith, path, config } = await withMaker(t);
    await writeFile(path("app.tar"), "a file");
    const env = { NOTATION_CONFIG: config };
    const { status, stderr } = await runWith({ env }, "sign-blob", "--format", "notation", ...plugin, path("app.tar"));
    assert.equal(status, 32, stderr);
    assert.match(stderr, /makes whole envelopes, which is possible for images only/);
    assert.equal(existsSync(path("app.tar.jws.sig")), false);
  });

  it("refuses to add a timestamp, without asking for a signature", async (t) => {
    const { sign, path } = await withMaker(t);
    const stamped = ["--timestamp-url", `http://${await refusedAddress(t)}`, "--timestamp-root", path("root.pem")];
    const { status, stderr } = await sign({ "generate-envelope": "crash" }, ...stamped);
    assert.equal(status, 32, stderr);
    assert.match(stderr, /the plugin makes whole envelopes, to which no timestamp can be added/);
  });
});
