import assert from "node:assert/strict";
import { constants, generateKeyPairSync, sign, X509Certificate } from "node:crypto";
import { suite, test } from "node:test";
import * as fc from "fast-check";
import { readsOrRefuses } from "../../../test/reads-or-refuses.ts";
import { encodePem } from "../asn1/pem.ts";
import { contextTag, encodeDer, parseDer, tags } from "../asn1/der.ts";
import { toHex } from "../bytes.ts";
import { describeCertificate, parseCertificate, type Certificate } from "./certificate.ts";
import {
  authorityKeyIdentifier,
  basicConstraints,
  extendedKeyUsage,
  keyUsage,
  subjectAltNames,
  subjectKeyIdentifier,
} from "./extensions.ts";
import { extension, extensions, integer, makeCertificate, makeDer, oid, oids, octetString, sequence, utf8 } from "./fixture.test.ts";
import { readName } from "./name.ts";
import { schemeNamedBy } from "./signature-algorithm.ts";
import { recorded, recordedSkip } from "./recorded.test.ts";

suite("X.509 certificates", () => {
  test("generated certificates read as in Node's parser", () => {
    const der = makeDer({
      subject: "leaf",
      issuer: "root",
      extensions: [extensions.usage([oids.codeSigning]), extensions.uri("https://a.example")],
    });
    const ours = parseCertificate(der);
    const theirs = new X509Certificate(der);
    assert.equal(ours.subject.text, theirs.subject);
    assert.equal(ours.issuer.text, theirs.issuer);
    assert.equal(ours.notBefore, theirs.validFromDate.getTime());
    assert.equal(ours.notAfter, theirs.validToDate.getTime());
    assert.deepEqual(extendedKeyUsage(ours), theirs.keyUsage);
    assert.ok(theirs.publicKey.equals(ours.publicKey.key));
    assert.equal(ours.version, 3);
  });

  test("certificates of the public instance and its signers read as in Node's parser", (t) => {
    const certificates = recorded();
    if (!certificates) return t.skip(String(recordedSkip));
    assert.ok(certificates.length > 10);
    for (const der of certificates) {
      const ours = parseCertificate(der);
      const theirs = new X509Certificate(der);
      assert.equal(toHex(ours.serial).replace(/^00/, "").toUpperCase(), theirs.serialNumber);
      assert.equal(ours.subject.text.split(",").toReversed().join("\n"), theirs.subject ?? "");
      assert.equal(ours.notBefore, theirs.validFromDate.getTime());
      assert.equal(ours.notAfter, theirs.validToDate.getTime());
      assert.deepEqual(extendedKeyUsage(ours), theirs.keyUsage);
      assert.equal(basicConstraints(ours)?.ca ?? false, theirs.ca);
      assert.ok(theirs.publicKey.equals(ours.publicKey.key));
      for (const name of subjectAltNames(ours)) {
        if (name.kind === "uri") assert.equal(theirs.subjectAltName, `URI:${name.value}`);
        if (name.kind === "email") assert.equal(theirs.subjectAltName, `email:${name.value}`);
      }
    }
  });

  test("the authority key identifier matches the issuer's key identifier", (t) => {
    const certificates = recorded()?.map((der) => parseCertificate(der));
    if (!certificates) return t.skip(String(recordedSkip));
    for (const certificate of certificates) {
      const issuers: readonly Certificate[] = certificates.filter(({ subject }) => subject.text === certificate.issuer.text);
      const identifiers: readonly string[] = issuers.map((issuer) => toHex(subjectKeyIdentifier(issuer) ?? new Uint8Array()));
      const authority = authorityKeyIdentifier(certificate);
      if (authority && issuers.length > 0) assert.ok(identifiers.includes(toHex(authority)));
    }
  });

  test("the supported extensions are read", () => {
    const other = encodeDer(contextTag(0), oid("1.3.6.1.4.1.57264.1.7"), encodeDer(contextTag(0), utf8("jo!example")));
    const names = sequence(
      encodeDer(contextTag(1, "primitive"), Buffer.from("jo@example.com")),
      encodeDer(contextTag(2, "primitive"), Buffer.from("example.com")),
      encodeDer(contextTag(7, "primitive"), Uint8Array.of(127, 0, 0, 1)),
      other,
    );
    const certificate = makeCertificate({
      extensions: [
        extensions.authority(3),
        extensions.keyCertSign,
        extension("2.5.29.17", names),
        extension("2.5.29.14", octetString(Uint8Array.of(1, 2))),
        extension("2.5.29.35", sequence(encodeDer(contextTag(0, "primitive"), Uint8Array.of(3, 4)))),
      ],
    });
    assert.deepEqual(basicConstraints(certificate), { ca: true, pathLength: 3 });
    assert.deepEqual([...(keyUsage(certificate) ?? [])], ["keyCertSign", "cRLSign"]);
    const [email, dns, ip, user] = subjectAltNames(certificate);
    assert.deepEqual({ ...email }, { kind: "email", value: "jo@example.com" });
    assert.deepEqual({ ...dns }, { kind: "dns", value: "example.com" });
    assert.deepEqual({ ...ip }, { kind: "unread", tag: 0x87 });
    assert.ok(user?.kind === "other" && user.oid === "1.3.6.1.4.1.57264.1.7");
    assert.deepEqual([...(subjectKeyIdentifier(certificate) ?? [])], [1, 2]);
    assert.deepEqual([...(authorityKeyIdentifier(certificate) ?? [])], [3, 4]);
    assert.equal(certificate.extensions.get("2.5.29.15")?.critical, true);
    assert.equal(certificate.extensions.get("2.5.29.14")?.critical, false);

    const bare = makeCertificate({});
    for (const read of [basicConstraints, keyUsage, extendedKeyUsage, subjectKeyIdentifier, authorityKeyIdentifier])
      assert.equal(read(bare), undefined);
    assert.deepEqual(subjectAltNames(bare), []);
  });

  test("extensions with invalid values are refused", () => {
    const having = (id: string, value: Uint8Array) => makeCertificate({ extensions: [extension(id, value)] });
    const refuses = (read: () => unknown) => assert.throws(read, { code: "MALFORMED" });
    refuses(() => basicConstraints(having("2.5.29.19", sequence(integer(0)))));
    refuses(() => basicConstraints(having("2.5.29.19", Buffer.concat([sequence(), sequence()]))));
    refuses(() => keyUsage(having("2.5.29.15", octetString())));
    refuses(() => extendedKeyUsage(having("2.5.29.37", sequence())));
    refuses(() => subjectAltNames(having("2.5.29.17", sequence(encodeDer(contextTag(6, "primitive"), Uint8Array.of(0xff))))));
  });

  test("a key that is not accepted throws only when it is read", () => {
    const certificate = makeCertificate({ key: generateKeyPairSync("ec", { namedCurve: "secp256k1" }) });
    assert.equal(certificate.subject.text, "CN=leaf");
    assert.throws(() => certificate.publicKey, { code: "INVALID_KEY", message: /secp256k1/ });
  });

  test("a certificate without a subject is described by its serial number and issuer", () => {
    assert.equal(describeCertificate(makeCertificate({ subject: "", issuer: "root" })), 'the certificate 07 of "CN=root"');
    assert.equal(describeCertificate(makeCertificate({ subject: "leaf" })), 'the certificate "CN=leaf"');
    assert.equal(describeCertificate(makeCertificate({ subject: "a, b" })), String.raw`the certificate "CN=a\, b"`);
    assert.ok(describeCertificate(makeCertificate({ subject: "x".repeat(5000) })).length < 250);
  });

  const other = sequence(oid("1.2.840.10045.4.3.3"));
  const refused: Record<string, { der: Uint8Array; message: RegExp }> = {
    "an extension twice": { der: makeDer({ extensions: [extensions.authority(), extensions.authority()] }), message: /2\.5\.29\.19 twice/ },
    "extensions in version 1": { der: makeDer({ version: 0, extensions: [extensions.authority()] }), message: /version 1 cannot have/ },
    "version 4": { der: makeDer({ version: 3 }), message: /version 4/ },
    "two signature algorithms": { der: makeDer({ innerAlgorithm: other }), message: /one signature algorithm inside and another/ },
    "bytes after it": { der: Buffer.concat([makeDer({}), Uint8Array.of(0)]), message: /after its end/ },
    PEM: { der: Buffer.from(encodePem("CERTIFICATE", makeDer({}))), message: /not DER|tag/ },
    "one that is cut off": { der: makeDer({}).subarray(0, 200), message: /cut off/ },
  };
  for (const [what, { der, message }] of Object.entries(refused)) {
    test(`refuses ${what}`, () => assert.throws(() => parseCertificate(der), { code: "MALFORMED", message }));
  }

  test("the size and depth of certificates are bounded", () => {
    const many = Array.from({ length: 700 }, (_, i) => extension(`1.2.3.${i}`, sequence()));
    assert.throws(() => makeCertificate({ extensions: many }), { code: "LIMIT_EXCEEDED" });
    assert.throws(() => makeCertificate({ subject: "x".repeat(70_000) }), { code: "LIMIT_EXCEEDED" });
  });

  test("a certificate with any byte changed is read or throws a TouchmarkError", () => {
    const der = makeDer({ extensions: [extensions.authority(1), extensions.keyCertSign, extensions.uri("https://a.example")] });
    fc.assert(
      fc.property(fc.nat(der.length - 1), fc.nat(255), (at, byte) => {
        readsOrRefuses(
          () => {
            const certificate = parseCertificate(Uint8Array.from(der, (old, index) => (index === at ? byte : old)));
            for (const read of [basicConstraints, keyUsage, extendedKeyUsage, subjectAltNames]) read(certificate);
            assert.ok(certificate.publicKey);
          },
          "MALFORMED",
          "INVALID_KEY",
          "LIMIT_EXCEEDED",
        );
      }),
      { numRuns: 500 },
    );
  });

  test("names are written as in RFC 4514, without terminal control characters", () => {
    const attribute = (id: string, text: string) => sequence(oid(id), utf8(text));
    const rdn = (...attributes: readonly Uint8Array[]) => encodeDer(tags.set, ...attributes);
    const name = sequence(
      rdn(attribute("2.5.4.10", 'A, "B" + C')),
      rdn(attribute("2.5.4.3", " #x "), attribute("2.5.4.11", "\u001b[2J")),
      rdn(attribute("1.2.3", "z")),
    );
    assert.equal(readName(parseDer(name, "name"), "name").text, String.raw`1.2.3=#0c017a,CN=\ #x\ +OU=\1b[2J,O=A\, \"B\" \+ C`);
  });
});

