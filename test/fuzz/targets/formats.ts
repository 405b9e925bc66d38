/** What each signature format reads, from the bytes of an artifact to what is verified. */
import assert from "node:assert/strict";
import { decodeUtf8 } from "../../../src/core/bytes.ts";
import { Fields, parseJson } from "../../../src/core/json/json.ts";
import { bundle as bundleFormat } from "../../../src/formats/bundle/bundle.ts";
import { parseMaterial } from "../../../src/formats/bundle/material.ts";
import { encodePendingRecord, parsePendingRecord } from "../../../src/formats/bundle/pending-record.ts";
import { parseBundle } from "../../../src/formats/bundle/sigstore-bundle.ts";
import { parseLogBundle } from "../../../src/formats/cosign-legacy/log-bundle.ts";
import { encodeSimpleSigning, parseSimpleSigning } from "../../../src/formats/cosign-legacy/simple-signing.ts";
import { parseLegacyMaterial } from "../../../src/formats/cosign-legacy/verification-material.ts";
import { cose } from "../../../src/formats/notation/cose-envelope.ts";
import { notation } from "../../../src/formats/notation/notation.ts";
import { parseEnvelope } from "../../../src/formats/notation/envelope.ts";
import { jws } from "../../../src/formats/notation/jws-envelope.ts";
import { parseOffsetTime } from "../../../src/formats/notation/offset-time.ts";
import { encodeNotaryPayload, parseNotaryPayload, payloadBreach } from "../../../src/formats/notation/payload.ts";
import { names } from "../../../src/formats/notation/signed-attributes.ts";
import { documents, files, pemBlocks, texts } from "../seeds.ts";
import { usualCodes, type FuzzTarget } from "../target.ts";

const base64 = (bytes: number): string => Buffer.alloc(bytes, 7).toString("base64");
const pem = (): string => Buffer.from(files("test/vectors/revocation/good.pem")[0] ?? []).toString();
const body = JSON.stringify({
  kind: "hashedrekord",
  apiVersion: "0.0.1",
  spec: {
    data: { hash: { algorithm: "sha256", value: "0".repeat(64) } },
    signature: { content: base64(70), publicKey: { content: base64(90) } },
  },
});
const entry = {
  logIndex: "7",
  logId: { keyId: base64(32) },
  kindVersion: { kind: "hashedrekord", version: "0.0.1" },
  integratedTime: "1700000000",
  inclusionPromise: { signedEntryTimestamp: base64(70) },
  inclusionProof: {
    logIndex: "7",
    rootHash: base64(32),
    treeSize: "9",
    hashes: [base64(32)],
    checkpoint: { envelope: `log.example\n9\n${base64(32)}\n\n\u2014 log.example ${base64(68)}\n` },
  },
  canonicalizedBody: Buffer.from(body).toString("base64"),
};
const bundles = (): readonly unknown[] => {
  const times = { tlogEntries: [entry], timestampVerificationData: { rfc3161Timestamps: [{ signedTimestamp: base64(9) }] } };
  const rawBytes = Buffer.from(pemBlocks("test/vectors/revocation/good.pem")[0] ?? []).toString("base64");
  const signed = { messageSignature: { messageDigest: { algorithm: "SHA2_256", digest: base64(32) }, signature: base64(70) } };
  return [
    {
      mediaType: "application/vnd.dev.sigstore.bundle.v0.3+json",
      verificationMaterial: { certificate: { rawBytes }, ...times },
      ...signed,
    },
    {
      mediaType: "application/vnd.dev.sigstore.bundle+json;version=0.2",
      verificationMaterial: { x509CertificateChain: { certificates: [{ rawBytes }] }, ...times },
      ...signed,
    },
  ];
};
const logBundle = {
  SignedEntryTimestamp: base64(70),
  Payload: { body: entry.canonicalizedBody, integratedTime: 1_700_000_000, logIndex: 7, logID: "0".repeat(64) },
};
const digest = `sha256:${"0".repeat(64)}` as const;
const target = { mediaType: "a/b", digest, size: 2 };
const notaryWords = [...Object.values(names), "alg", "crit", "cty", "PS256", "ES256", "notary.x509.signingAuthority", "x5c"];

