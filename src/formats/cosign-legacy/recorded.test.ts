/** Signature layers of real images, verified under the public instance's trusted root if they need one. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { corpusPath, skipWithout } from "../../../test/fakes/corpora.ts";
import { subjectOf } from "../../../test/vectors/load.ts";
import { decodeUtf8, toBase64 } from "../../core/bytes.ts";
import { parsePem } from "../../core/asn1/pem.ts";
import type { Finding } from "../../core/finding.ts";
import { parsePublicKey } from "../../trust/parse-public-key.ts";
import { parseTrustedRoot } from "../../trust/parse-trusted-root.ts";
import { authority } from "../../../test/fakes/expectation.ts";
import { exactly } from "../../trust/text-pattern.ts";
import { makeTrust, type Trust } from "../../trust/trust.ts";
import { changedRoot, codesOf, find, type Layer } from "../keyless-fixture.test.ts";
import { cosignLegacy } from "./cosign-legacy.ts";

const skip = skipWithout("containers-image", "sigstore-root-targets");
const read = (path: string): Buffer => readFileSync(corpusPath(path));
const at = Date.UTC(2026, 5, 1);

/** podman's file of one signature: a line that says so, then JSON. */
function layerOf(name: string): Layer {
  const text = decodeUtf8(read(`containers-image/${name}/signature-1`));
  const { mimeType, payload, annotations } = JSON.parse(text.slice(text.indexOf("{")));
  return { mediaType: mimeType, bytes: Buffer.from(payload, "base64"), annotations };
}

function findIn(name: string, trust: Trust): Promise<Finding> {
  return find(cosignLegacy, layerOf(name), { of: subjectOf(read(`containers-image/${name}/manifest.json`)), trust, at });
}

const publicRoot = () => parseTrustedRoot(read("sigstore-root-targets/trusted_root.json"), "trusted_root.json");
const namesOf = ({ checks }: Finding) => checks.map(({ name }) => name);

describe("cosign's layers that others recorded", { skip }, () => {
  it("hold by key, with the log's promise", async () => {
    const publicKey = parsePublicKey(read("containers-image/cosign2.pub"), "cosign2.pub");
    const trust = makeTrust({ keys: [{ name: "cosign2.pub", publicKey }], roots: [publicRoot()] });
    const finding = await findIn("dir-img-cosign-key-rekor-valid", trust);
    assert.deepEqual(codesOf(finding), [], JSON.stringify(finding.checks, null, 1));
    assert.deepEqual(namesOf(finding), ["format", "log", "signature", "subject"]);
  });

  it("hold by certificate of the public instance, and for no other identity", async () => {
    const trust = (identity: string) => ({
      ...makeTrust({ roots: [publicRoot()] }),
      expected: authority({ identities: [{ subject: exactly(identity), issuer: exactly("https://github.com/login/oauth"), claims: {} }] }),
    });
    const finding = await findIn("dir-img-cosign-fulcio-rekor-valid", trust("mitr@redhat.com"));
    assert.deepEqual(codesOf(finding), [], JSON.stringify(finding.checks, null, 1));
    assert.deepEqual(namesOf(finding), ["format", "log", "certificate", "sct", "signature", "identity", "subject"]);
    assert.deepEqual(codesOf(await findIn("dir-img-cosign-fulcio-rekor-valid", trust("someone@redhat.com"))), ["IDENTITY_MISMATCH"]);
  });

  it("are refused by a certificate that is not made for signing code, whatever is left unchecked", async () => {
    const [certificate] = parsePem(read("containers-image/pki_root_crts.pem"), "root");
    assert.ok(certificate);
    const root = changedRoot((changed) => {
      changed.certificateAuthorities[0].certChain.certificates = [{ rawBytes: toBase64(certificate.bytes) }];
    });
    const trust = {
      ...makeTrust({ roots: [parseTrustedRoot(Buffer.from(root), "root")] }),
      expected: authority({
        identities: [{ subject: exactly("someone@redhat.com"), issuer: exactly("https://issuer.example"), claims: {} }],
        log: "none",
        sct: "none",
        timestamp: "afterExpiry",
      }),
    };
    const finding = await findIn("dir-img-cosign-pki-valid", trust);
    assert.deepEqual(codesOf(finding), ["CERTIFICATE_INVALID"], JSON.stringify(finding.checks, null, 1));
    assert.match(JSON.stringify(finding.checks), /is not for code signing/);
  });
});
