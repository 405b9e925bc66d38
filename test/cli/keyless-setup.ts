/** The environment for keyless signing tests: an image in a registry, services on loopback, and the files that name them. */
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import type { TestContext } from "node:test";
import type { Io } from "../../src/cli/io.ts";
import type { Instant } from "../../src/core/instant.ts";
import type { Descriptor } from "../../src/core/oci/manifest.ts";
import { testTime } from "../fakes/clock.ts";
import { mintToken } from "../fakes/identity-provider.ts";
import { putImage } from "../fakes/signers.ts";
import { scriptedServer } from "../fakes/scripted-registry.ts";
import { signingServices, type SigningServices, type SigningServicesOptions } from "../fakes/signing-services.ts";
import { bench, type Bench, type Outcome } from "./harness.ts";

export const issuer = "https://issuer.example";
export const alice = "alice@example.com";
export const tokenOf = (email: string, claims: Readonly<Record<string, unknown>> = {}, at: Instant = testTime): string =>
  mintToken({ email, email_verified: true, ...claims }, at);

export interface Place extends Bench, SigningServices {
  /** NAME@DIGEST of an unsigned image. */
  readonly image: string;
  readonly subject: Descriptor;
  /** With the services; no token is in the environment, and none in what is printed. */
  sign(io: Partial<Io>, ...words: readonly string[]): Promise<Outcome>;
  verify(identity: string, ...words: readonly string[]): Promise<Outcome>;
}

export const flags = (at: Pick<Bench, "path">): readonly string[] => [
  "--trusted-root",
  at.path("trusted_root.json"),
  "--signing-config",
  at.path("signing_config.json"),
];

export async function location(t: TestContext, options: SigningServicesOptions = {}): Promise<Place> {
  const [at, services] = [await bench(t), await signingServices(t, options)];
  await writeFile(at.path("trusted_root.json"), services.trustedRoot);
  await writeFile(at.path("signing_config.json"), services.signingConfig);
  const subject = await putImage(at.repository(`${at.address}/app`), "x", "1");
  // A machine of Google's would vouch for itself: this one has no service account.
  const metadata = await scriptedServer(t, { "GET /computeMetadata/v1/instance/service-accounts/default/identity?*": { status: 404 } });
  const usual = { env: { GCE_METADATA_HOST: metadata.host, TOUCHMARK_DEBUG: "1" }, now: services.clock };
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
      return at.runWith({ now: services.clock }, "verify", "--trusted-root", at.path("trusted_root.json"), ...expected, ...words);
    },
  };
}

/** Any part of a token that tells something; nothing, of what is no token. */
function partsOf(text: string): RegExp {
  const [, payload, signature] = /^[\w-]+\.([\w-]{30})[\w-]*\.([\w-]{30})/.exec(text) ?? [];
  return payload === undefined ? /(?!)/ : new RegExp(`${payload}|${signature}`);
}

/** Of the JSON that `sign` prints. */
export function made({ stdout }: Outcome): readonly Record<string, unknown>[] {
  return stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
}

/** Asserts that nothing is attached to the image. */
export async function assertUnsigned(at: Place): Promise<void> {
  const { status, stdout } = await at.verify(alice, at.image);
  assert.equal(status, 10, stdout);
  const signal = new AbortController().signal;
  const app = at.repository(`${at.address}/app`);
  assert.deepEqual(await app.referrers(at.subject.digest, signal), []);
  for await (const tag of app.tags(signal)) assert.equal(tag, "1");
}

export interface Failure {
  readonly status: number;
  readonly code: string;
  readonly message: RegExp;
  readonly hint: RegExp;
}

export function assertFailed({ status, stdout, stderr }: Outcome, expected: Failure): void {
  assert.equal(status, expected.status, stderr);
  assert.equal(stdout, "");
  const [error = "", hint = "", code] = stderr.split("\n");
  assert.match(error, expected.message);
  assert.match(error, /^error: /);
  assert.match(hint, expected.hint);
  assert.equal(code, `code: ${expected.code}`);
}
