import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { extensions, makeCertificate } from "../core/x509/fixture.test.ts";
import { makeOcspResponse, now, revocable } from "../core/x509/revocation-fixture.test.ts";
import { verifyRevocation } from "./verify-revocation.ts";
import { isRevoked, isUnknown, needs, passes } from "./revocation-asserts.test.ts";
import { ca, crl, crlOf, facts, keys, leaf, ocsp, ocspOf, revokedLeaf, root, statusOf, unreachable } from "./revocation-fixture.test.ts";

const listed = "http://ca.example/list";
const responder = "http://ocsp.example/";

suite("revocation of a chain", () => {
  test("passes if no certificate names a responder or list, and for a root", async () => {
    const { status: whole, certificates } = await verifyRevocation({ chain: [leaf(), ca, root], facts: facts(), at: now });
    assert.deepEqual([whole.outcome, certificates.map(({ outcome }) => outcome)], ["passed", ["passed", "passed"]]);
    assert.match(whole.detail, /"CN=leaf": has no OCSP or CRL address; the certificate "CN=ca": has no OCSP/);
    const alone = await verifyRevocation({ chain: [root], facts: facts(), at: now });
    assert.deepEqual([alone.status.outcome, alone.certificates], ["passed", []]);
  });

  test("needs facts about all certificates at once", async () => {
    const both = leaf(revocable.ocsp(responder), revocable.crl(listed));
    const revocableCa = makeCertificate({
      subject: "ca",
      issuer: "root",
      key: keys.ca,
      signedBy: keys.root.privateKey,
      extensions: [extensions.authority(), extensions.keyCertSign, revocable.crl("http://root.example/list")],
    });
    const chain = [both, revocableCa, root];
    await needs(statusOf(both, facts(), { chain }), ocspOf(responder, both), crlOf("http://root.example/list", root));
    const revokedCa = crl({ issuer: "root", signedBy: keys.root.privateKey, entries: [{ serial: 7 }] });
    const known = facts([crlOf("http://root.example/list"), revokedCa]);
    const one = await statusOf(both, known, { chain });
    assert.ok(one.outcome === "failed");
    assert.match(one.detail, /"CN=ca" was revoked/, "what is still to be asked cannot make it good");
  });

  test("uses OCSP first, and revocation lists if OCSP does not answer", async () => {
    const both = leaf(revocable.ocsp(responder), revocable.crl(listed));
    const asked = ocspOf(responder, both);
    await passes(statusOf(both, facts([asked, ocsp(both)])), /OCSP responder of ocsp\.example: not revoked/);
    await passes(statusOf(both, facts([asked, ocsp(both)], [crlOf(listed), crl(revokedLeaf)])));
    await needs(statusOf(both, facts([asked, unreachable])), crlOf(listed));
    for (const no of [unreachable, ocsp(both, { status: "unknown" }), { bytes: Buffer.from("<html>") }]) {
      await passes(statusOf(both, facts([asked, no], [crlOf(listed), crl()])), /revocation list of ca\.example: not revoked/);
      await isRevoked(statusOf(both, facts([asked, no], [crlOf(listed), crl(revokedLeaf)])));
    }
    await isUnknown(
      statusOf(both, facts([asked, unreachable], [crlOf(listed), unreachable])),
      /ocsp\.example.*refused.*ca\.example/,
      "UNREACHABLE",
    );
    const stale = crl({ nextUpdate: now - 1 });
    await isUnknown(statusOf(both, facts([asked, unreachable], [crlOf(listed), stale])), /refused.*valid until/);
  });

  test("uses the first responder with a valid response", async () => {
    const other = "http://other.example/";
    const one = leaf(revocable.ocsp(responder, other));
    await needs(statusOf(one, facts()), ocspOf(responder, one), ocspOf(other, one));
    await passes(statusOf(one, facts([ocspOf(responder, one), unreachable], [ocspOf(other, one), ocsp(one)])));
    await passes(statusOf(one, facts([ocspOf(responder, one), ocsp(one)])), /ocsp\.example/);
    await isUnknown(
      statusOf(one, facts([ocspOf(responder, one), unreachable], [ocspOf(other, one), unreachable])),
      /ocsp\.example.*other\.example/,
      "UNREACHABLE",
    );
  });

  test("is unknown if the responder is unreachable and there is no list", async () => {
    const one = leaf(revocable.ocsp(responder));
    await isUnknown(
      statusOf(one, facts([ocspOf(responder, one), unreachable])),
      /"CN=leaf": .*ocsp\.example: the connection/,
      "UNREACHABLE",
    );
    const late = { code: "TIMEOUT", message: "the time allowed ran out" } as const;
    await isUnknown(statusOf(one, facts([ocspOf(responder, one), late])), /ran out/, "TIMEOUT");
  });

  test("bounds the number of URLs", async () => {
    const urls = Array.from({ length: 9 }, (_, index) => `http://host${index}.example/`);
    await isUnknown(statusOf(leaf(revocable.ocsp(...urls)), facts()), /more than 8 places/, "LIMIT_EXCEEDED");
    await isUnknown(statusOf(leaf(revocable.crl(...urls)), facts()), /more than 8 places/, "LIMIT_EXCEEDED");
  });

  test("is unknown if the certificate's extensions are malformed", async () => {
    await isUnknown(statusOf(leaf(revocable.ocsp("http://ö.example")), facts()), /not ASCII/);
  });

  test("covers a timestamp authority's chain as any other", async () => {
    const stamping = leaf(extensions.usage(["1.3.6.1.5.5.7.3.8"], true), revocable.crl(listed));
    await needs(statusOf(stamping, facts()), crlOf(listed));
    await isRevoked(statusOf(stamping, facts([crlOf(listed), crl(revokedLeaf)])));
  });
});

