/** Touchmark and cosign as they are measured: a key in a file, no transparency log, and nothing kept but compiled code. */
import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { generateKeyPairSync } from "node:crypto";
import { importKey } from "../interop/harness/cosign.ts";
import { peerPath } from "../interop/peers/peer.ts";
import type { Command } from "./command.ts";

export interface Tool {
  readonly verify: (references: readonly string[], flags?: readonly string[]) => Command;
  readonly verifyIdentity: (reference: string, expected: ExpectedIdentity) => Command;
  readonly sign: (references: readonly string[]) => Command;
  readonly signKeyless: (reference: string, services: KeylessServices) => Command;
}

export interface KeylessServices {
  readonly token: string;
  /** Paths. */
  readonly trustedRoot: string;
  readonly signingConfig: string;
}

export interface ExpectedIdentity {
  readonly identity: string;
  readonly issuer: string;
  /** Path of the `trusted_root.json`. */
  readonly root: string;
}

export interface Tools {
  /** The file of the private key that both sign with. */
  readonly privateKey: string;
  readonly touchmark: Tool;
  /** Several references are a loop of the shell's, one process after the other. */
  readonly cosign: Tool;
}

const touchmark = join(import.meta.dirname, "../../bin/touchmark.js");
const noServices = { mediaType: "application/vnd.dev.sigstore.signingconfig.v0.2+json", rekorTlogConfig: {}, tsaConfig: {} };

/** Both tools with the same new key, which lies in the folder, encrypted with an empty password. */
export async function makeTools(folder: string): Promise<Tools> {
  const cosign = peerPath("cosign");
  if (!existsSync(cosign)) throw new Error(`${cosign} is missing: run npm run peers -- cosign`);
  const key = join(folder, "bench");
  await importKey(key, generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey.export({ type: "pkcs8", format: "pem" }));
  const services = join(folder, "services.json");
  await writeFile(services, JSON.stringify(noServices));
  const env = await environment(folder);

  const ours = (...args: readonly string[]): Command => ({ program: process.execPath, args: [touchmark, ...args], env });
  const theirs = (references: readonly string[], ...args: readonly string[]): Command => {
    if (references.length === 1) return { program: cosign, args: [...args, ...references], env };
    const loop = `for reference; do "$COSIGN" ${args.join(" ")} "$reference" || exit; done`;
    return { program: "/bin/sh", args: ["-c", loop, "sh", ...references], env: { ...env, COSIGN: cosign } };
  };
  return {
    privateKey: `${key}.key`,
    touchmark: {
      verify: (references, flags = []) => ours("verify", "--key", `${key}.pub`, ...flags, ...references),
      verifyIdentity: (reference, expected) => ours("verify", ...flagsOf(expected), reference),
      sign: (references) => ours("sign", "--key", `${key}.key`, ...references),
      signKeyless: (reference, given) => ours("sign", ...flagsOfServices(given), reference),
    },
    cosign: {
      verify: (references, flags = []) => theirs(references, "verify", "--key", `${key}.pub`, "--insecure-ignore-tlog=true", ...flags),
      verifyIdentity: (reference, expected) => theirs([reference], "verify", "--use-signed-timestamps", ...flagsOf(expected)),
      sign: (references) => theirs(references, "sign", "--key", `${key}.key`, "--yes", "--signing-config", services),
      signKeyless: (reference, given) => theirs([reference], "sign", "--yes", ...flagsOfServices(given)),
    },
  };
}

function flagsOf({ identity, issuer, root }: ExpectedIdentity): readonly string[] {
  return ["--certificate-identity", identity, "--certificate-oidc-issuer", issuer, "--trusted-root", root];
}

function flagsOfServices({ token, trustedRoot, signingConfig }: KeylessServices): readonly string[] {
  return ["--identity-token", token, "--trusted-root", trustedRoot, "--signing-config", signingConfig];
}

/** A home of its own, without logins. */
async function environment(folder: string): Promise<Readonly<Record<string, string>>> {
  const home = join(folder, "home");
  await mkdir(home);
  return { HOME: home, PATH: process.env["PATH"] ?? "", TOUCHMARK_PASSWORD: "", COSIGN_PASSWORD: "" };
}
