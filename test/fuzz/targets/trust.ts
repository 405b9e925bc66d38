/** Trust anchors, and what TUF repositories and users keep of them. */
import assert from "node:assert/strict";
import { Fields, parseJson, type JsonObject } from "../../../src/core/json/json.ts";
import { encodeTrustedRoot } from "../../../src/trust/encode-trusted-root.ts";
import { parseTrustedRoot } from "../../../src/trust/parse-trusted-root.ts";
import { parseSigningConfig } from "../../../src/trust/parse-signing-config.ts";
import { parseDistinguishedName } from "../../../src/trust/notation/distinguished-name.ts";
import { parseBlobTrustPolicy, parseOciTrustPolicy } from "../../../src/trust/notation/trust-policy.ts";
import { encodeInstance, parseInstance } from "../../../src/trust-sources/sigstore/instance.ts";
import { encodeCached, parseCached } from "../../../src/trust-sources/tuf/cache-entry.ts";
import { canonicalJson } from "../../../src/trust-sources/tuf/canonical-json.ts";
import { parseRoot, parseSnapshot, parseTargets, parseTufTimestamp } from "../../../src/trust-sources/tuf/metadata.ts";
import { decodeUtf8, toBase64 } from "../../../src/core/bytes.ts";
import { documents, files, texts } from "../seeds.ts";
import { usualCodes, type FuzzTarget } from "../target.ts";

const tuf = "test/vectors/tuf";
const root = `${tuf}/trusted_root.json`;
const codes = [...usualCodes, "INVALID_KEY"] as const;
const period = { start: "2026-01-01T00:00:00Z", end: "2027-01-01T00:00:00Z" };
const service = { url: "https://log.example.com/here", majorApiVersion: 2, validFor: period, operator: "example.com" };
const signingConfig = {
  mediaType: "application/vnd.dev.sigstore.signingconfig.v0.2+json",
  caUrls: [service],
  oidcUrls: [service],
  rekorTlogUrls: [service],
  rekorTlogConfig: { selector: "EXACT", count: 1 },
  tsaUrls: [service],
  tsaConfig: { selector: "ANY" },
};
const statement = {
  name: "a",
  registryScopes: ["registry.example/app"],
  signatureVerification: { level: "strict", override: { revocation: "log" }, verifyTimestamp: "always" },
  trustStores: ["ca:acme", "tsa:acme"],
  trustedIdentities: ["x509.subject: C=US, ST=WA, O=Example", "arn:a"],
};
const { registryScopes: _, ...anywhere } = statement;
const policyWords = [
  "permissive",
  "audit",
  "skip",
  "*",
  "signingAuthority:a",
  "afterCertExpiry",
  "enforce",
  "registryScopes",
  "globalPolicy",
  "\\,",
  "\\2C",
];
const tufWords = ["_type", "spec_version", "keyids", "threshold", "keytype", "ecdsa", "ed25519", "rsa", "sha512", "snapshot.json", "../a"];

function fieldsOf(input: Uint8Array): Fields {
  return new Fields(parseJson(input, "input"), "input");
}
function written(document: JsonObject): Fields {
  return fieldsOf(Buffer.from(JSON.stringify(document)));
}

export const trust: readonly FuzzTarget[] = [
  {
    name: "trusted-root",
    shape: "json",
    codes,
    seeds: () => files(root, "src/trust-sources/sigstore/public-good/trusted_root.json"),
    words: [
      "PKIX_ED25519",
      "PKIX_RSA_PKCS1V15_2048_SHA256",
      "SHA2_512",
      "checkpointKeyId",
      "operator",
      "application/vnd.dev.sigstore.trustedroot.v0.2+json",
    ],
    read(input) {
      const parsed = parseTrustedRoot(input, "input");
      const again = parseTrustedRoot(encodeTrustedRoot(parsed), "again");
      for (const kind of ["logs", "certificateLogs"] as const) assert.equal(again[kind].length, parsed[kind].length);
      for (const kind of ["certificateAuthorities", "timestampAuthorities"] as const) assert.equal(again[kind].length, parsed[kind].length);
    },
  },
  {
    name: "signing-config",
    shape: "json",
    codes: usualCodes,
    seeds: () => documents(signingConfig),
    words: ["ALL", "EXACT", "ANY", "caUrl", "tlogUrls"],
    read: (input) => parseSigningConfig(input, "input"),
  },
  { name: "tuf-root", shape: "json", codes, seeds: () => files(`${tuf}/1?.root.json`), words: tufWords, read: parseRoot },
  { name: "tuf-timestamp", shape: "json", codes, seeds: () => files(`${tuf}/timestamp.json`), words: tufWords, read: parseTufTimestamp },
  { name: "tuf-snapshot", shape: "json", codes, seeds: () => files(`${tuf}/165.snapshot.json`), words: tufWords, read: parseSnapshot },
  { name: "tuf-targets", shape: "json", codes, seeds: () => files(`${tuf}/14.targets.json`), words: tufWords, read: parseTargets },
  {
    name: "canonical-json",
    shape: "json",
    codes: usualCodes,
    seeds: () => documents({ b: [1, 'a"\\\n'], a: { "\u00e9": null } }),
    words: ["\\ud800", "-0", "1e2"],
    read(input) {
      const value = parseJson(input, "input");
      canonicalJson(value);
    },
  },
  {
    name: "tuf-cache",
    shape: "json",
    codes: usualCodes,
    seeds: () =>
      documents({ fetched: period.start, roots: ["e30="], timestamp: "e30=", snapshot: "e30=", targets: "e30=", files: { a: "e30=" } }),
    read(input) {
      const kept = parseCached(fieldsOf(input));
      assert.deepEqual(parseCached(written(encodeCached(kept))), kept);
    },
  },
  {
    name: "instance",
    shape: "json",
    codes: [...codes, "USAGE"],
    seeds: () =>
      documents(
        { kind: "repository", mirror: "https://tuf.example.com/", root: "e30=" },
        ...files(root).map((bytes) => ({ kind: "files", imported: period.start, files: [{ source: "a", bytes: toBase64(bytes) }] })),
      ),
    read(input) {
      const instance = parseInstance(fieldsOf(input), "input");
      assert.deepEqual(parseInstance(written(encodeInstance(instance)), "input"), instance);
    },
  },
  {
    name: "notation-policy",
    shape: "json",
    codes: usualCodes,
    seeds: () => documents({ version: "1.0", trustPolicies: [statement] }),
    words: policyWords,
    read: (input) => parseOciTrustPolicy(input, "input"),
  },
  {
    name: "notation-blob-policy",
    shape: "json",
    codes: usualCodes,
    seeds: () => documents({ version: "1.0", trustPolicies: [{ ...anywhere, globalPolicy: true }] }),
    words: policyWords,
    read: (input) => parseBlobTrustPolicy(input, "input"),
  },
  {
    name: "distinguished-name",
    shape: "text",
    codes: usualCodes,
    seeds: () => texts("C=US, ST=WA, O=Example, CN=a\\,b\\2C\\ ", "C=US,S=WA,O=\\C3\\A9,1.2.3=a"),
    words: ["\\", "\\20", "\\FF", "=#", "+", ",", "C=", "ST=", "O=", ";"],
    read: (input) => parseDistinguishedName(decodeUtf8(input), "input"),
  },
];
