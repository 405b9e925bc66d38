/** Tests certificates, a revocation list and OCSP responses made by OpenSSL: `test/vectors/revocation`. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { certificateIdentity } from "./certificate-identity.ts";
import { parseCrl } from "./crl.ts";
import { crlPoints, freshestPoints, ocspUrls } from "./distribution-points.ts";
import { isSignedBy } from "./is-signed-by.ts";
import { parseOcspResponse } from "./ocsp.ts";
import { parsePemCertificates } from "./pem-certificates.ts";

const read = (name: string): Uint8Array => readFileSync(join(import.meta.dirname, "../../../test/vectors/revocation", name));
const certificate = (name: string) => parsePemCertificates(read(`${name}.pem`), name, 1)[0];
const at = Date.UTC(2026, 0, 1);
const urls = ["http://crl.example/ca.crl"];

describe("OpenSSL's revocation data", () => {
  it("is found through the lists, responder and signer named in certificates", () => {
    const good = certificate("good");
    assert.deepEqual(ocspUrls(good), ["http://ocsp.example/"]);
    assert.deepEqual(crlPoints(good), [{ urls, isPartial: false }]);
    assert.deepEqual(freshestPoints(good), [{ urls: ["http://crl.example/delta.crl"], isPartial: false }]);
    const { subjectAlternativeName, issuer, claims } = certificateIdentity(good);
    assert.deepEqual(
      [subjectAlternativeName, issuer, claims],
      ["https://example.com/build", "https://issuer.example", { githubWorkflowTrigger: "push" }],
    );
  });

  it("gives the revoked certificate and its invalidity date in the list", async () => {
    const list = parseCrl(read("list.crl"));
    assert.equal(await isSignedBy(list, certificate("ca")), true);
    assert.equal(list.find(certificate("good").serial), undefined);
    assert.equal(list.find(certificate("revoked").serial)?.reason, 1);
    assert.equal(list.find(certificate("revoked").serial)?.invalidFrom, at);
    assert.deepEqual(list.scope?.urls, urls);
  });

  it("gives the same in its responses", async () => {
    const [good, revoked] = ["good.ocsp", "revoked.ocsp"].map((name) => parseOcspResponse(read(name)));
    assert.ok(good && revoked);
    assert.equal(await isSignedBy(revoked, certificate("ca")), true);
    assert.equal(good.answers[0]?.status, "good");
    const status = revoked.answers[0]?.status;
    assert.ok(typeof status === "object");
    assert.deepEqual([status.reason, status.invalidFrom], [1, at]);
  });
});
