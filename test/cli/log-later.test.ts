/** Signing while the transparency log is unavailable, and uploading the pending entries afterwards. */
import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { describe, it, type TestContext } from "node:test";
import { mintToken } from "../fakes/identity-provider.ts";
import { putImage, putIndex } from "../fakes/signers.ts";
import { signingServices, type SigningServices, type SigningServicesOptions } from "../fakes/signing-services.ts";
import { bench, type Bench, type Outcome } from "./harness.ts";

const alice = "alice@example.com";
const logPath = "POST /api/v2/log/entries";
/** To be asked again at once. */
const down = { [logPath]: { status: 503, headers: { "retry-after": "0" } } };

interface Place extends Bench, SigningServices {
  /** NAME:TAG of an unsigned image. */
  readonly image: string;
  sign(...words: readonly string[]): Promise<Outcome>;
  flush(...words: readonly string[]): Promise<Outcome>;
  verify(...words: readonly string[]): Promise<Outcome>;
  /** Requests to any service. */
  readonly asked: readonly string[];
}

async function location(t: TestContext, options: SigningServicesOptions = {}): Promise<Place> {
  const [at, services] = [await bench(t), await signingServices(t, options)];
  const root = ["--trusted-root", at.path("trusted_root.json")];
  const both = [...root, "--signing-config", at.path("signing_config.json")];
  await writeFile(at.path("trusted_root.json"), services.trustedRoot);
  await writeFile(at.path("signing_config.json"), services.signingConfig);
  await putImage(at.repository(`${at.address}/app`), "x", "1");
  const io = { now: services.clock, env: { TOUCHMARK_DEBUG: "1", TOUCHMARK_PASSWORD: "" } };
  const expected = ["--certificate-identity", alice, "--certificate-oidc-issuer", "https://issuer.example"];
  const token = ["--identity-token", mintToken({ email: alice, email_verified: true })];
  return {
    ...at,
    ...services,
    image: `${at.address}/app:1`,
    sign: (...words) => at.runWith(io, "sign", ...both, ...(words.includes("--key") ? [] : token), "--log-upload", "later", ...words),
    flush: (...words) => at.runWith(io, "log", "flush", ...both, ...words),
    verify: (...words) => at.runWith(io, "verify", ...root, ...(isNamed(words) ? [] : expected), ...words),
    get asked() {
      return [services.authority, services.log, services.stamps].flatMap((server) => server.lines);
    },
  };
}

describe("sign --log-upload later, and log flush", () => {
  it("does not stop a pipeline; the image is refused until the entry is uploaded", async (t) => {
    const at = await location(t);
    at.log.on(down);
    const signed = await at.sign(at.image);
    assert.equal(signed.status, 0, signed.stderr);
    assert.match(signed.stdout, /\n {2}log +pending at http:\/\/127\.0\.0\.1:\d+: touchmark log flush has it asked\n$/);
    assert.deepEqual(at.log.lines, []);

    const refused = await at.verify(at.image);
    assert.equal(refused.status, 12);
    assert.match(refused.stdout, /^refused: LOG_ENTRY_PENDING[\s\S]*to do +Upload the pending log entry: touchmark log flush/);
    const allowed = await at.verify("--allow-pending-log", at.image);
    assert.equal(allowed.status, 0, allowed.stdout);
    assert.match(allowed.stdout, /^allowed[\s\S]*timestamp passed, log pending \(says that a log is yet to be asked to keep it\)/);

    const waits = await at.flush(at.image);
    assert.equal(waits.status, 30, waits.stdout);
    assert.match(waits.stdout, /^pending {2}.*app:1\n/);
    assert.match(waits.stderr, /^error: .*app:1: sha256:\w+ is pending: SERVICE_UNAVAILABLE: .*\nhint: Try again later/);

    at.log.on({ [logPath]: at.keeping.usual });
    const flushed = await at.flush(at.image);
    assert.equal(flushed.status, 0, flushed.stderr);
    assert.match(
      flushed.stdout,
      /^flushed {2}.*app:1\n {2}digest +sha256:.*\n {2}signature +bundle in referrers, sha256:\w+\n {2}identity +alice@/,
    );
    assert.match(flushed.stdout, /\n {2}log +entry 5 of /);
    assert.equal((await at.verify(at.image)).status, 0);
    assert.match((await at.flush(at.image)).stdout, /^nothing pending {2}/);
  });

  it("speaks JSON, one line an image", async (t) => {
    const at = await location(t);
    const app = at.repository(`${at.address}/app`);
    await putIndex(app, [await putImage(app, "amd64"), await putImage(app, "arm64")], "multi");
    const multi = `${at.address}/app:multi`;
    const signed = await at.sign("-r", "-o", "json", multi);
    const pending = lines(signed).map((made) => made["pending"]);
    assert.deepEqual(pending, [[at.log.origin], [at.log.origin], [at.log.origin]]);
    const flushed = await at.flush("-r", "-o", "json", multi);
    assert.equal(flushed.status, 0, flushed.stderr);
    for (const { uploads, unread, ...image } of lines(flushed)) {
      assert.deepEqual(Object.keys(image), ["reference", "repository", "digest"]);
      assert.deepEqual(unread, []);
      assert.ok(Array.isArray(uploads) && uploads.length === 1);
      const [{ format, waiting, state, by, manifest, logged, already, ...more }] = uploads;
      assert.deepEqual([format, state, by.identity, logged.length, already, more], ["bundle", "flushed", alice, 1, false, {}]);
      assert.notEqual(waiting, manifest);
    }
    assert.equal((await at.verify("-r", multi)).status, 0);
  });

  it("works with a key, whose public half the bundle does not hold", async (t) => {
    const at = await location(t);
    const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    await writeFile(at.path("k.key"), privateKey.export({ type: "pkcs8", format: "pem" }));
    await writeFile(at.path("k.pub"), publicKey.export({ type: "spki", format: "pem" }));
    assert.equal((await at.sign("--key", at.path("k.key"), at.image)).status, 0);
    assert.equal((await at.verify("--key", at.path("k.pub"), at.image)).status, 0);
    assert.deepEqual([at.authority.lines.length, at.log.lines.length], [0, 0]);
    const { status, stdout, stderr } = await at.flush(at.image);
    assert.equal(status, 0, stderr);
    assert.match(stdout, /\n {2}key +sha256:[\s\S]*\n {2}log +entry 5 of/);
    assert.equal((await at.verify("--key", at.path("k.pub"), at.image)).status, 0);
  });

  it("works in a layout folder", async (t) => {
    const at = await location(t);
    const layout = `oci:${at.path("layout")}`;
    await putImage(at.repository(layout), "x", "1");
    assert.equal((await at.sign(`${layout}:1`)).status, 0);
    const { status, stdout, stderr } = await at.flush(`${layout}:1`);
    assert.equal(status, 0, stderr);
    assert.match(stdout, /^flushed/);
    assert.equal((await at.verify(`${layout}:1`)).status, 0);
  });

  it("does what the guide types", async (t) => {
    const at = await location(t);
    const guide = readFileSync(new URL("../../docs/guides/keyless.md", import.meta.url), "utf8").split("## When the log is down")[1] ?? "";
    const typed = Array.from(guide.matchAll(/^ {4}touchmark (.*)$/gm), ([, words = ""]) =>
      words.replace("registry.example/app:1.0", at.image),
    );
    const [sign, flush, verify = "", ...more] = typed;
    assert.equal(sign, `sign --log-upload later ${at.image}`);
    assert.equal(flush, `log flush ${at.image}`);
    assert.match(verify, /^verify --allow-pending-log /);
    assert.deepEqual(more, []);
    const words = verify.split(" ").slice(1);
    assert.equal((await at.sign(at.image)).status, 0);
    assert.equal((await at.verify(...words)).status, 0);
    assert.equal((await at.flush(at.image)).status, 0);
    assert.equal((await at.verify(...words.slice(1))).status, 0);
  });

  it("reports each image, and each with its own status", async (t) => {
    const at = await location(t);
    await at.sign(at.image);
    const missing = `${at.address}/app:none`;
    const { status, stdout, stderr } = await at.flush(at.image, missing);
    assert.equal(status, 11);
    assert.match(stdout, /^flushed/);
    assert.match(stderr, /app has no image "none"/);
  });
});

