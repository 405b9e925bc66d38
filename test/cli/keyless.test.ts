/** Signing without a key, as a person or a CI job types it, and what becomes of it on bad days. */
import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { describe, it, type TestContext } from "node:test";
import type { Io } from "../../src/cli/io.ts";
import type { Descriptor } from "../../src/core/oci.ts";
import { mintToken } from "../fakes/identity-provider.ts";
import { putImage, putIndex } from "../fakes/people.ts";
import { scriptedServer } from "../fakes/scripted-registry.ts";
import { signingServices, type SigningServices, type SigningServicesOptions } from "../fakes/signing-services.ts";
import { bench, type Bench, type Outcome } from "./harness.ts";

const issuer = "https://issuer.example";
const alice = "alice@example.com";
const tokenOf = (email: string, claims: Readonly<Record<string, unknown>> = {}): string =>
  mintToken({ email, email_verified: true, ...claims });

interface Place extends Bench, SigningServices {
  /** NAME@DIGEST of an image that nobody has signed. */
  readonly image: string;
  readonly subject: Descriptor;
  /** With the services; no token is in the environment, and none in what is printed. */
  sign(io: Partial<Io>, ...words: readonly string[]): Promise<Outcome>;
  verify(identity: string, ...words: readonly string[]): Promise<Outcome>;
}

const flags = (at: Pick<Bench, "path">): readonly string[] => [
  "--trusted-root",
  at.path("trusted_root.json"),
  "--signing-config",
  at.path("signing_config.json"),
];

async function place(t: TestContext, options: SigningServicesOptions = {}): Promise<Place> {
  const [at, services] = [await bench(t), await signingServices(t, options)];
  await writeFile(at.path("trusted_root.json"), services.trustedRoot);
  await writeFile(at.path("signing_config.json"), services.signingConfig);
  const subject = await putImage(at.repository(`${at.address}/app`), "x", "1");
  // A machine of Google's would vouch for itself: this one has no service account.
  const metadata = await scriptedServer(t, { "GET /computeMetadata/v1/instance/service-accounts/default/identity?*": { status: 404 } });
  const usual = { env: { GCE_METADATA_HOST: metadata.host, TOUCHMARK_DEBUG: "1" }, now: Date.now };
  return {
    ...at,
    ...services,
    subject,
    image: `${at.address}/app@${subject.digest}`,
    async sign(io, ...words) {
      const outcome = await at.runWith({ ...usual, ...io, env: { ...usual.env, ...io.env } }, "sign", ...flags(at), ...words);
      for (const text of [...words, ...Object.values(io.env ?? {})])
        assert.doesNotMatch(outcome.stdout + outcome.stderr, partsOf(text ?? ""));
      return outcome;
    },
    verify(identity, ...words) {
      const expected = ["--certificate-identity", identity, "--certificate-oidc-issuer", issuer];
      return at.runWith({ now: Date.now }, "verify", "--trusted-root", at.path("trusted_root.json"), ...expected, ...words);
    },
  };
}

/** Any part of a token that tells something; nothing, of what is no token. */
function partsOf(text: string): RegExp {
  const [, payload, signature] = /^[\w-]+\.([\w-]{30})[\w-]*\.([\w-]{30})/.exec(text) ?? [];
  return payload === undefined ? /(?!)/ : new RegExp(`${payload}|${signature}`);
}

/** Of the JSON that `sign` prints. */
function made({ stdout }: Outcome): readonly Record<string, unknown>[] {
  return stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
}

/** That nothing hangs on the image. */
async function assertUnsigned({ verify, image, repository, subject, address }: Place): Promise<void> {
  const { status, stdout } = await verify(alice, image);
  assert.equal(status, 10, stdout);
  const signal = new AbortController().signal;
  const app = repository(`${address}/app`);
  assert.deepEqual(await app.referrers(subject.digest, signal), []);
  for await (const tag of app.tags(signal)) assert.equal(tag, "1");
}

