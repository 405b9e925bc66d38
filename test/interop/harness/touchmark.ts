/** Touchmark as the suite calls it: the built command, as a user would. */
import { join } from "node:path";
import { run, runWell, type Ran } from "./run.ts";
import type { Format } from "./cosign.ts";
import { startServer, type Environment, type Running } from "./server.ts";

const touchmark = join(import.meta.dirname, "../../../bin/touchmark.js");
const env = { TOUCHMARK_PASSWORD: "" };

/** Writes PREFIX.key and PREFIX.pub. */
export async function generateKey(prefix: string, algorithm: string): Promise<void> {
  await runWell(process.execPath, [touchmark, "keys", "generate", "--algorithm", algorithm, "--output-key-prefix", prefix], { env });
}

export async function sign(image: string, keyPrefix: string, format: Format, options: readonly string[] = []): Promise<void> {
  await runWell(process.execPath, [touchmark, "sign", "--key", `${keyPrefix}.key`, "--format", format, ...options, image], { env });
}

export async function verify(image: string, keyPrefix: string, options: readonly string[] = []): Promise<Ran> {
  return run(process.execPath, [touchmark, "verify", "--key", `${keyPrefix}.pub`, ...options, image], { env });
}

/** As `flags` say who signs, or whose signature is expected; what a key's module hears of is in `more`. */
export async function signAs(image: string, flags: readonly string[], more: Environment = {}): Promise<void> {
  await runWell(process.execPath, [touchmark, "sign", ...flags, image], { env: { ...env, ...more } });
}

/** By a key that a plugin of notation keeps; what the plugin hears of is in `more`. */
export async function signByPlugin(image: string, flags: readonly string[], more: Environment = {}): Promise<Ran> {
  return run(process.execPath, [touchmark, "sign", "--format", "notation", ...flags, image], { env: { ...env, ...more } });
}

export async function verifyBy(image: string, flags: readonly string[], more: Environment = {}): Promise<Ran> {
  return run(process.execPath, [touchmark, "verify", ...flags, image], { env: { ...env, ...more } });
}

/** Signs a file into a bundle beside it. */
export async function signFile(file: string, bundle: string, keyPrefix: string): Promise<void> {
  await runWell(process.execPath, [touchmark, "sign-blob", "--key", `${keyPrefix}.key`, "--bundle", bundle, file], { env });
}

export async function verifyFile(file: string, bundle: string, keyPrefix: string): Promise<Ran> {
  return run(process.execPath, [touchmark, "verify-blob", "--key", `${keyPrefix}.pub`, "--bundle", bundle, file], { env });
}

/** The same, as `flags` say. */
export async function signFileAs(file: string, flags: readonly string[], more: Environment = {}): Promise<void> {
  await runWell(process.execPath, [touchmark, "sign-blob", ...flags, file], { env: { ...env, ...more } });
}

export async function verifyFileBy(file: string, flags: readonly string[]): Promise<Ran> {
  return run(process.execPath, [touchmark, "verify-blob", ...flags, file], { env });
}

/** As whoever the token names, by the services of that config. */
export async function signKeyless(image: string, format: Format, services: readonly string[]): Promise<void> {
  await runWell(process.execPath, [touchmark, "sign", "--format", format, ...services, image], { env });
}

/** Makes a trusted root of what these flags describe. */
export async function createTrust(out: string, services: readonly (readonly [flag: string, value: string])[]): Promise<void> {
  await runWell(process.execPath, [touchmark, "trust", "create", ...services.flat(), "--out", out], { env });
}

/** For a signature of this person by a sigstore that has no certificate log. */
export async function verifyKeyless(image: string, trustedRoot: string, identity: string, issuer: string): Promise<Ran> {
  const expected = ["--certificate-identity", identity, "--certificate-oidc-issuer", issuer];
  return run(process.execPath, [touchmark, "verify", "--trusted-root", trustedRoot, ...expected, "--insecure-ignore-sct", image], { env });
}

/** Has logs keep what waits for them, by the services of that config. */
export async function flushLog(image: string, services: readonly string[]): Promise<void> {
  await runWell(process.execPath, [touchmark, "log", "flush", ...services, image], { env });
}

/** Serves the embedded registry on loopback; `said` is its port. */
export async function serveRegistry(folder: string): Promise<Running> {
  const args = [touchmark, "serve", "registry", "--dir", folder, "--listen", "127.0.0.1:0"];
  return startServer(process.execPath, args, /listening on 127\.0\.0\.1:(\d+)/);
}
