import { suite, test } from "node:test";
import { encodeDer } from "../core/asn1/der.ts";
import { extension, extensions, makeCertificate, sequence } from "../core/x509/fixture.test.ts";
import { distributionPoints, now, pointOf, revocable, type CrlShape } from "../core/x509/revocation-fixture.test.ts";
import { isRevoked, isUnknown, needs, passes } from "./revocation-asserts.test.ts";
import { crl, crlOf, facts, issued, keys, leaf, revokedLeaf, root, statusOf, unreachable } from "./revocation-fixture.test.ts";

const url = "http://ca.example/list";
const fresh = "http://ca.example/delta";
const certificate = leaf(revocable.crl(url));
const listed = (shape: Partial<CrlShape>) => statusOf(certificate, facts([crlOf(url), crl(shape)]));

suite("a revocation list", () => {
  test("contains the certificate or not", async () => {
    await passes(listed({}));
    await passes(listed({ entries: [{ serial: 6 }, { serial: 8 }] }));
    await isRevoked(listed(revokedLeaf));
    await isRevoked(listed({ entries: [{ serial: 7, reason: 6 }] }));
    await isUnknown(listed({ entries: [{ serial: 7, reason: 8 }] }), /which only a delta may/);
  });

  test("is refused if anyone but the issuer signed it", async () => {
    for (const shape of [{}, revokedLeaf]) {
      await isUnknown(listed({ ...shape, signedBy: keys.other.privateKey }), /not signed by the certificate's issuer/);
      await isUnknown(listed({ ...shape, issuer: "other" }), /the list of "CN=other", not of the issuer/);
    }
  });

  test("is refused if the issuer may not sign lists", async () => {
    const other = makeCertificate({
      subject: "ca",
      issuer: "root",
      key: keys.ca,
      signedBy: keys.root.privateKey,
      extensions: [extensions.authority(), extensions.digitalSignature],
    });
    await isUnknown(statusOf(certificate, facts([crlOf(url), crl()]), { chain: [certificate, other, root] }), /may not sign/);
  });

  test("is refused outside its validity period", async () => {
    await isUnknown(listed({ nextUpdate: now - 1 }), /valid until 2026-05-31T23:59:59Z/);
    await isUnknown(listed({ entries: [{ serial: 7, reason: 6 }], nextUpdate: now - 1 }), /valid until/);
    await isUnknown(listed({ nextUpdate: null }), /does not say until when/);
    await isUnknown(listed({ thisUpdate: now + 301_000 }), /yet to come/);
  });

  test("of any date counts for permanent revocations, whatever another list omits", async () => {
    for (const dates of [{ nextUpdate: now - 1 }, { nextUpdate: null }, { thisUpdate: now + 301_000 }]) {
      await isRevoked(listed({ ...revokedLeaf, ...dates }));
      const mirror = "http://mirror.example/list";
      const twice = leaf(revocable.crl(url, mirror));
      await isRevoked(statusOf(twice, facts([crlOf(url), crl({ ...revokedLeaf, ...dates })], [crlOf(mirror), crl()])));
    }
    const old = { ...revokedLeaf, nextUpdate: now - 1, signedBy: keys.other.privateKey };
    await isUnknown(listed(old), /not signed by the certificate's issuer/);
  });

  test("is refused if it does not cover all such certificates", async () => {
    await isUnknown(listed({ baseNumber: 3 }), /a delta, expected a whole list/);
    await isUnknown(listed({ scope: { isIndirect: true } }), /indirect or of some reasons/);
    await isUnknown(listed({ scope: { someReasons: true } }), /indirect or of some reasons/);
    await isUnknown(listed({ scope: { only: "authorities" } }), /of authorities alone/);
    await isUnknown(listed({ scope: { only: "attributes" } }), /of attributes alone/);
    await isUnknown(listed({ scope: { urls: ["http://ca.example/other"] } }), /of other certificates/);
    await passes(listed({ scope: { urls: ["http://mirror.example/list", url], only: "signers" } }));
    const authority = issued({ subject: "lower", extensions: [extensions.authority(), revocable.crl(url)] });
    await passes(statusOf(authority, facts([crlOf(url), crl({ scope: { only: "authorities" } })])));
    await isUnknown(statusOf(authority, facts([crlOf(url), crl({ scope: { only: "signers" } })])), /of signers alone/);
  });

  test("is ignored if it is unavailable or malformed", async () => {
    await isUnknown(statusOf(certificate, facts([crlOf(url), unreachable])), /ca\.example: the connection was refused/, "UNREACHABLE");
    const tooLong = { code: "LIMIT_EXCEEDED", message: "it is longer than 33554432 bytes" } as const;
    await isUnknown(statusOf(certificate, facts([crlOf(url), tooLong])), /longer/, "LIMIT_EXCEEDED");
    await isUnknown(statusOf(certificate, facts([crlOf(url), { bytes: Buffer.from("<html>") }])), /not DER/);
    await isUnknown(listed({ extensions: [extension("1.2.3.4", sequence(), true)] }), /critical extension 1\.2\.3\.4/);
  });
});

suite("distribution points", () => {
  const points = (...list: readonly Uint8Array[]) => leaf(distributionPoints("2.5.29.31", ...list));
  const other = "http://other.example/list";

  test("all have to answer; the URLs of one are alternatives", async () => {
    const two = points(sequence(pointOf(url)), sequence(pointOf(other)));
    await needs(statusOf(two, facts()), crlOf(url), crlOf(other));
    await passes(statusOf(two, facts([crlOf(url), crl()], [crlOf(other), crl()])));
    await isRevoked(statusOf(two, facts([crlOf(url), crl()], [crlOf(other), crl(revokedLeaf)])));
    await isUnknown(statusOf(two, facts([crlOf(url), crl()], [crlOf(other), unreachable])), /other\.example/, "UNREACHABLE");
    const ways = points(sequence(pointOf(url, other)));
    await passes(statusOf(ways, facts([crlOf(url), unreachable], [crlOf(other), crl()])));
  });

  test("leave the status unknown if they are not usable", async () => {
    await isUnknown(statusOf(points(sequence()), facts()), /has no URL/);
    await isUnknown(statusOf(points(), facts()), /names no revocation list/);
    const ofReasons = sequence(pointOf(url), encodeDer(0x81, Uint8Array.of(1, 0x40)));
    await isUnknown(statusOf(points(ofReasons), facts([crlOf(url), crl()])), /some reasons only/);
  });
});

suite("a delta", () => {
  const base: Partial<CrlShape> = { number: 5, freshest: [fresh] };
  const onHold = [{ serial: 7, reason: 6 }];
  const removed = [{ serial: 7, reason: 8 }];
  const updatedBy = (list: Partial<CrlShape>, delta: Partial<CrlShape>) =>
    statusOf(certificate, facts([crlOf(url), crl({ ...base, ...list })], [crlOf(fresh), crl({ number: 6, baseNumber: 5, ...delta })]));

  test("is fetched where the list names one, unless the list is final", async () => {
    await needs(statusOf(certificate, facts([crlOf(url), crl(base)])), crlOf(fresh));
    await needs(statusOf(certificate, facts([crlOf(url), crl({ ...base, entries: onHold })])), crlOf(fresh));
    await isRevoked(statusOf(certificate, facts([crlOf(url), crl({ ...base, ...revokedLeaf })])));
  });

  test("revokes, puts on hold, and removes from hold", async () => {
    await passes(updatedBy({}, {}));
    await isRevoked(updatedBy({}, revokedLeaf));
    await isRevoked(updatedBy({}, { entries: onHold }));
    await isRevoked(updatedBy({ entries: onHold }, {}));
    await isRevoked(updatedBy({ entries: onHold }, revokedLeaf));
    await passes(updatedBy({ entries: onHold }, { entries: removed }), /no longer on hold/);
    await passes(updatedBy({}, { entries: removed }));
  });

  test("does not undo a permanent revocation", async () => {
    await isRevoked(updatedBy(revokedLeaf, { entries: removed }));
  });

  test("counts where it is newer than the list and based on it", async () => {
    await passes(updatedBy({}, { number: 5, ...revokedLeaf }));
    await isRevoked(updatedBy({}, { baseNumber: 4, ...revokedLeaf }));
    await isUnknown(updatedBy({}, { baseNumber: 6, number: 7 }), /a delta to the list 6, and the list is 5/);
  });

  test("must be a delta, of the same issuer and scope, and within its validity period", async () => {
    const whole = facts([crlOf(url), crl(base)], [crlOf(fresh), crl({ number: 6 })]);
    await isUnknown(statusOf(certificate, whole), /not a delta/);
    await isUnknown(updatedBy({}, { signedBy: keys.other.privateKey }), /not signed/);
    await isUnknown(updatedBy({}, { issuer: "other" }), /not of the issuer/);
    await isUnknown(updatedBy({}, { nextUpdate: now - 1 }), /valid until/);
    await isUnknown(updatedBy({}, { scope: { only: "signers" } }), /of other certificates/);
    await isUnknown(updatedBy({ scope: { urls: [url] } }, {}), /of other certificates/);
    await passes(updatedBy({ scope: { urls: [url] } }, { scope: { urls: [url] } }));
  });

  test("is fetched from a bounded number of URLs", async () => {
    const crowd = Array.from({ length: 9 }, (_, index) => `http://host${index}.example/`);
    const wanted = crowd.slice(0, 8).map((one) => crlOf(one));
    await needs(statusOf(certificate, facts([crlOf(url), crl({ freshest: crowd })])), ...wanted);
  });

  test("leaves the status unknown if it is unavailable; any of several suffices", async () => {
    const known = facts([crlOf(url), crl(base)], [crlOf(fresh), unreachable]);
    await isUnknown(statusOf(certificate, known), /refused/, "UNREACHABLE");
    const second = "http://mirror.example/delta";
    const delta = crl({ number: 6, baseNumber: 5, ...revokedLeaf });
    const two = facts([crlOf(url), crl({ freshest: [fresh, second] })], [crlOf(fresh), unreachable], [crlOf(second), delta]);
    await isRevoked(statusOf(certificate, two));
  });

  test("named by the certificate only is not supported, and reported", async () => {
    const naming = leaf(revocable.crl(url), revocable.freshest(fresh));
    await isUnknown(statusOf(naming, facts([crlOf(url), crl()])), /not supported/);
    await passes(statusOf(naming, facts([crlOf(url), crl(base)], [crlOf(fresh), crl({ number: 6, baseNumber: 5 })])));
    await isRevoked(statusOf(naming, facts([crlOf(url), crl(revokedLeaf)])));
  });
});
