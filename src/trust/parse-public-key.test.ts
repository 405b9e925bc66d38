import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { readFileSync } from "node:fs";
import { suite, test } from "node:test";
import * as fc from "fast-check";
import { readsOrRefuses } from "../../test/reads-or-refuses.ts";
import { encodeUtf8 } from "../core/bytes.ts";
import { encodePem } from "../core/asn1/pem.ts";
import { parsePublicKey } from "./parse-public-key.ts";

const vectors = new URL("../../test/vectors/keys/", import.meta.url);
const read = (file: string) => readFileSync(new URL(file, vectors));
const text = (file: string) => read(file).toString();
const parse = (pem: string) => parsePublicKey(encodeUtf8(pem), "release.pub");

suite("parsePublicKey", () => {
  for (const name of ["ecdsa-p256", "ecdsa-p384", "ecdsa-p521", "ed25519", "rsa-2048", "rsa-3072", "rsa-4096"]) {
    test(`reads cosign's ${name}.pub`, () => {
      const { spki } = parsePublicKey(read(`cosign/${name}.pub`), name);
      assert.equal(encodePem("PUBLIC KEY", spki), text(`cosign/${name}.pub`));
    });
  }

  test("a certificate is read for its key, the first certificate of a chain counts", () => {
    const expected = parse(text("openssl/sec1-public.pem")).fingerprint;
    const certificate = text("openssl/certificate.pem"); // with the text that OpenSSL writes before it
    assert.equal(parse(certificate).fingerprint, expected);
    assert.equal(parse(certificate + certificate).fingerprint, expected);
    assert.equal(parse(certificate.replaceAll("\n", "\r\n")).fingerprint, expected);
  });

  test("a PKCS#1 key equals its SPKI form", () => {
    const key = parse(text("openssl/pkcs1-public.pem"));
    assert.equal(parse(encodePem("PUBLIC KEY", key.spki)).fingerprint, key.fingerprint);
  });

  const key = text("cosign/ecdsa-p256.pub");
  const refused: Record<string, { pem: string; message: RegExp }> = {
    nothing: { pem: "", message: /holds no PEM block/ },
    "no PEM": { pem: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ someone@example.com", message: /holds no PEM block/ },
    "another block": { pem: encodePem("CERTIFICATE REQUEST", new Uint8Array(9)), message: /holds a CERTIFICATE REQUEST block/ },
    "two keys": { pem: key + text("cosign/ed25519.pub"), message: /a PUBLIC KEY block and a PUBLIC KEY block/ },
    "a key and a certificate": { pem: key + text("openssl/certificate.pem"), message: /a PUBLIC KEY block and a CERTIFICATE block/ },
    "a key that is cut": { pem: key.slice(0, 80), message: /the PUBLIC KEY block of release.pub has no end/ },
    "bytes that are no key": {
      pem: encodePem("PUBLIC KEY", new Uint8Array(91)),
      message: /the PUBLIC KEY block of release.pub cannot be read/,
    },
    "bytes that are no certificate": {
      pem: encodePem("CERTIFICATE", new Uint8Array(91)),
      message: /CERTIFICATE block of release.pub cannot/,
    },
    "a kind that is not accepted": { pem: text("refused/secp256k1.pem"), message: /release.pub is ec secp256k1/ },
    "an endless file": { pem: key + "\n".repeat(64 * 1024), message: /too many for a key file/ },
    "UTF-16, as some shells write it": { pem: Buffer.from(key, "utf16le").toString(), message: /holds no PEM block/ },
  };
  for (const [what, { pem, message }] of Object.entries(refused)) {
    test(`refuses ${what}`, () => assert.throws(() => parse(pem), { code: "INVALID_KEY", message }));
  }

  for (const file of ["cosign/ecdsa-p256.key", "openssl/pkcs8.pem", "openssl/pkcs1.pem", "openssl/sec1-with-parameters.pem"]) {
    test(`refuses the private key ${file}, alone or beside a public one`, () => {
      const expected = { code: "INVALID_KEY", message: /holds a private key/, hint: /public half/ };
      assert.throws(() => parse(text(file)), expected);
      assert.throws(() => parse(key + text(file)), expected);
    });
  }

  test("any bytes under any label are read or throw INVALID_KEY", () => {
    const spki = parse(key).spki;
    const mutated = fc
      .tuple(fc.nat(spki.length - 1), fc.nat(255))
      .map(([at, byte]) => Uint8Array.from(spki, (old, index) => (index === at ? byte : old)));
    const label = fc.constantFrom("PUBLIC KEY", "RSA PUBLIC KEY", "CERTIFICATE", "PRIVATE KEY");
    fc.assert(
      fc.property(label, fc.oneof(fc.uint8Array({ maxLength: 200 }), mutated), (name, bytes) => {
        readsOrRefuses(() => parse(encodePem(name, bytes)), "INVALID_KEY");
      }),
    );
  });

  test("bytes after the key inside of the PEM block are refused", () => {
    const der = generateKeyPairSync("ec", { namedCurve: "P-256" }).publicKey.export({ format: "der", type: "spki" });
    const pem = (bytes: Buffer) => encodeUtf8(`-----BEGIN PUBLIC KEY-----\n${bytes.toString("base64")}\n-----END PUBLIC KEY-----\n`);
    assert.equal(parsePublicKey(pem(der), "a.pub").algorithm.name, "ecdsa-p256");
    assert.throws(() => parsePublicKey(pem(Buffer.concat([der, Buffer.alloc(1)])), "a.pub"), { code: "INVALID_KEY" });
  });
});
