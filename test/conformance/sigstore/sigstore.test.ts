/** The bundles of the sigstore conformance suite, each by file and by digest: those named `_fail` are refused, all others hold. */
import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { readdirSync } from "node:fs";
import { suite, test } from "node:test";
import { publicKeyOf } from "../../../src/core/public-key.ts";
import { hashOf } from "../../../src/core/hash.ts";
import type { Code } from "../../../src/core/errors.ts";
import { verifyArtifact, type Artifact } from "../../../src/formats/bundle/verify-artifact.ts";
import { makeTrust, type Trust } from "../../../src/trust/trust.ts";
import { at, bundleOf, folder, messageOf, skip, trustOf } from "./suite.ts";

suite("sigstore conformance", { skip }, () => {
  const names = skip === false ? readdirSync(folder).filter((name) => name !== "a.txt") : [];
  test("has its 70 bundles", () => assert.equal(names.length, 70));
  test("refuses a managed key's bundle under another key", async () => {
    const { publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const trust = makeTrust([{ name: "other", publicKey: publicKeyOf(publicKey, "other") }]);
    const message = messageOf("managed-key-happy-path");
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
  const message = messageOf(name);
  const artifact: Artifact = by === "file" ? { kind: "message", message } : { kind: "digest", sha256: hashOf(message, "sha256") };
  const code = unreadable[name];
  if (code !== undefined) {
    assert.throws(() => trustOf(name), { code });
    return { ok: false, said: code };
  }
  return accepts(name, artifact, trustOf(name));
}

async function accepts(name: string, artifact: Artifact, trust: Trust): Promise<{ readonly ok: boolean; readonly said: string }> {
  const { checks, signer } = await verifyArtifact(bundleOf(name), artifact, trust, at);
  return { ok: signer !== undefined && checks.every(({ outcome }) => outcome === "passed"), said: JSON.stringify(checks, null, 1) };
}
