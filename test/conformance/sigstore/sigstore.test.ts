/** The bundles of the sigstore conformance suite, each by file and by digest: those named `_fail` are refused, all others hold. */
import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { suite, test } from "node:test";
import { publicKeyOf } from "../../../src/core/public-key.ts";
import { hashOf } from "../../../src/core/hash.ts";
import type { Code } from "../../../src/core/errors.ts";
import { verifyArtifact, type Artifact } from "../../../src/formats/bundle/verify-artifact.ts";
import { parsePublicKey } from "../../../src/trust/parse-public-key.ts";
import { parseTrustedRoot } from "../../../src/trust/parse-trusted-root.ts";
import { exactly } from "../../../src/trust/text-pattern.ts";
import { makeTrust, type Trust } from "../../../src/trust/trust.ts";

const corpora = join(import.meta.dirname, "../../../../shared/corpora");
const folder = join(corpora, "sigstore-conformance/bundle-verify");
const skip = existsSync(folder) ? false : "needs ../shared/corpora, which is not part of this repository";

const at = Date.parse("2026-06-01T00:00:00Z");
const beacon =
  "https://github.com/sigstore-conformance/extremely-dangerous-public-oidc-beacon/.github/workflows/extremely-dangerous-oidc-beacon.yml@refs/heads/main";

suite("sigstore conformance", { skip }, () => {
  const names = skip === false ? readdirSync(folder).filter((name) => name !== "a.txt") : [];
  test("has its 70 bundles", () => assert.equal(names.length, 70));
  test("refuses a managed key's bundle under another key", async () => {
    const { publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const trust = makeTrust([{ name: "other", publicKey: publicKeyOf(publicKey, "other") }]);
    const message = readFileSync(join(folder, "a.txt"));
    const { ok, said } = await accepts("managed-key-happy-path", { kind: "message", message }, trust);
    assert.equal(ok, false);
    assert.match(said, /KEY_MISMATCH/);
  });
  for (const name of names) {
    for (const by of ["file", "digest"] as const) {
      test(`${name} by ${by}`, async () => {
        const passed = await isAccepted(name, by);
        assert.equal(passed.ok, !name.endsWith("_fail"), passed.said);
      });
    }
  }
});

/** What they are to be verified with cannot be read: a root without a date, a key that is no base64. */
const unreadable: Readonly<Record<string, Code>> = {
  "trust-root-tlog-missing-validity-start_fail": "MALFORMED",
  "managed-key-wrong-key_fail": "INVALID_KEY",
};

async function isAccepted(name: string, by: "file" | "digest"): Promise<{ readonly ok: boolean; readonly said: string }> {
  const own = join(folder, name, "artifact");
  const message = readFileSync(existsSync(own) ? own : join(folder, "a.txt"));
  const artifact: Artifact = by === "file" ? { kind: "message", message } : { kind: "digest", sha256: hashOf(message, "sha256") };
  const code = unreadable[name];
  if (code !== undefined) {
    assert.throws(() => trustOf(name), { code });
    return { ok: false, said: code };
  }
  return accepts(name, artifact, trustOf(name));
}

async function accepts(name: string, artifact: Artifact, trust: Trust): Promise<{ readonly ok: boolean; readonly said: string }> {
  const { checks, signer } = await verifyArtifact(readFileSync(join(folder, name, "bundle.sigstore.json")), artifact, trust, at);
  return { ok: signer !== undefined && checks.every(({ outcome }) => outcome === "passed"), said: JSON.stringify(checks, null, 1) };
}

function trustOf(name: string): Trust {
  const own = (file: string): string => join(folder, name, file);
  const text = (file: string, usual: string): string => (existsSync(own(file)) ? readFileSync(own(file), "utf8").trim() : usual);
  const file = existsSync(own("trusted_root.json")) ? own("trusted_root.json") : join(corpora, "sigstore-root-targets/trusted_root.json");
  const keys = existsSync(own("key.pub")) ? [{ name: "key.pub", publicKey: parsePublicKey(readFileSync(own("key.pub")), "key.pub") }] : [];
  return makeTrust(keys, {
    roots: [parseTrustedRoot(readFileSync(file), "trusted_root.json")],
    identities: [
      {
        subject: exactly(text("identity", beacon)),
        issuer: exactly(text("issuer", "https://token.actions.githubusercontent.com")),
        claims: {},
      },
    ],
  });
}
