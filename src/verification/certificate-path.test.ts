import assert from "node:assert/strict";
import { generateKeyPairSync, sign } from "node:crypto";
import { readFileSync } from "node:fs";
import { suite, test } from "node:test";
import { corpusPath } from "../../test/fakes/corpora.ts";
import { encodeDer, tags } from "../core/asn1/der.ts";
import { parseCertificate, type Certificate } from "../core/x509/certificate.ts";
import { certificateIdentity } from "../core/x509/certificate-identity.ts";
import { extension, extensions, makeCertificate, makeKey, oid, oids, sequence, type Shape } from "../core/x509/fixture.test.ts";
import { recorded, recordedSkip } from "../core/x509/recorded.test.ts";
import { parseTrustedRoot } from "../trust/parse-trusted-root.ts";
import type { CertificateAuthority } from "../trust/trusted-root.ts";
import { verifyCertificatePath, type CertificatePathRequest } from "./certificate-path.ts";

const keys = { root: makeKey(), upper: makeKey(), lower: makeKey(), leaf: makeKey(), other: makeKey() };
const at = Date.UTC(2026, 5, 1);
const past = { notBefore: Date.UTC(2024, 0, 1), notAfter: Date.UTC(2026, 4, 31, 23, 59, 59) };
const authority = [extensions.authority(), extensions.keyCertSign];
const signer = [extensions.digitalSignature, extensions.usage([oids.codeSigning])];

/** The certificates root, upper, lower, leaf; each as its shape says otherwise. */
const root = (shape: Shape = {}) => makeCertificate({ subject: "root", key: keys.root, extensions: authority, ...shape });
const upper = (shape: Shape = {}) =>
  makeCertificate({ subject: "upper", issuer: "root", key: keys.upper, signedBy: keys.root.privateKey, extensions: authority, ...shape });
const lower = (shape: Shape = {}) =>
  makeCertificate({ subject: "lower", issuer: "upper", key: keys.lower, signedBy: keys.upper.privateKey, extensions: authority, ...shape });
const leaf = (shape: Shape = {}) =>
  makeCertificate({ subject: "leaf", issuer: "lower", key: keys.leaf, signedBy: keys.lower.privateKey, extensions: signer, ...shape });

const trusted = (...chain: readonly Certificate[]): CertificateAuthority => ({
  name: "https://ca.example",
  operator: "example",
  chain,
  validFor: { start: 0 },
});
const verify = (request: Partial<CertificatePathRequest> = {}) =>
  verifyCertificatePath({
    leaf: leaf(),
    intermediates: [],
    authorities: [trusted(lower(), upper(), root())],
    at,
    usage: "code signing",
    ...request,
  });
const verifyChain = (...chain: readonly Certificate[]) => verify({ authorities: [trusted(...chain)] });

async function refuses(result: ReturnType<typeof verify>, code: string, detail: RegExp, outcome = "failed"): Promise<void> {
  const { check } = await result;
  assert.ok(check.outcome !== "passed");
  assert.equal(check.outcome, outcome);
  assert.equal(check.code, code);
  assert.match(check.detail, detail);
}
const invalid = (result: ReturnType<typeof verify>, detail: RegExp) => refuses(result, "CERTIFICATE_INVALID", detail);

