/** The sigstore conformance suite's bundles, and what each is to be verified with (its folder, else the suite's defaults). */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { corpusPath, skipWithout } from "../../fakes/corpora.ts";
import { digestOf } from "../../../src/core/digest.ts";
import type { FileSubject } from "../../../src/core/file-subject.ts";
import type { Finding } from "../../../src/core/finding.ts";
import { bundle as format } from "../../../src/formats/bundle/bundle.ts";
import { parsePublicKey } from "../../../src/trust/parse-public-key.ts";
import { parseTrustedRoot } from "../../../src/trust/parse-trusted-root.ts";
import { makeTrust, type Trust } from "../../../src/trust/trust.ts";

export const folder: string = corpusPath("sigstore-conformance/bundle-verify");
export const skip: string | false = skipWithout("sigstore-conformance", "sigstore-root-targets");

export const at: number = Date.parse("2026-06-01T00:00:00Z");
const beacon =
  "https://github.com/sigstore-conformance/extremely-dangerous-public-oidc-beacon/.github/workflows/extremely-dangerous-oidc-beacon.yml@refs/heads/main";
const issuer = "https://token.actions.githubusercontent.com";

export function bundleOf(name: string): Uint8Array {
  return readFileSync(join(folder, name, "bundle.sigstore.json"));
}

/** The file that is signed. */
export function messageOf(name: string): Uint8Array {
  return readFileSync(artifactOf(name));
}

function artifactOf(name: string): string {
  return ownOr(name, "artifact", join(folder, "a.txt"));
}

function rootOf(name: string): string {
  return ownOr(name, "trusted_root.json", corpusPath("sigstore-root-targets/trusted_root.json"));
}

function ownOr(name: string, file: string, usual: string): string {
  const own = join(folder, name, file);
  return existsSync(own) ? own : usual;
}

function textOf(name: string, file: string, usual: string): string {
  const own = join(folder, name, file);
  return existsSync(own) ? readFileSync(own, "utf8").trim() : usual;
}

/** The file, or as one that only its digest is known of. */
export function fileOf(name: string, by: "file" | "digest"): FileSubject {
  const bytes = messageOf(name);
  return { kind: "file", reference: name, digest: digestOf(bytes), ...(by === "file" && { bytes }) };
}

/** What a bundle proves of the file. */
export async function verifyBundle(bundle: Uint8Array, file: FileSubject, trust: Trust): Promise<Finding> {
  return format.verify(await format.files.read(bundle, "bundle.sigstore.json", new AbortController().signal), file, trust, at);
}

/** The flags of verify-bundle, but for the file. */
export function flagsOf(name: string): readonly string[] {
  const own = (file: string): string => join(folder, name, file);
  const who = existsSync(own("key.pub"))
    ? ["--key", own("key.pub")]
    : ["--certificate-identity", textOf(name, "identity", beacon), "--certificate-oidc-issuer", textOf(name, "issuer", issuer)];
  return ["--bundle", own("bundle.sigstore.json"), ...who, "--trusted-root", rootOf(name)];
}

export function operandOf(name: string, by: "file" | "digest"): string {
  return by === "file" ? artifactOf(name) : digestOf(messageOf(name));
}

export function trustOf(name: string): Trust {
  const key = join(folder, name, "key.pub");
  const keys = existsSync(key) ? [{ name: "key.pub", publicKey: parsePublicKey(readFileSync(key), "key.pub") }] : [];
  return makeTrust({ keys, roots: [parseTrustedRoot(readFileSync(rootOf(name)), "trusted_root.json")] });
}