export const formats: readonly FuzzTarget[] = [
  {
    name: "bundle",
    shape: "json",
    codes: usualCodes,
    seeds: () => [...files("test/vectors/bundle/*/bundle.json", "test/vectors/files/*.json"), ...documents(...bundles())],
    words: [
      "application/vnd.dev.sigstore.bundle+json;version=0.1",
      "hint",
      "SHA2_384",
      "SHA2_512",
      "dsseEnvelope",
      "messageSignature",
      "x509CertificateChain",
    ],
    read(input) {
      bundleFormat.files.owns(input);
      parseMaterial(parseBundle(input));
    },
  },
  {
    name: "pending-record",
    shape: "json",
    codes: usualCodes,
    seeds: () => documents({ logs: ["https://log.example"], publicKey: "e30=" }),
    read(input) {
      const record = parsePendingRecord(input);
      assert.deepEqual(parsePendingRecord(encodePendingRecord(record)), record);
    },
  },
  {
    name: "simple-signing",
    shape: "json",
    codes: usualCodes,
    seeds: () => files("test/vectors/cosign-legacy/{annotated,ecdsa-p256}/payload.json"),
    words: ["docker-reference", "docker-manifest-digest", "sha512:"],
    read(input) {
      const claim = parseSimpleSigning(input);
      assert.deepEqual(parseSimpleSigning(encodeSimpleSigning(claim)), claim);
    },
  },
  {
    name: "legacy-material",
    shape: "json",
    codes: usualCodes,
    seeds: () =>
      documents({
        "dev.sigstore.cosign/certificate": pem(),
        "dev.sigstore.cosign/chain": pem(),
        "dev.sigstore.cosign/bundle": JSON.stringify(logBundle),
        "dev.sigstore.cosign/rfc3161timestamp": JSON.stringify({ SignedRFC3161Timestamp: base64(9) }),
      }),
    words: ["-----BEGIN CERTIFICATE-----", "SignedEntryTimestamp"],
    read: (input) => parseLegacyMaterial(new Fields({ annotations: parseJson(input, "input") }, "input").strings("annotations")),
  },
  {
    name: "log-bundle",
    shape: "json",
    codes: usualCodes,
    seeds: () => documents(logBundle),
    read: (input) => parseLogBundle(decodeUtf8(input)),
  },
  {
    name: "notation-jws",
    shape: "json",
    codes: usualCodes,
    seeds: () => files("test/vectors/notation/jws-{es256,annotated,expiring,timestamped}/envelope.json"),
    words: notaryWords,
    read(input) {
      notation.files.owns(input);
      parseEnvelope(jws, input);
    },
  },
  {
    name: "notation-cose",
    shape: "bytes",
    codes: usualCodes,
    seeds: () => files("test/vectors/notation/cose-{es256,annotated,expiring,timestamped}/envelope.cose"),
    words: notaryWords,
    read: (input) => parseEnvelope(cose, input),
  },
  {
    name: "notary-payload",
    shape: "json",
    codes: [...usualCodes, "USAGE"],
    seeds: () => documents({ targetArtifact: target }, { targetArtifact: { ...target, annotations: { stage: "production" } } }),
    read(input) {
      payloadBreach(input, target, { stage: "production" });
      const { annotations = {}, ...artifact } = parseNotaryPayload(input);
      assert.deepEqual(parseNotaryPayload(encodeNotaryPayload(artifact, annotations)), { ...artifact, annotations });
    },
  },
  {
    name: "offset-time",
    shape: "text",
    codes: usualCodes,
    seeds: () => texts("2023-01-19T00:21:36-08:00", "2023-01-19T00:21:36.123456789Z"),
    words: ["+23:59", "9999-12-31T23:59:59", "0000-01-01T00:00:00", "Z"],
    read: (input) => parseOffsetTime(decodeUtf8(input), "input"),
  },
];
