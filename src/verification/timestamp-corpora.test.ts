/** Tests recorded timestamps: tspclient-go's (`rfc3161`), notation's and sigstore's; only the listed files must verify. */
import assert from "node:assert/strict";
import { existsSync, globSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { suite, test } from "node:test";
import { corporaFolder, corpusPath, skipWithout } from "../../test/fakes/corpora.ts";
import { fromBase64 } from "../core/bytes.ts";
import { Fields, parseJson } from "../core/json/json.ts";
import { parsePem } from "../core/asn1/pem.ts";
import { parseTimestampToken } from "../core/envelopes/timestamp-token.ts";
import { parseCertificate } from "../core/x509/certificate.ts";
import { parseTrustedRoot } from "../trust/parse-trusted-root.ts";
import type { CertificateAuthority } from "../trust/trusted-root.ts";
import { verifyTimestamp } from "./verify-timestamp.ts";
import { verifyTimestamps } from "./verify-timestamps.ts";

const skip = skipWithout("rfc3161", "notation-envelopes", "notation-verifier", "sigstore-conformance", "sigstore-root-targets");
const read = (path: string) => readFileSync(corpusPath(path));
const list = (pattern: string) => (skip === false ? globSync(pattern, { cwd: corporaFolder }).toSorted() : []);

function authority(name: string, ...chain: readonly Uint8Array[]): CertificateAuthority {
  return { name, operator: name, chain: chain.map((der) => parseCertificate(der)), validFor: { start: 0 } };
}
/** Both known roots of GlobalSign, and FreeTSA's from its own token. */
function authorities(): readonly CertificateAuthority[] {
  const [r3] = parsePem(read("rfc3161/tsp/GlobalSignRootCA.crt"), "root");
  const [, freeTsa] = parseTimestampToken(read("rfc3161/tsp/TimeStampTokenWithSigningCertificateV1.p7s")).signedData.certificates;
  assert.ok(r3 && freeTsa);
  return [
    authority("R3", r3.bytes),
    authority("R6", read("notation-verifier/truststore/x509/tsa/test-timestamp/globalsignRoot.cer")),
    authority("FreeTSA", freeTsa),
  ];
}

interface Good {
  readonly message: string;
  readonly at: string;
  readonly authority: string;
}
const globalSign: Good = { message: "notation", at: "2021-09-17T14:09:10.000Z", authority: "R3" };
const freeTsa: Good = { message: "test", at: "2024-04-09T05:29:39.000Z", authority: "FreeTSA" };
const good: Readonly<Record<string, Good>> = {
  "rfc3161/cms/TimeStampToken.p7s": globalSign,
  "rfc3161/tsp/TimeStampToken.p7s": globalSign,
  "notation-verifier/timestamp/countersignature/TimeStampToken.p7s": globalSign,
  "rfc3161/tsp/granted.tsq": { ...globalSign, at: "2021-09-18T11:54:34.000Z" },
  "rfc3161/tsp/TimeStampTokenWithSigningCertificateV1.p7s": freeTsa,
  "rfc3161/tsp/validResponseWithSigningCertificateV1.tsr": freeTsa,
};

suite("recorded timestamps", { skip }, () => {
  const files = list("{rfc3161/*,notation-verifier/timestamp/countersignature}/*");
  test("are complete", () => {
    assert.ok(files.length >= 48);
    for (const file of Object.keys(good)) assert.ok(files.includes(file), file);
  });

  for (const file of files) {
    const expected = good[file];
    test(`${file} ${expected ? "verifies" : "is refused"}`, async () => {
      for (const message of expected ? [expected.message] : ["notation", "test"]) {
        const result = await verifyTimestamp(read(file), { stamped: Buffer.from(message), authorities: authorities() });
        if (!expected) assert.notEqual(result.check.outcome, "passed");
        else {
          assert.ok("value" in result, result.check.detail);
          assert.equal(new Date(result.value.at).toISOString(), expected.at);
          assert.equal(result.value.authority.name, expected.authority);
        }
      }
    });
  }

  test("verify without the signer's certificate if the trust has it", async () => {
    const { certificates } = parseTimestampToken(read("rfc3161/tsp/TimeStampToken.p7s")).signedData;
    const stamped = Buffer.from("notation");
    const token = read("rfc3161/tsp/TimeStampTokenWithoutCertificate.p7s");
    const result = await verifyTimestamp(token, { stamped, authorities: [authority("known", ...certificates)] });
    assert.equal(result.check.outcome, "passed", result.check.detail);
  });
});

/** Why the timestamp of a case does not verify; all others do, even if their time is outside the signer's certificate. */
const bad: Readonly<Record<string, string>> = {
  "rekor2-timestamp-outside-trust-root-tsa-validity_fail": "TIMESTAMP_MISSING",
  "rekor2-timestamp-outside-tsa-cert-validity_fail": "EXPIRED",
  "rekor2-timestamp-payload-mismatch_fail": "TIMESTAMP_INVALID",
  "rekor2-timestamp-untrusted-tsa-with-embedded-cert_fail": "TIMESTAMP_MISSING",
  "rekor2-timestamp-untrusted-tsa-without-embedded-cert_fail": "TIMESTAMP_MISSING",
};

suite("timestamps of sigstore bundles", { skip }, () => {
  for (const file of list("sigstore-conformance/bundle-verify/*/bundle.sigstore.json")) {
    const folder = file.slice(0, -"/bundle.sigstore.json".length);
    const name = basename(folder);
    if (!read(file).includes("signedTimestamp") || name === "trust-root-tlog-missing-validity-start_fail") continue; // there is no trust to verify it with
    test(`${name}: ${bad[name] ?? "verifies"}`, async () => {
      const bundle = new Fields(parseJson(read(file), file), file);
      const stamps = bundle.fields("verificationMaterial").fields("timestampVerificationData").objects("rfc3161Timestamps", 32);
      const own = `${folder}/trusted_root.json`;
      const root = parseTrustedRoot(read(existsSync(corpusPath(own)) ? own : "sigstore-root-targets/trusted_root.json"), own);
      const message = bundle.optionalFields("messageSignature");
      const signature = message?.string("signature") ?? bundle.fields("dsseEnvelope").objects("signatures", 1)[0]?.string("sig") ?? "";
      const { check } = await verifyTimestamps(
        stamps.map((stamp) => Buffer.from(stamp.string("signedTimestamp"), "base64")), // one is not strict base64
        { stamped: fromBase64(signature), authorities: root.timestampAuthorities, threshold: 1 },
      );
      assert.equal(check.outcome === "passed" ? undefined : check.code, bad[name], check.detail);
    });
  }
});
