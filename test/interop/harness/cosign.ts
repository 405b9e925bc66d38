/** cosign as the suite calls it: keys from files, no transparency log, nothing asked at a terminal. */
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { peerPath } from "../peers/peer.ts";
import type { PrivateSigstore } from "./private-sigstore.ts";
import { run, runWell, type Ran } from "./run.ts";

const cosign = peerPath("cosign");
const env = { COSIGN_PASSWORD: "" };
const noLog = ["--yes", "--use-signing-config=false", "--tlog-upload=false"];

export type Format = "bundle" | "cosign-legacy";

/** Writes PREFIX.key and PREFIX.pub from a private key in PKCS#8 PEM. */
export async function importKey(prefix: string, pkcs8: string): Promise<void> {
  await writeFile(`${prefix}.pem`, pkcs8);
  await runWell(cosign, ["import-key-pair", "--yes", "--key", `${prefix}.pem`, "--output-key-prefix", prefix], { env });
}

/** The public key in PEM that belongs to PREFIX.key. */
export async function publicKey(prefix: string): Promise<string> {
  return runWell(cosign, ["public-key", "--key", `${prefix}.key`], { env });
}

export async function sign(image: string, keyPrefix: string, format: Format, options: readonly string[] = []): Promise<void> {
  await runWell(cosign, ["sign", ...noLog, "--key", `${keyPrefix}.key`, ...formatFlags[format], ...options, image], { env });
}

/** By a certificate for whom the token names, with the log entry and the timestamp of that sigstore. */
export async function signKeyless(image: string, format: Format, services: readonly string[]): Promise<void> {
  await runWell(cosign, ["sign", "--yes", ...formatFlags[format], ...services, image], { env });
}

/** What the older flags, which alone write the `.sig` tag, call the services: they know no log but that of version 1. */
export function serviceUrls({ urls, files }: PrivateSigstore): readonly string[] {
  const services = ["--fulcio-url", urls.ca, "--rekor-url", urls.promisingLog, "--timestamp-server-url", urls.tsa];
  return ["--use-signing-config=false", "--trusted-root", files.trustedRoot, ...services];
}

/** For a signature of this person by a sigstore that has no certificate log. */
export async function verifyKeyless(image: string, trustedRoot: string, identity: string, issuer: string): Promise<Ran> {
  const expected = ["--certificate-identity", identity, "--certificate-oidc-issuer", issuer, "--insecure-ignore-sct"];
  return run(cosign, ["verify", "--trusted-root", trustedRoot, "--use-signed-timestamps", ...expected, image], { env });
}

/** What a bundle says of a file, by a sigstore that has no certificate log. */
export async function verifyBlob(file: string, bundle: string, trustedRoot: string, identity: string, issuer: string): Promise<Ran> {
  const expected = ["--certificate-identity", identity, "--certificate-oidc-issuer", issuer, "--insecure-ignore-sct"];
  const options = ["--bundle", bundle, "--trusted-root", trustedRoot, "--use-signed-timestamps", ...expected];
  return run(cosign, ["verify-blob", ...options, file], { env });
}

export async function attest(image: string, keyPrefix: string, format: Format, options: readonly string[]): Promise<void> {
  await runWell(cosign, ["attest", ...noLog, "--key", `${keyPrefix}.key`, ...formatFlags[format], ...options, image], { env });
}

/** An attestation of the type that cosign calls custom. */
export async function verifyAttestation(image: string, keyPrefix: string, options: readonly string[] = []): Promise<Ran> {
  const flags = ["--key", `${keyPrefix}.pub`, "--type", "custom", "--insecure-ignore-tlog=true", ...options];
  return run(cosign, ["verify-attestation", ...flags, image], { env });
}

export async function verify(image: string, keyPrefix: string, options: readonly string[] = []): Promise<Ran> {
  return run(cosign, ["verify", "--key", `${keyPrefix}.pub`, "--insecure-ignore-tlog=true", ...options, image], { env });
}

/** Signs a file into a bundle beside it. */
export async function signFile(file: string, bundle: string, keyPrefix: string): Promise<void> {
  await runWell(cosign, ["sign-blob", ...noLog, "--key", `${keyPrefix}.key`, "--bundle", bundle, file], { env });
}

export async function attestFile(file: string, bundle: string, keyPrefix: string, options: readonly string[]): Promise<void> {
  await runWell(cosign, ["attest-blob", ...noLog, "--key", `${keyPrefix}.key`, "--bundle", bundle, ...options, file], { env });
}

export async function verifyFile(file: string, bundle: string, keyPrefix: string, options: readonly string[] = []): Promise<Ran> {
  const flags = ["--key", `${keyPrefix}.pub`, "--bundle", bundle, "--insecure-ignore-tlog=true", ...options];
  return run(cosign, ["verify-blob", ...flags, file], { env });
}

/** That cosign looked at signatures and accepts none: it says so with another status for each format. */
export function assertRefused({ status, stderr }: Ran, format: Format): void {
  const [expected, words] = refusals[format];
  assert.equal(status, expected, stderr);
  assert.match(stderr, words);
}

const refusals = {
  bundle: [1, /^Error: no matching attestations: /m],
  "cosign-legacy": [12, /^Error: no matching signatures: /m],
} as const;

const formatFlags: Readonly<Record<Format, readonly string[]>> = { bundle: [], "cosign-legacy": ["--new-bundle-format=false"] };