suite("certificate path", () => {
  test("leads from the leaf to the root through intermediates of the trust", async () => {
    const result = await verify();
    assert.ok("value" in result);
    assert.deepEqual(
      result.value.chain.map(({ subject }) => subject.text),
      ["CN=leaf", "CN=lower", "CN=upper", "CN=root"],
    );
    assert.deepEqual(result.check, { name: "certificate", outcome: "passed", detail: "leads to https://ca.example (CN=root)" });
  });

  test("leads through intermediates of the evidence, in any order and among others", async () => {
    const unrelated = makeCertificate({ subject: "upper", issuer: "root", key: keys.other, extensions: authority });
    const result = await verify({ authorities: [trusted(root())], intermediates: [unrelated, upper(), leaf(), lower()] });
    assert.equal(result.check.outcome, "passed");
  });

  test("never trusts a certificate of the evidence", async () => {
    const unrelatedRoot = makeCertificate({ subject: "root", key: keys.root, extensions: [...authority, extension("1.2.3", sequence())] });
    const own = makeCertificate({ subject: "root", key: keys.other, extensions: authority });
    await refuses(verify({ authorities: [], intermediates: [lower(), upper(), root()] }), "CERTIFICATE_UNTRUSTED", /no authority/);
    await refuses(
      verify({ authorities: [trusted(own)], intermediates: [lower(), upper(), unrelatedRoot] }),
      "CERTIFICATE_UNTRUSTED",
      /does not lead/,
    );
  });

  test("is valid under any of several authorities, by whichever path is valid", async () => {
    const foreign = makeCertificate({ subject: "foreign", key: keys.other, extensions: authority });
    const expired = trusted(lower(past), upper(), root());
    const result = await verify({ authorities: [trusted(foreign), expired, trusted(lower(), upper(), root())] });
    assert.equal(result.check.outcome, "passed");
    await refuses(verify({ authorities: [trusted(foreign), expired] }), "EXPIRED", /CN=lower/);
  });

  test("ends at the authority's last certificate, self-signed or not", async () => {
    assert.equal((await verifyChain(lower(), upper())).check.outcome, "passed");
    const pinned = leaf();
    assert.equal((await verify({ leaf: pinned, authorities: [trusted(pinned)] })).check.outcome, "passed");
  });

  test("is valid at the first and the last instant of the validity, and not beyond", async () => {
    const request = { leaf: leaf({ notBefore: at, notAfter: at + 600_000 }) };
    for (const moment of [at, at + 600_000]) assert.equal((await verify({ ...request, at: moment })).check.outcome, "passed");
    for (const moment of [at - 1, at + 600_001]) {
      await refuses(
        verify({ ...request, at: moment }),
        "EXPIRED",
        /"CN=leaf" is valid from 2026-06-01T00:00:00Z to 2026-06-01T00:10:00Z, not at 2026-0/,
      );
    }
  });

  test("an expired intermediate or root invalidates it", async () => {
    await refuses(
      verifyChain(lower(), upper(past), root()),
      "EXPIRED",
      /"CN=upper" .* to 2026-05-31T23:59:59Z, not at 2026-06-01T00:00:00Z/,
    );
    await refuses(verifyChain(lower(), upper(), root(past)), "EXPIRED", /"CN=root"/);
  });

  test("an authority counts only within its period of trust", async () => {
    const bounded = { ...trusted(lower(), upper(), root()), validFor: { start: at - 2, end: at - 1 } };
    await refuses(verify({ authorities: [bounded] }), "CERTIFICATE_UNTRUSTED", /trusted from .* until .*, not at/);
    assert.equal((await verify({ authorities: [{ ...bounded, validFor: { start: at, end: at } }] })).check.outcome, "passed");
  });

  test("a signature of another issuer invalidates it", async () => {
    await refuses(
      verify({ leaf: leaf({ signedBy: keys.other.privateKey }) }),
      "CERTIFICATE_UNTRUSTED",
      /issued by "CN=lower", which does not lead/,
    );
    await refuses(verifyChain(lower(), upper({ signedBy: keys.other.privateKey }), root()), "CERTIFICATE_UNTRUSTED", /does not lead/);
  });

  test("an issuer name that does not match invalidates it, whoever signed", async () => {
    await refuses(verify({ leaf: leaf({ issuer: "Lower" }) }), "CERTIFICATE_UNTRUSTED", /"CN=Lower"/);
    await refuses(verify({ leaf: leaf({ issuer: "upper" }) }), "CERTIFICATE_UNTRUSTED", /"CN=upper"/);
  });

  test("an algorithm that is not accepted, or does not fit the key, invalidates it", async () => {
    const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const named = (id: string, hash: string) => ({
      algorithm: sequence(oid(id), encodeDer(tags.null)),
      sign: (tbs: Uint8Array) => sign(hash, tbs, rsa.privateKey),
    });
    const issuer = lower({ key: rsa });
    const sha1 = leaf(named("1.2.840.113549.1.1.5", "sha1"));
    const sha256 = leaf(named("1.2.840.113549.1.1.11", "sha256"));
    const mislabelled = leaf(named("1.2.840.113549.1.1.12", "sha256"));
    const authorities = [trusted(issuer, upper(), root())];
    assert.equal((await verify({ leaf: sha256, authorities })).check.outcome, "passed");
    for (const bad of [sha1, mislabelled]) await refuses(verify({ leaf: bad, authorities }), "CERTIFICATE_UNTRUSTED", /does not lead/);
  });

  test("keys that are not accepted sign nothing, and do not affect other paths", async () => {
    const weak = generateKeyPairSync("ec", { namedCurve: "secp256k1" });
    const issuer = lower({ key: weak });
    await refuses(
      verify({ leaf: leaf({ signedBy: weak.privateKey }), authorities: [trusted(issuer, upper(), root())] }),
      "CERTIFICATE_UNTRUSTED",
      /./,
    );
    assert.equal((await verify({ intermediates: [issuer] })).check.outcome, "passed");
  });

  test("only certificate authorities may issue", async () => {
    await invalid(verifyChain(lower({ extensions: [] }), upper(), root()), /"CN=lower" issued a certificate and is not an authority/);
    await invalid(verifyChain(lower({ extensions: signer }), upper(), root()), /"CN=lower" issued a certificate and is not an authority/);
    await invalid(verifyChain(lower(), upper(), root({ extensions: [] })), /"CN=root" .* is not an authority/);
    const mayNot = [extensions.authority(), extensions.digitalSignature];
    await invalid(verifyChain(lower(), upper({ extensions: mayNot }), root()), /"CN=upper" issued a certificate and may not/);
  });

  test("path length constraints are enforced, also for self-issued authorities", async () => {
    const limited = (length: number) => ({ extensions: [extensions.authority(length), extensions.keyCertSign] });
    assert.equal((await verifyChain(lower(limited(0)), upper(limited(1)), root(limited(2)))).check.outcome, "passed");
    await invalid(verifyChain(lower(), upper(limited(0)), root()), /"CN=upper" allows 0 authorities below it, and has 1/);
    await invalid(verifyChain(lower(), upper(), root(limited(1))), /"CN=root" allows 1 authority below it, and has 2/);
    const renewed = makeCertificate({ subject: "lower", key: keys.other, signedBy: keys.lower.privateKey, extensions: authority });
    const request = {
      leaf: leaf({ signedBy: keys.other.privateKey }),
      authorities: [trusted(renewed, lower(limited(0)), upper(), root())],
    };
    assert.equal((await verify(request)).check.outcome, "passed");
  });

  test("unknown critical extensions invalidate it, others do not", async () => {
    const having = (isCritical: boolean) => extension("1.2.3.4", sequence(), isCritical);
    await invalid(verify({ leaf: leaf({ extensions: [...signer, having(true)] }) }), /"CN=leaf" has the critical extension 1\.2\.3\.4/);
    await invalid(
      verifyChain(lower(), upper({ extensions: [...authority, having(true)] }), root()),
      /"CN=upper" has the critical extension/,
    );
    assert.equal((await verify({ leaf: leaf({ extensions: [...signer, having(false)] }) })).check.outcome, "passed");
  });

  test("name constraints are not ignored", async () => {
    const constrained = upper({ extensions: [...authority, extension("2.5.29.30", sequence())] });
    await refuses(verifyChain(lower(), constrained, root()), "UNSUPPORTED", /"CN=upper" has name constraints/, "undecided");
  });

  test("malformed extensions invalidate it", async () => {
    await invalid(verify({ leaf: leaf({ extensions: [extension("2.5.29.37", sequence())] }) }), /"CN=leaf" cannot be read/);
  });

  test("the leaf is a signer's, with the key usage for its purpose", async () => {
    const made = (...list: readonly Uint8Array[]) => verify({ leaf: leaf({ extensions: list }) });
    const forCode = extensions.usage([oids.codeSigning]);
    assert.equal((await made(forCode)).check.outcome, "passed");
    await invalid(made(extensions.digitalSignature), /not for code signing \(extended key usage absent\)/);
    await invalid(made(extensions.usage([oids.serverAuth])), /not for code signing/);
    await invalid(made(extensions.usage(["2.5.29.37.0"])), /not for code signing/);
    await invalid(made(forCode, extensions.keyCertSign), /not for signatures/);
    await invalid(made(forCode, extensions.authority()), /one of an authority/);
  });

  test("a time-stamping leaf has that usage only, and marks it critical", async () => {
    const made = (ids: readonly string[], isCritical: boolean) =>
      verify({ usage: "time stamping", leaf: leaf({ extensions: [extensions.usage(ids, isCritical)] }) });
    assert.equal((await made([oids.timeStamping], true)).check.outcome, "passed");
    await invalid(made([oids.timeStamping], false), /critically, for time stamping alone/);
    await invalid(made([oids.timeStamping, oids.codeSigning], true), /alone/);
    await invalid(made([oids.codeSigning], true), /not for time stamping/);
  });

  test("an authority restricted to other usages may not issue one", async () => {
    const limited = (id: string) => upper({ extensions: [...authority, extensions.usage([id])] });
    await invalid(verifyChain(lower(), limited(oids.serverAuth), root()), /"CN=upper" issues no certificates for code signing/);
    for (const id of [oids.codeSigning, "2.5.29.37.0"])
      assert.equal((await verifyChain(lower(), limited(id), root())).check.outcome, "passed");
  });

  test("the search is bounded, however many certificates form cycles", async () => {
    const circle = Array.from({ length: 16 }, (_, i) =>
      makeCertificate({ subject: "lower", key: keys.lower, notAfter: Date.UTC(2027, 0, 1) + i * 1000, extensions: authority }),
    );
    await refuses(verify({ intermediates: circle, authorities: [trusted(root())] }), "LIMIT_EXCEEDED", /100 tries/, "undecided");
    await refuses(verify({ intermediates: [...circle, lower()] }), "LIMIT_EXCEEDED", /17 intermediate/, "undecided");
    const long = Array.from({ length: 9 }, (_, i) =>
      makeCertificate({ subject: i === 8 ? "lower" : `c${i + 1}`, issuer: `c${i}`, key: keys.lower, extensions: authority }),
    );
    const first = makeCertificate({ subject: "c0", key: keys.lower, extensions: authority });
    await refuses(verify({ intermediates: long, authorities: [trusted(first)] }), "CERTIFICATE_UNTRUSTED", /does not lead/);
  });

  test("is valid for signatures of the public instance, at their time", async (t) => {
    const certificates = recorded("happy-path-*");
    if (!certificates) return t.skip(String(recordedSkip));
    const { certificateAuthorities } = parseTrustedRoot(
      readFileSync(corpusPath("sigstore-root-targets/trusted_root.json")),
      "trusted root",
    );
    const leaves = certificates
      .map((der) => parseCertificate(der))
      .filter(({ issuer, subject }) => subject.text === "" && issuer.text === "CN=sigstore-intermediate,O=sigstore.dev");
    assert.ok(leaves.length > 2);
    for (const found of leaves) {
      const request = { leaf: found, intermediates: [], authorities: certificateAuthorities, usage: "code signing" } as const;
      const result = await verifyCertificatePath({ ...request, at: found.notBefore });
      assert.equal(result.check.outcome, "passed", `${result.check.detail}: ${certificateIdentity(found).subjectAlternativeName}`);
      await refuses(verifyCertificatePath({ ...request, at: found.notAfter + 1 }), "EXPIRED", /of "CN=sigstore-intermediate/);
      await invalid(verifyCertificatePath({ ...request, usage: "time stamping", at: found.notBefore }), /not for time stamping/);
    }
  });
});
