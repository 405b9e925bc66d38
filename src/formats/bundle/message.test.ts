/** Bundles over the bytes of an image's manifest, without a statement around them. */
import assert from "node:assert/strict";
import { generateKeyPairSync, sign } from "node:crypto";
import { describe, it } from "node:test";
import { subjectOf } from "../../../test/vectors/load.ts";
import { encodeUtf8, toBase64 } from "../../core/bytes.ts";
import { bundleHint, publicKeyOf } from "../../core/keys/public-key.ts";
import { makeTrust } from "../../trust/trust.ts";
import { bundleLayer, codesOf, find, instance, makeMessageBundle, signedAt, subject, workflow } from "../keyless-fixture.test.ts";
import { bundle } from "./bundle.ts";
import { bundleMediaType } from "./sigstore-bundle.ts";

const other = subjectOf(encodeUtf8('{"another":"image"}'));

describe("a bundle with a message signature", () => {
  it("is a signature of the image whose manifest is the message", async () => {
    for (const loggedAt of [undefined, signedAt]) {
      const finding = await find(bundle, bundleLayer(makeMessageBundle(subject.manifest, { loggedAt })));
      assert.deepEqual(codesOf(finding), [], JSON.stringify(finding.checks, null, 1));
      assert.deepEqual(finding.claim, { kind: "signature", subject: subject.digest, annotations: {} });
      assert.ok(finding.signer?.kind === "certificate");
      const { anchor, ...signer } = finding.signer;
      assert.deepEqual(signer, { kind: "certificate", ...workflow, claims: {} });
      assert.equal(anchor.name, "https://authority.test");
    }
  });

  it("may leave out the message's digest, which proves nothing", async () => {
    const made = makeMessageBundle();
    delete made.messageSignature.messageDigest;
    assert.deepEqual(codesOf(await find(bundle, bundleLayer(made))), []);
  });

  it("is made with any kind of key", async () => {
    for (const { publicKey, privateKey } of [
      generateKeyPairSync("ed25519"),
      generateKeyPairSync("ec", { namedCurve: "P-384" }),
      generateKeyPairSync("rsa", { modulusLength: 2048 }),
    ]) {
      const key = publicKeyOf(publicKey, "key.pub");
      const signature = key.algorithm.signs.sign(privateKey, subject.manifest);
      const made = {
        mediaType: bundleMediaType,
        verificationMaterial: { publicKey: { hint: bundleHint(key) } },
        messageSignature: { signature: toBase64(signature) },
      };
      const trust = makeTrust({ keys: [{ name: "key.pub", publicKey: key }] });
      assert.deepEqual(codesOf(await find(bundle, bundleLayer(made), { trust })), []);
      assert.deepEqual(codesOf(await find(bundle, bundleLayer(made), { trust, of: other })), ["SIGNATURE_INVALID"]);
    }
  });

  it("of another image is recognised by its stated digest, which is unverified", async () => {
    const copied = await find(bundle, bundleLayer(makeMessageBundle(other.manifest)));
    assert.deepEqual(codesOf(copied), ["SUBJECT_MISMATCH"]);
    assert.equal(copied.claim?.subject, other.digest);
    assert.equal(copied.signer, undefined);
    const made = makeMessageBundle(other.manifest);
    made.messageSignature.messageDigest = makeMessageBundle().messageSignature.messageDigest;
    assert.deepEqual(codesOf(await find(bundle, bundleLayer(made)))[0], "LOG_ENTRY_INVALID");
  });

  it("an empty digest, or one of another length, is no digest", async () => {
    for (const digest of ["", "AAAA"]) {
      const made = makeMessageBundle();
      made.messageSignature.messageDigest.digest = digest;
      assert.deepEqual(codesOf(await find(bundle, bundleLayer(made))), ["MALFORMED_EVIDENCE"]);
    }
  });

  it("is over the bytes as they are: the same JSON in other bytes is another message", async () => {
    const { certificate, key } = instance.certify(workflow);
    const message = encodeUtf8('{ "an": "image" }');
    const signature = sign("sha256", message, key.privateKey);
    const made = makeMessageBundle();
    made.verificationMaterial.certificate.rawBytes = toBase64(certificate);
    made.verificationMaterial.tlogEntries = [instance.log(1, message, signature, certificate)];
    delete made.verificationMaterial.timestampVerificationData;
    made.messageSignature.signature = toBase64(signature);
    assert.deepEqual(codesOf(await find(bundle, bundleLayer(made)))[0], "LOG_ENTRY_INVALID");
  });
});