suite("signature algorithms", () => {
  const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const sha = { sha256: "2.16.840.1.101.3.4.2.1", sha384: "2.16.840.1.101.3.4.2.2" };
  const pss = (hash: string, mask: string, salt: number) =>
    sequence(
      oid("1.2.840.113549.1.1.10"),
      sequence(
        encodeDer(contextTag(0), sequence(oid(hash))),
        encodeDer(contextTag(1), sequence(oid("1.2.840.113549.1.1.8"), sequence(oid(mask)))),
        encodeDer(contextTag(2), integer(salt)),
      ),
    );
  const named = (algorithm: Uint8Array, key: Parameters<typeof makeCertificate>[0]["key"]) => {
    const certificate = makeCertificate({ ...(key && { key }), algorithm, sign: () => new Uint8Array(1) });
    return schemeNamedBy(certificate.signatureAlgorithm, certificate.publicKey)?.name;
  };
  const derNull = encodeDer(tags.null);

  test("each signature algorithm maps to its scheme, for its kind of key", () => {
    const ed25519 = generateKeyPairSync("ed25519");
    assert.equal(named(sequence(oid("1.2.840.10045.4.3.4")), undefined), "ecdsa-sha512");
    assert.equal(named(sequence(oid("1.2.840.113549.1.1.12"), derNull), rsa), "rsa-pkcs1-sha384");
    assert.equal(named(sequence(oid("1.2.840.113549.1.1.12")), rsa), "rsa-pkcs1-sha384");
    assert.equal(named(sequence(oid("1.3.101.112")), ed25519), "ed25519");
    assert.equal(named(pss(sha.sha384, sha.sha384, 48), rsa), "rsa-pss-sha384");
  });

  test("unknown algorithms, SHA-1, and algorithms of another kind of key map to no scheme", () => {
    assert.equal(named(sequence(oid("1.2.840.10045.4.1")), undefined), undefined); // ecdsa-with-SHA1
    assert.equal(named(sequence(oid("1.2.840.113549.1.1.5"), derNull), rsa), undefined); // sha1WithRSAEncryption
    assert.equal(named(sequence(oid("1.2.840.113549.1.1.4"), derNull), rsa), undefined); // md5WithRSAEncryption
    assert.equal(named(sequence(oid("1.2.840.113549.1.1.11"), derNull), undefined), undefined); // RSA by an EC key
    assert.equal(named(sequence(oid("1.2.840.10045.4.3.2")), rsa), undefined);
    assert.equal(named(sequence(oid("1.2.840.113549.1.1.10"), sequence()), rsa), undefined); // PSS with its default parameters
    assert.equal(named(pss(sha.sha256, sha.sha384, 32), rsa), undefined);
    assert.equal(named(pss(sha.sha256, sha.sha256, 20), rsa), undefined);
    assert.equal(named(pss("1.3.14.3.2.26", "1.3.14.3.2.26", 20), rsa), undefined);
  });

  test("parameters are refused where there are none", () => {
    assert.throws(() => named(sequence(oid("1.2.840.10045.4.3.2"), derNull), undefined), { code: "MALFORMED", message: /parameters/ });
    assert.throws(() => named(sequence(oid("1.2.840.113549.1.1.11"), integer(0)), rsa), { code: "MALFORMED", message: /parameters/ });
  });

  test("a PSS signature of OpenSSL verifies in the scheme that its certificate names", async () => {
    const certificate = makeCertificate({
      key: rsa,
      algorithm: pss(sha.sha256, sha.sha256, 32),
      sign: (tbs, key) => sign("sha256", tbs, { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 }),
    });
    const scheme = schemeNamedBy(certificate.signatureAlgorithm, certificate.publicKey);
    assert.equal(await scheme?.verify(certificate.publicKey.key, certificate.tbs.raw, certificate.signature), true);
  });
});