describe("a signature that cannot be logged later", () => {
  for (const [what, options, words, status, message] of [
    ["for verifiers refuse the times of Rekor 1", { rekor: 1 }, [], 32, /proves the time of its entries, and verifiers refuse/],
    ["in cosign's layers", {}, ["--format", "bundle,cosign-legacy"], 32, /a signature of format cosign-legacy cannot wait for a log/],
    ["in a file", {}, ["--bundle", "b.json"], 2, /a pending one is not complete/],
  ] as const) {
    it(`is refused before any service is contacted: ${what}`, async (t) => {
      const at = await location(t, options);
      const outcome = await at.sign(...words, at.image);
      assert.equal(outcome.status, status, outcome.stderr);
      assert.match(outcome.stderr, message);
      assert.deepEqual(at.asked, []);
      assert.equal((await at.verify(at.image)).status, 10);
    });
  }

  for (const [what, change, message] of [
    ["a timestamp authority", { tsaUrls: [] }, /a short-lived certificate needs a timestamp/],
    ["a log", { rekorTlogUrls: [] }, /names no log that could be asked later/],
  ] as const) {
    it(`is refused before a certificate is requested: without ${what}`, async (t) => {
      const at = await location(t);
      await writeFile(at.path("signing_config.json"), JSON.stringify({ ...JSON.parse(at.signingConfig), ...change }));
      const outcome = await at.sign(at.image);
      assert.equal(outcome.status, 2, outcome.stderr);
      assert.match(outcome.stderr, message);
      assert.match(outcome.stderr, /\ncode: SERVICE_MISSING\n/);
      assert.deepEqual(at.asked, []);
    });
  }

  it("is refused before it is stored: a key that the log does not take", async (t) => {
    const at = await location(t);
    const { privateKey } = generateKeyPairSync("ed25519");
    await writeFile(at.path("k.key"), privateKey.export({ type: "pkcs8", format: "pem" }));
    const { status, stderr } = await at.sign("--key", at.path("k.key"), at.image);
    assert.equal(status, 32);
    assert.match(stderr, /ed25519 is made over no hash/);
    assert.deepEqual(at.asked, []);
  });

  it("is refused: a key alone, which no log is asked about", async (t) => {
    const at = await location(t);
    const { status, stderr } = await at.run("sign", "--key", "k.key", "--log-upload", "later", at.image);
    assert.equal(status, 2);
    assert.match(stderr, /hint: Name it: --signing-config FILE\./);
  });
});

function isNamed(words: readonly string[]): boolean {
  return words.includes("--key") || words.includes("--certificate-identity");
}

function lines({ stdout }: Outcome): readonly Record<string, unknown>[] {
  return stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
}