describe("sign without a key", () => {
  it("takes the token from the flag, a file, a variable or the CI job, and signs as the one whom it names", async (t) => {
    const at = await place(t);
    const workflow = "repo:example/app:ref:refs/heads/main";
    const github = await scriptedServer(t, {
      "GET /token?*": ({ path, headers }) => {
        assert.equal(new URL(path, "http://x").searchParams.get("audience"), "sigstore");
        assert.equal(headers.authorization, "bearer secret");
        return { body: JSON.stringify({ value: mintToken({ sub: workflow }) }) };
      },
    });
    await writeFile(at.path("token"), `${tokenOf("file@example.com")}\n`);
    const job = { ACTIONS_ID_TOKEN_REQUEST_URL: `${github.origin}/token?v=2`, ACTIONS_ID_TOKEN_REQUEST_TOKEN: "secret" };
    for (const [identity, words, env] of [
      ["flag@example.com", ["--identity-token", tokenOf("flag@example.com")], {}],
      ["file@example.com", ["--identity-token", at.path("token")], {}],
      ["named@example.com", ["--identity-token", "env://TOKEN"], { TOKEN: tokenOf("named@example.com") }],
      ["variable@example.com", [], { SIGSTORE_ID_TOKEN: tokenOf("variable@example.com") }],
      [workflow, [], job],
    ] as const) {
      const outcome = await at.sign({ env }, ...words, "-o", "json", at.image);
      assert.equal(outcome.status, 0, outcome.stderr);
      assert.deepEqual(made(outcome)[0]?.["by"], { identity, issuer });
      const { status, stdout } = await at.verify(identity, at.image);
      assert.equal(status, 0, stdout);
    }
    assert.equal((await at.verify("mallory@example.com", at.image)).status, 12);
    assert.match((await at.sign({}, "--identity-token", at.path("token"), at.image)).stdout, /identity +file@example\.com \(https:/);
  });

  for (const [formats, rekor] of [
    [["bundle"], 2],
    [["bundle"], 1],
    [["cosign"], 1],
    [["bundle", "cosign"], 1],
  ] as const) {
    it(`writes ${formats.join(" and ")} with the entry of a log of version ${rekor}`, async (t) => {
      const at = await place(t, { rekor });
      const outcome = await at.sign(
        {},
        "--identity-token",
        tokenOf(alice),
        "--format",
        formats.join(","),
        "-a",
        "a=b",
        "-o",
        "json",
        at.image,
      );
      assert.equal(outcome.status, 0, outcome.stderr);
      assert.deepEqual(
        made(outcome).map(({ format, logged }) => [format, Array.isArray(logged) && logged.length]),
        formats.map((format) => [format, 1]),
      );
      assert.equal(at.authority.lines.length, 1);
      const { status, stdout } = await at.verify(alice, "-a", "a=b", "-o", "json", at.image);
      assert.equal(status, 0, stdout);
      const { findings } = JSON.parse(stdout).requirements[0];
      assert.deepEqual(
        findings.map(({ format, checks }: { format: string; checks: { outcome: string }[] }) => [
          format,
          checks.every((check) => check.outcome === "passed"),
        ]),
        formats.map((format) => [format, true]),
      );
    });
  }

  it("covers every image of an index and every reference with one certificate", async (t) => {
    const at = await place(t);
    const multi = at.repository(`${at.address}/multi`);
    await putIndex(multi, [await putImage(multi, "amd64"), await putImage(multi, "arm64")], "1");
    const references = [at.image, `${at.address}/multi:1`];
    const { status, stderr } = await at.sign({}, "--identity-token", tokenOf(alice), "-r", ...references);
    assert.equal(status, 0, stderr);
    assert.deepEqual(at.authority.lines, ["POST /api/v2/signingCert"]);
    assert.equal(at.log.lines.length, 4);
    assert.equal(at.stamps.lines.length, 4);
    assert.equal((await at.verify(alice, "-r", ...references)).status, 0);
  });

  it("works for a layout folder", async (t) => {
    const at = await place(t);
    const layout = `oci:${at.path("layout")}`;
    await putImage(at.repository(layout), "x", "1");
    const { status, stderr } = await at.sign({}, "--identity-token", tokenOf(alice), `${layout}:1`);
    assert.equal(status, 0, stderr);
    assert.equal((await at.verify(alice, `${layout}:1`)).status, 0);
  });
});

describe("sign with a key and services", () => {
  it("logs and timestamps the signature, and asks nobody for a certificate", async (t) => {
    for (const [format, rekor] of [
      ["bundle", 2],
      ["cosign", 1],
    ] as const) {
      const at = await place(t, { rekor });
      const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
      await writeFile(at.path("k.key"), privateKey.export({ type: "pkcs8", format: "pem" }));
      await writeFile(at.path("k.pub"), publicKey.export({ type: "spki", format: "pem" }));
      const outcome = await at.sign({}, "--key", at.path("k.key"), "--format", format, "-o", "json", at.image);
      assert.equal(outcome.status, 0, outcome.stderr);
      const [signature] = made(outcome);
      assert.ok(Array.isArray(signature?.["logged"]) && signature["logged"].length === 1);
      assert.deepEqual([at.authority.lines.length, at.log.lines.length, at.stamps.lines.length], [0, 1, 1]);
      assert.equal((await at.run("verify", "--key", at.path("k.pub"), at.image)).status, 0);
      const again = await at.sign({}, "--key", at.path("k.key"), "--format", format, at.image);
      assert.match(again.stdout, /^already signed/, "a key signs once");
      assert.equal(at.log.lines.length, 1);
    }
  });
});

describe("a bad day of signing without a key", () => {
  it("is refused before any service is asked: no token, or one that cannot be it", async (t) => {
    const at = await place(t);
    const now = Math.floor(Date.now() / 1000);
    const token = (claims: Readonly<Record<string, unknown>>) => ["--identity-token", tokenOf(alice, claims)];
    for (const [words, code, message, hint] of [
      [[], "IDENTITY_TOKEN_MISSING", /nobody here says who signs: tried SIGSTORE_ID_TOKEN, GitHub/, /--identity-token.*--key/],
      [["--identity-token", at.path("nowhere")], "IDENTITY_TOKEN_MISSING", /neither a token nor a file/, /Give the token/],
      [token({ exp: now - 120 }), "IDENTITY_TOKEN_INVALID", /held until/, /Get a new one/],
      [token({ nbf: now + 120 }), "IDENTITY_TOKEN_INVALID", /holds from/, /this machine's clock/],
      [token({ aud: "others" }), "IDENTITY_TOKEN_INVALID", /made for "others"; expected "sigstore"/, /audience sigstore/],
      [["--identity-token", "eyJhbGciOiJub25lIn0"], "IDENTITY_TOKEN_INVALID", /expected three parts/, /Get a new one/],
    ] as const) {
      const { status, stdout, stderr } = await at.sign({}, ...words, at.image);
      assert.equal(status, 31, stderr);
      assert.equal(stdout, "");
      assert.match(stderr, new RegExp(`^error: .*\nhint: .*\ncode: ${code}\n`));
      assert.match(stderr, message);
      assert.match(stderr.split("\n")[1] ?? "", hint);
    }
    assert.deepEqual([...at.authority.lines, ...at.log.lines, ...at.stamps.lines], []);
    await assertUnsigned(at);
  });

  it("is refused before any service is asked: a log whose proofs cosign's layers cannot carry", async (t) => {
    const at = await place(t);
    for (const words of [
      ["--identity-token", tokenOf(alice)],
      ["--key", at.path("k.key")],
    ]) {
      const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
      await writeFile(at.path("k.key"), privateKey.export({ type: "pkcs8", format: "pem" }));
      const { status, stderr } = await at.sign({}, ...words, "--format", "bundle,cosign", at.image);
      assert.equal(status, 32, stderr);
      assert.match(stderr, /names a log that gives no promise.*\nhint: Sign in the format bundle.*\ncode: UNSUPPORTED\n/);
    }
    assert.deepEqual([...at.authority.lines, ...at.log.lines, ...at.stamps.lines], []);
    await assertUnsigned(at);
  });
});
