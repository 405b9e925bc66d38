/** Tests the log entries of the sigstore conformance suite's bundles, each against its trusted root. */
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { corpusPath, skipWithout } from "../../test/fakes/corpora.ts";
import { fromBase64 } from "../core/bytes.ts";
import { parseDsse } from "../core/envelopes/dsse.ts";
import { TouchmarkError } from "../core/errors.ts";
import { Fields, parseJson } from "../core/json/json.ts";
import { parsePublicKey } from "../trust/parse-public-key.ts";
import { parseTrustedRoot } from "../trust/parse-trusted-root.ts";
import type { TrustedRoot } from "../trust/trusted-root.ts";
import { parseLogEntries } from "./log-entry.ts";
import type { LoggedSignature, SignatureVerifier } from "./logged-signature.ts";
import { verifyLogEntries } from "./verify-log-entries.ts";

const suite = corpusPath("sigstore-conformance/bundle-verify");

/** Bundles that must fail for a reason other than their log entry: the certificate, a time, or the bundle's own structure. */
const soundEntries: ReadonlySet<string> = new Set([
  "integrated-time-in-future_fail",
  "intoto-expired-certificate_fail",
  "intoto-missing-inclusion-proof_fail",
  "intoto-set-outside-signing-cert-validity_fail",
  "intoto-tsa-timestamp-outside-cert-validity_fail",
  "invalid-ct-key_fail",
  "message-digest-mismatch_fail",
  "rekor2-no-timestamp_fail",
  "rekor2-timestamp-outside-trust-root-tsa-validity_fail",
  "rekor2-timestamp-outside-tsa-cert-validity_fail",
  "rekor2-timestamp-payload-mismatch_fail",
  "rekor2-timestamp-untrusted-tsa-with-embedded-cert_fail",
  "rekor2-timestamp-untrusted-tsa-without-embedded-cert_fail",
  "rekor2-timestamp-with-incorrect-time_fail",
]);

test(
  "entries of the conformance suite verify if valid, and are refused if not",
  { skip: skipWithout("sigstore-conformance", "sigstore-root-targets") },
  async () => {
    // Without a key there is nothing to compare an entry with.
    const names = readdirSync(suite).filter(
      (name) => existsSync(join(suite, name, "bundle.sigstore.json")) && name !== "managed-key-no-key_fail",
    );
    assert.ok(names.length > 60);
    for (const name of names) {
      const expected = !name.endsWith("_fail") || soundEntries.has(name) ? "passed" : "refused";
      assert.equal(await outcomeOf(name), expected, name);
    }
  },
);

async function outcomeOf(name: string): Promise<"passed" | "refused"> {
  try {
    const bundle = new Fields(parseJson(readFileSync(join(suite, name, "bundle.sigstore.json")), "bundle"), "bundle");
    const entries = parseLogEntries(bundle.fields("verificationMaterial"));
    const logged = loggedOf(name, bundle);
    const { check } = await verifyLogEntries(entries, {
      threshold: 1,
      logged,
      logs: rootOf(name).logs,
      at: Date.parse("2026-06-01T00:00:00Z"),
    });
    return check.outcome === "passed" ? "passed" : "refused";
  } catch (error) {
    assert.ok(error instanceof TouchmarkError, String(error));
    return "refused";
  }
}

function rootOf(name: string): TrustedRoot {
  const own = join(suite, name, "trusted_root.json");
  return parseTrustedRoot(readFileSync(existsSync(own) ? own : corpusPath("sigstore-root-targets/trusted_root.json")), "root");
}

function loggedOf(name: string, bundle: Fields): LoggedSignature {
  const verifier = verifierOf(name, bundle.fields("verificationMaterial"));
  if (bundle.has("dsseEnvelope")) {
    const { payload, payloadType, signatures } = parseDsse(bundle.fields("dsseEnvelope"), 1);
    return { verifier, signature: signatures[0] ?? new Uint8Array(), content: { kind: "envelope", payload, payloadType } };
  }
  const artifact = join(suite, name, "artifact");
  const message = readFileSync(existsSync(artifact) ? artifact : join(suite, "a.txt"));
  return { verifier, signature: fromBase64(bundle.fields("messageSignature").string("signature")), content: { kind: "message", message } };
}

function verifierOf(name: string, material: Fields): SignatureVerifier {
  if (material.has("publicKey")) return { kind: "key", key: parsePublicKey(readFileSync(join(suite, name, "key.pub")), "key.pub") };
  const [leaf] = material.has("certificate")
    ? [material.fields("certificate")]
    : material.fields("x509CertificateChain").objects("certificates", 10);
  return { kind: "certificate", certificate: fromBase64(leaf?.string("rawBytes") ?? "") };
}