suite("a revoked certificate", () => {
  const certificate = leaf(revocable.ocsp(responder));
  const listing = leaf(revocable.crl(listed));
  const invalidFrom = now - 1000;
  const byOcsp = (status: object, signedAt?: number) =>
    statusOf(
      certificate,
      facts([ocspOf(responder, certificate), ocsp(certificate, { status })]),
      signedAt === undefined ? {} : { signedAt },
    );
  const byList = (entry: object, signedAt?: number) =>
    statusOf(listing, facts([crlOf(listed), crl({ entries: [{ serial: 7, ...entry }] })]), signedAt === undefined ? {} : { signedAt });

  for (const [name, status] of [
    ["OCSP", byOcsp],
    ["a list", byList],
  ] as const) {
    test(`by ${name}, fails signatures of all times if there is no invalidity date`, async () => {
      await isRevoked(status({}));
      await isRevoked(status({}, Date.UTC(2026, 1, 1)));
      await isRevoked(status({ reason: 6 }, Date.UTC(2026, 1, 1)));
    });

    test(`by ${name}, does not fail a signature verified to be before the invalidity date`, async () => {
      await passes(status({ invalidFrom }, invalidFrom - 1), /not to be trusted since 2026-05-31T23:59:59Z, after the signature/);
      await isRevoked(status({ invalidFrom }, invalidFrom));
      await isRevoked(status({ invalidFrom }, now));
      await isRevoked(status({ invalidFrom }));
    });
  }
});

test("answers are matched to the exact question", async () => {
  const certificate = leaf(revocable.ocsp(responder));
  const other = makeCertificate({ subject: "other", issuer: "ca", signedBy: keys.ca.privateKey, extensions: [] });
  const bytes = makeOcspResponse({ certificate: other, issuer: root, signedBy: keys.ca.privateKey, responder: ca });
  await isUnknown(statusOf(certificate, facts([ocspOf(responder, certificate), { bytes }])), /does not mention the certificate/);
});
