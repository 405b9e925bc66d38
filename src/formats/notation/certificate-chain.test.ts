import assert from "node:assert/strict";
import { generateKeyPairSync, sign } from "node:crypto";
import { suite, test } from "node:test";
import { encodeDer, tags } from "../../core/asn1/der.ts";
import type { Certificate } from "../../core/x509/certificate.ts";
import { bitString, extension, extensions, makeKey, octetString, oid, sequence, type Shape } from "../../core/x509/fixture.test.ts";
import { chainBreach, validityBreach } from "./certificate-chain.ts";
import { certificate, chain, day, leaf, leafShape, now, root, rootShape } from "./fixture.test.ts";

const usage = (isCritical: boolean, ...bytes: readonly number[]) => extension("2.5.29.15", bitString(Uint8Array.of(...bytes)), isCritical);
const leafWith = (shape: Shape): Certificate => certificate({ ...leafShape, ...shape });
const middleKey = makeKey();
const middleShape: Shape = {
  subject: "C=US,ST=WA,O=acme,CN=middle",
  issuer: rootShape.subject ?? "",
  key: middleKey,
  signedBy: leafShape.signedBy ?? middleKey.privateKey,
  extensions: [extensions.authority(0), extensions.keyCertSign],
};
const middle = certificate(middleShape);
const byMiddle: Shape = { issuer: middleShape.subject ?? "", signedBy: middleKey.privateKey };
const below = leafWith(byMiddle);
const selfShape: Shape = { subject: "C=US,ST=WA,O=acme,CN=self", extensions: [extensions.digitalSignature] };
const self = certificate(selfShape);

const sha1 = (shape: Shape): Shape => ({
  ...shape,
  algorithm: sequence(oid("1.2.840.10045.4.1")),
  sign: (tbs, key) => sign("sha1", tbs, key),
});

