import { suite, test } from "node:test";
import { extension, extensions, makeCertificate, oid, oids, sequence } from "../core/x509/fixture.test.ts";
import { makeOcspAnswer, makeOcspRefusal, now, revocable, type OcspShape } from "../core/x509/revocation-fixture.test.ts";
import { isRevoked, isUnknown, passes } from "./revocation-asserts.test.ts";
import { ca, crl, crlOf, facts, issued, keys, leaf, ocsp, ocspOf, statusOf } from "./revocation-fixture.test.ts";

const url = "http://ocsp.example/";
const certificate = leaf(extensions.digitalSignature, extensions.usage([oids.codeSigning]), revocable.ocsp(url));
const statusBy = (shape: Partial<OcspShape>) => statusOf(certificate, facts([ocspOf(url, certificate), ocsp(certificate, shape)]));

suite("an OCSP response", () => {
  test("may come from the issuer, identified by subject or by key", async () => {
    await passes(statusBy({}));
    await passes(statusBy({ byKey: true }));
    await passes(statusBy({ byKey: true, certificates: [ca] }));
    await isRevoked(statusBy({ status: { reason: 1 } }));
  });

  test("is refused if anyone else signed it", async () => {
    const elsewhere = { signedBy: keys.other.privateKey };
    await isUnknown(statusBy(elsewhere), /not signed by the certificate's issuer or its delegate/);
    await isUnknown(statusBy({ ...elsewhere, status: { reason: 1 } }), /not signed/);
    const unrelated = makeCertificate({ subject: "ca", key: keys.other });
    await isUnknown(statusBy({ responder: leaf() }), /not signed/);
    await isUnknown(statusBy({ ...elsewhere, responder: unrelated, certificates: [unrelated] }), /the issuer did not make/);
  });

  test("is ignored if it is unavailable, or outside its validity period", async () => {
    const fact = (status: number) => statusOf(certificate, facts([ocspOf(url, certificate), { bytes: makeOcspRefusal(status) }]));
    await isUnknown(fact(3), /try later/);
    await isUnknown(statusBy({ nextUpdate: now - 1 }), /valid until 2026-05-31T23:59:59Z/);
    await passes(statusBy({ nextUpdate: now }));
    await isUnknown(statusBy({ nextUpdate: null }), /does not say until when/);
    await isUnknown(statusBy({ thisUpdate: now + 301_000 }), /yet to come/);
    await passes(statusBy({ thisUpdate: now + 299_000 }));
    await isUnknown(statusBy({ status: "unknown" }), /does not know the certificate/);
  });

  test("of any date counts for a permanent revocation, which no list undoes", async () => {
    const list = "http://ca.example/list";
    const both = leaf(extensions.digitalSignature, revocable.ocsp(url), revocable.crl(list));
    for (const dates of [{ nextUpdate: now - 1 }, { nextUpdate: null }, { thisUpdate: now + 301_000 }]) {
      const answered = (reason: number) =>
        statusOf(both, facts([ocspOf(url, both), ocsp(both, { status: { reason }, ...dates })], [crlOf(list), crl()]));
      await isRevoked(answered(1));
      await passes(answered(6));
    }
    await isUnknown(statusBy({ status: { reason: 1 }, nextUpdate: now - 1, signedBy: keys.other.privateKey }), /not signed/);
  });

  test("contains the certificate exactly once", async () => {
    const answer = makeOcspAnswer({ certificate, issuer: ca, signedBy: keys.ca.privateKey });
    await isUnknown(statusBy({ answers: [answer, answer] }), /several times/);
    await isUnknown(statusBy({ answers: [] }), /does not mention/);
  });
});

suite("a delegated responder", () => {
  const usage = extensions.usage(["1.3.6.1.5.5.7.3.9"]);
  const noCheck = extension("1.3.6.1.5.5.7.48.1.5", sequence());
  const delegate = (...list: readonly Uint8Array[]) => issued({ subject: "responder", key: keys.other, extensions: list });
  const by = (responder: ReturnType<typeof issued>, shape: Partial<OcspShape> = {}) =>
    statusBy({ responder, certificates: [responder], signedBy: keys.other.privateKey, ...shape });

  test("may sign with a delegated certificate", async () => {
    await passes(by(delegate(usage, noCheck)));
    await passes(by(delegate(usage, extensions.digitalSignature), { byKey: true }));
    await isRevoked(by(delegate(usage), { status: {} }));
    await passes(by(delegate(usage), { certificates: [certificate, delegate(usage)] }));
  });

  test("may not sign with the certificate in question", async () => {
    const shape = { responder: certificate, certificates: [certificate], signedBy: keys.leaf.privateKey };
    await isUnknown(statusBy(shape), /not for OCSP \(extended key usage\)/);
  });

  const refused: Readonly<Record<string, readonly [ReturnType<typeof issued>, RegExp]>> = {
    "without the usage": [delegate(), /not for OCSP/],
    "without the signature key usage": [delegate(usage, extensions.keyCertSign), /not for signatures/],
    "that expired": [issued({ subject: "r", key: keys.other, extensions: [usage], notAfter: now - 1000 }), /not valid now/],
    "that is not valid yet": [issued({ subject: "r", key: keys.other, extensions: [usage], notBefore: now + 1000 }), /not valid now/],
    "with an unknown critical extension": [delegate(usage, extension("1.2.3.4", oid("1.2.3"), true)), /1\.2\.3\.4/],
    "that has a revocation list and no no-check extension": [delegate(usage, revocable.crl("http://ca.example/list")), /may be revoked/],
    "of another issuer": [
      makeCertificate({ subject: "r", issuer: "root", key: keys.other, signedBy: keys.root.privateKey }),
      /did not make/,
    ],
    "under another issuer's name": [issued({ subject: "r", issuer: "other", key: keys.other, extensions: [usage] }), /did not make/],
    "that names another OCSP responder": [delegate(usage, revocable.ocsp(url)), /may be revoked/],
    "that is self-signed": [makeCertificate({ subject: "r", issuer: "ca", key: keys.other, extensions: [usage] }), /did not make/],
  };
  for (const [name, [responder, detail]] of Object.entries(refused)) {
    test(`is not accepted ${name}`, async () => isUnknown(by(responder), detail));
  }

  test("is accepted if its certificate has the no-check extension", async () => {
    await passes(by(delegate(usage, noCheck, revocable.crl("http://ca.example/list"))));
  });

  test("is not accepted for a certificate that another key signed", async () => {
    await isUnknown(by(delegate(usage), { signedBy: keys.leaf.privateKey }), /not signed/);
    await isUnknown(by(delegate(usage), { certificates: [] }), /not signed/);
  });
});
