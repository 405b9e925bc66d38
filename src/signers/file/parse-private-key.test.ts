import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { suite, test } from "node:test";
import { inspect } from "node:util";
import * as fc from "fast-check";
import { readsOrRefuses } from "../../../test/reads-or-refuses.ts";
import { encodeUtf8 } from "../../core/bytes.ts";
import { TouchmarkError } from "../../core/errors.ts";
import { encodePem, parsePem } from "../../core/asn1/pem.ts";
import { publicKeyOf } from "../../core/keys/public-key.ts";
import { parsePublicKey } from "../../trust/parse-public-key.ts";
import { parsePrivateKey } from "./parse-private-key.ts";
import type { Password } from "./sigstore-key.ts";

const vectors = new URL("../../../test/vectors/keys/", import.meta.url);
const read = (file: string) => readFileSync(new URL(file, vectors));
const text = (file: string) => read(file).toString();
const parse = (pem: string) => parsePrivateKey(encodeUtf8(pem), "release.key");
const password = "correct-horse";

async function fingerprintOf(file: string, given: Password): Promise<string> {
  const parsed = parsePrivateKey(read(file), file);
  assert(parsed.encrypted, `${file} is encrypted`);
  return publicKeyOf(await parsed.decrypt(given), file).fingerprint;
}

suite("cosign's own keys", { concurrency: true }, () => {
  for (const name of ["ecdsa-p256", "ecdsa-p384", "ecdsa-p521", "rsa-2048", "rsa-3072", "rsa-4096"]) {
    test(`reads ${name}.key`, async () => {
      assert.equal(await fingerprintOf(`cosign/${name}.key`, password), parsePublicKey(read(`cosign/${name}.pub`), name).fingerprint);
    });
  }

  test("an empty password is a password", async () => {
    const { fingerprint } = parsePublicKey(read("cosign/empty-password.pub"), "");
    assert.equal(await fingerprintOf("cosign/empty-password.key", ""), fingerprint);
  });

  test("a wrong password is told, and not repeated", async () => {
    await assert.rejects(fingerprintOf("cosign/ecdsa-p256.key", "hunter2"), (error) => {
      assert(error instanceof TouchmarkError && error.code === "WRONG_PASSWORD");
      assert.doesNotMatch(inspect(error, { depth: 9 }), /hunter2/);
      return true;
    });
  });

  test("reads the label of older versions, and a password of bytes", async () => {
    const older = text("cosign/ed25519.key").replaceAll("SIGSTORE", "COSIGN");
    const parsed = parse(older);
    assert(parsed.encrypted);
    const { fingerprint } = parsePublicKey(read("cosign/ed25519.pub"), "");
    assert.equal(publicKeyOf(await parsed.decrypt(encodeUtf8(password)), "").fingerprint, fingerprint);
  });
});

suite("OpenSSL's keys", () => {
  const plain = {
    "sec1-with-parameters.pem": parsePublicKey(read("openssl/sec1-public.pem"), "").fingerprint,
    "pkcs1.pem": parsePublicKey(read("openssl/pkcs1-public.pem"), "").fingerprint,
    "pkcs8.pem": parsePublicKey(read("openssl/pkcs8-public.pem"), "").fingerprint,
  };
  for (const [file, fingerprint] of Object.entries(plain)) {
    test(`reads ${file}`, () => {
      const parsed = parsePrivateKey(read(`openssl/${file}`), file);
      assert(!parsed.encrypted);
      assert.equal(publicKeyOf(parsed.key, file).fingerprint, fingerprint);
    });
  }

  test("reads pkcs8-encrypted.pem with its password alone", async () => {
    assert.equal(await fingerprintOf("openssl/pkcs8-encrypted.pem", password), plain["pkcs8.pem"]);
    for (const wrong of ["hunter2", "", "long ".repeat(1000)]) {
      await assert.rejects(fingerprintOf("openssl/pkcs8-encrypted.pem", wrong), { code: "WRONG_PASSWORD" });
    }
  });

  const refused = {
    "pkcs8-too-many-iterations.pem": /iterations of PBKDF2, expected 1 to 2000000/,
    "pkcs8-pbes1.pem": /not encrypted by PBES2/,
    "pkcs8-scrypt.pem": /not encrypted under PBKDF2/,
    "sec1-encrypted.pem": /has headers \(RFC 1421\)/,
  };
  for (const [file, message] of Object.entries(refused)) {
    test(`refuses ${file}`, () => assert.throws(() => parsePrivateKey(read(`openssl/${file}`), file), { code: "INVALID_KEY", message }));
  }
});

suite("parsePrivateKey", () => {
  const key = text("openssl/pkcs8.pem");
  const refused: Record<string, { pem: string; message: RegExp }> = {
    nothing: { pem: "", message: /must hold one private key in PEM, and holds no PEM block/ },
    "a public key": { pem: text("cosign/ed25519.pub"), message: /is a public key, and signing needs the private key/ },
    "two keys": { pem: key + text("openssl/pkcs1.pem"), message: /a PRIVATE KEY block and a RSA PRIVATE KEY block/ },
    "OpenSSH's own form": {
      pem: encodePem("OPENSSH PRIVATE KEY", new Uint8Array(9)),
      message: /OPENSSH PRIVATE KEY, a form that is not read/,
    },
    "bytes that are no key": {
      pem: encodePem("PRIVATE KEY", new Uint8Array(48)),
      message: /the private key in release.key cannot be read/,
    },
    "an endless file": { pem: key + "\n".repeat(64 * 1024), message: /too many for a key file/ },
  };
  for (const [what, { pem, message }] of Object.entries(refused)) {
    test(`refuses ${what}`, () => assert.throws(() => parse(pem), { code: "INVALID_KEY", message }));
  }

  test("a broken key is never in the error", () => {
    const body = key.split("\n")[1] ?? "";
    for (const broken of [key.replace("-----END", "----END"), key.replace(body, `${body}=`), key.replace(body, body.slice(0, -4))]) {
      assert.throws(
        () => parse(broken),
        (error) => !inspect(error, { depth: 9 }).includes(body.slice(30, 50)),
      );
    }
  });

  test("no bytes under any label do worse than INVALID_KEY", () => {
    const files = ["openssl/pkcs8.pem", "openssl/pkcs8-encrypted.pem", "openssl/sec1-with-parameters.pem", "cosign/ed25519.key"];
    const genuine = fc.constantFrom(...files.flatMap((file) => parsePem(read(file), file)));
    const mutated = fc
      .tuple(genuine, fc.nat(), fc.nat(255))
      .map(([{ label, bytes }, location, byte]) => ({ label, bytes: bytes.with(location % bytes.length, byte) }));
    const arbitrary = fc.record({ label: genuine.map(({ label }) => label), bytes: fc.uint8Array({ maxLength: 100 }) });
    fc.assert(
      fc.property(fc.oneof(mutated, arbitrary), ({ label, bytes }) => {
        readsOrRefuses(() => parse(encodePem(label, bytes)), "INVALID_KEY");
      }),
      { numRuns: 500 },
    );
  });
});