suite("chains", () => {
  const kept: Readonly<Record<string, readonly Certificate[]>> = {
    "a leaf and its root": chain,
    "a leaf, an intermediate, a root": [below, middle, root],
    "one certificate that signed itself": [self],
    "a leaf for code signing": [leafWith({ extensions: [extensions.digitalSignature, extensions.usage(["1.3.6.1.5.5.7.3.3"])] }), root],
    "a leaf that stands by what it signs": [leafWith({ extensions: [usage(true, 0xc0)] }), root],
    "extensions that are not critical and not known": [
      leafWith({ extensions: [extensions.digitalSignature, extension("1.2.3.4", octetString())] }),
      root,
    ],
  };
  for (const [name, certificates] of Object.entries(kept)) {
    test(`keep the rules: ${name}`, async () => assert.equal(await chainBreach(certificates), undefined));
  }

  const noSigner = "keyUsage is not critical";
  const broken: Readonly<Record<string, readonly [readonly Certificate[], RegExp]>> = {
    "without the root": [[leaf], /not complete/],
    "that ends in an intermediate": [[below, middle], /not complete/],
    "without the intermediate": [[below, root], /did not issue it/],
    "in another order": [[below, root, middle], /did not issue it/],
    "with the root first": [[root, leaf], /signed itself|did not issue it/],
    "with a stranger in it": [[leaf, middle, root], /did not issue it/],
    "with the root twice": [[leaf, root, root], /signed itself and does not end the chain/],
    "with something after a certificate that signed itself": [[self, root], /did not issue it/],
    "of a root of the same name": [[leaf, certificate({ ...rootShape, key: makeKey() })], /not signed by/],
    "of a root that did not sign itself": [[leaf, certificate({ ...rootShape, signedBy: makeKey().privateKey })], /not signed by itself/],
    "of a leaf signed with SHA-1": [[certificate(sha1(leafShape)), root], /not accepted \(1\.2\.840\.10045\.4\.1\)/],
    "of a root signed with SHA-1": [[leaf, certificate(sha1(rootShape))], /not accepted/],
    "of one certificate signed with SHA-1": [[certificate(sha1(selfShape))], /not accepted/],
    "of a leaf that is an authority": [[root], /expected one of a signer/],
    "of a leaf without key usage": [[leafWith({ extensions: [] }), root], /key usage/],
    [`of a leaf whose ${noSigner}`]: [[leafWith({ extensions: [usage(false, 0x80)] }), root], /critically/],
    "of a leaf that is not for signatures": [[leafWith({ extensions: [usage(true, 0x40)] }), root], /not for signatures/],
    "of a leaf that may sign certificates": [[leafWith({ extensions: [usage(true, 0x84)] }), root], /keyCertSign/],
    "of a leaf that encrypts keys": [[leafWith({ extensions: [usage(true, 0xa0)] }), root], /keyEncipherment/],
    "of an authority without basic constraints": [
      [leaf, certificate({ ...rootShape, extensions: [extensions.keyCertSign] })],
      /no authority/,
    ],
    "of an authority that says so uncritically": [
      [
        leaf,
        certificate({
          ...rootShape,
          extensions: [extension("2.5.29.19", sequence(encodeDer(tags.boolean, Uint8Array.of(0xff)))), extensions.keyCertSign],
        }),
      ],
      /critically, no authority/,
    ],
    "of an authority without key usage": [[leaf, certificate({ ...rootShape, extensions: [extensions.authority()] })], /may not/],
    "of an authority whose key usage is not critical": [
      [leaf, certificate({ ...rootShape, extensions: [extensions.authority(), usage(false, 0x06)] })],
      /may not/,
    ],
    "longer than an authority allows": [
      [below, middle, certificate({ ...rootShape, extensions: [extensions.authority(0), extensions.keyCertSign] })],
      /allows 0 authorities below it, and 1 are/,
    ],
    "of a leaf with an RSA key of 2560 bits": [
      [leafWith({ key: generateKeyPairSync("rsa", { modulusLength: 2560 }) }), root],
      /no accepted algorithm/,
    ],
    "of a leaf with an Ed25519 key": [[leafWith({ key: generateKeyPairSync("ed25519") }), root], /no accepted algorithm/],
    "of a leaf with an RSA key of 1024 bits": [[leafWith({ key: generateKeyPairSync("rsa", { modulusLength: 1024 }) }), root], /1024 bits/],
    "of a leaf with broken key usage": [[leafWith({ extensions: [extension("2.5.29.15", octetString(), true)] }), root], /cannot be read/],
  };
  for (const [name, [certificates, message]] of Object.entries(broken)) {
    test(`are refused ${name}`, async () => {
      const breach = await chainBreach(certificates);
      assert.equal(breach?.code, "CERTIFICATE_INVALID");
      assert.equal(breach.outcome, "failed");
      assert.match(breach.detail, message);
    });
  }

  const foreign = {
    any: "2.5.29.37.0",
    server: "1.3.6.1.5.5.7.3.1",
    client: "1.3.6.1.5.5.7.3.2",
    email: "1.3.6.1.5.5.7.3.4",
    time: "1.3.6.1.5.5.7.3.8",
  };
  for (const [name, id] of Object.entries(foreign)) {
    test(`are refused of a leaf for ${name} as well`, async () => {
      const extended = extensions.usage(["1.3.6.1.5.5.7.3.3", id]);
      const breach = await chainBreach([leafWith({ extensions: [extensions.digitalSignature, extended] }), root]);
      assert.equal(breach?.code, "CERTIFICATE_INVALID");
    });
  }

  test("are undecided with a critical extension that is not known", async () => {
    const names = extension("2.5.29.30", sequence(), true);
    const constrained = certificate({ ...rootShape, extensions: [extensions.authority(), extensions.keyCertSign, names] });
    assert.deepEqual((await chainBreach([leaf, constrained]))?.outcome, "undecided");
    assert.equal(
      (await chainBreach([leafWith({ extensions: [extensions.digitalSignature, extension("1.2.3.4", octetString(), true)] }), root]))?.code,
      "UNSUPPORTED",
    );
  });

  test("hold while every certificate does, ends included", () => {
    assert.equal(validityBreach(chain, leaf.notBefore), undefined);
    assert.equal(validityBreach(chain, leaf.notAfter), undefined);
    assert.match(validityBreach(chain, leaf.notBefore - 1) ?? "", /valid from/);
    assert.match(validityBreach(chain, leaf.notAfter + 1) ?? "", /valid from/);
    assert.equal(validityBreach(chain, leaf.notBefore, leaf.notAfter), undefined);
    assert.match(validityBreach(chain, leaf.notBefore - 1, leaf.notAfter) ?? "", /not at 2025-12-31T23:59:59Z/);
    assert.match(validityBreach(chain, leaf.notBefore, leaf.notAfter + 1) ?? "", /not at 2027/);
    const expired = certificate({ ...middleShape, notAfter: now - day });
    assert.match(validityBreach([below, expired, root], now) ?? "", /CN=middle/);
  });
});
