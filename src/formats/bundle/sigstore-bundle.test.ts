import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { decodeUtf8, encodeUtf8 } from "../../core/bytes.ts";
import { parseStatement, statementPayloadType } from "../../core/statements/statement.ts";
import { loadVector } from "../../../test/vectors/load.ts";
import { encodeSignStatement, readClaim } from "./sign-statement.ts";
import { parseMaterial } from "./material.ts";
import { encodeBundle, parseBundle } from "./sigstore-bundle.ts";

const { layer, subject } = loadVector("bundle", "annotated");
const document = JSON.parse(decodeUtf8(layer));

function changed(change: (bundle: typeof document) => void): Uint8Array {
  const copy = structuredClone(document);
  change(copy);
  return encodeUtf8(JSON.stringify(copy));
}

describe("sigstore bundle", () => {
  it("is written as cosign writes it, byte for byte", () => {
    const { content, signature, hint } = parseBundle(layer);
    assert.ok(hint !== undefined);
    assert.ok(content.kind === "envelope");
    const { claim } = readClaim(parseStatement(content.envelope.payload), subject);
    assert.equal(claim.kind, "signature");
    const payload = claim.kind === "signature" ? encodeSignStatement(claim) : new Uint8Array();
    assert.equal(decodeUtf8(encodeBundle({ payload, payloadType: statementPayloadType }, signature, { hint })), decodeUtf8(layer));
  });

  it("reads each version in both spellings", () => {
    for (const version of ["0.1", "0.2", "0.3"]) {
      for (const spelling of [`bundle+json;version=${version}`, `bundle.v${version}+json`]) {
        const bytes = changed((bundle) => void (bundle.mediaType = `application/vnd.dev.sigstore.${spelling}`));
        assert.equal(parseBundle(bytes).version, version);
      }
    }
  });

  it("says of another version that it is not supported", () => {
    for (const mediaType of [
      "application/vnd.dev.sigstore.bundle+json;version=0.4",
      "application/vnd.dev.sigstore.bundle.v0.4+json",
      "application/vnd.dev.sigstore.bundle.v99.0+json",
    ]) {
      assert.throws(() => parseBundle(changed((bundle) => void (bundle.mediaType = mediaType))), { code: "UNSUPPORTED" });
    }
  });

  it("refuses what is not one bundle", () => {
    const broken: readonly ((bundle: typeof document) => void)[] = [
      (bundle) => void (bundle.mediaType = "application/json"),
      (bundle) => void delete bundle.verificationMaterial,
      (bundle) => void (bundle.verificationMaterial.certificate = { rawBytes: "AAAA" }),
      (bundle) => void delete bundle.verificationMaterial.publicKey,
      (bundle) => void delete bundle.dsseEnvelope,
      (bundle) => void (bundle.messageSignature = { signature: "AAAA" }),
      (bundle) => void (bundle.verificationMaterial = { x509CertificateChain: { certificates: [] } }),
      (bundle) => {
        bundle.mediaType = "application/vnd.dev.sigstore.bundle+json;version=0.2";
        bundle.verificationMaterial = { x509CertificateChain: { certificates: [] } };
      },
      (bundle) => void (bundle.dsseEnvelope.signatures = []),
      (bundle) => void (bundle.dsseEnvelope.payload = "not base64!"),
      (bundle) => void (bundle.dsseEnvelope.signatures[0].sig = 7),
    ];
    for (const change of broken) {
      assert.throws(() => parseMaterial(parseBundle(changed(change))), { code: "MALFORMED" }, String(change));
    }
  });

  it("refuses a second signature", () => {
    const twice = changed((bundle) => void bundle.dsseEnvelope.signatures.push(bundle.dsseEnvelope.signatures[0]));
    assert.throws(() => parseBundle(twice), { code: "LIMIT_EXCEEDED" });
  });

  it("refuses too many JSON values, whatever their names", () => {
    const crowd = Object.fromEntries(Array.from({ length: 10_000 }, (_, i) => [i, 0]));
    assert.throws(() => parseBundle(changed((bundle) => void (bundle.more = crowd))), { code: "LIMIT_EXCEEDED" });
  });
});
