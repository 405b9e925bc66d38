import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { encodeUtf8 } from "../bytes.ts";
import { contextTag, encodeDer } from "../asn1/der.ts";
import { certificateIdentity } from "./certificate-identity.ts";
import { parseCertificate } from "./certificate.ts";
import { extension, extensions, integer, makeCertificate, oid, sequence, utf8 } from "./fixture.test.ts";
import { recorded, recordedSkip } from "./recorded.test.ts";

const fulcio = (number: number, value: Uint8Array) => extension(`1.3.6.1.4.1.57264.1.${number}`, value);
const uri = extensions.uri("https://github.com/a/b/.github/workflows/c.yml@refs/heads/main");
const san = (...names: readonly Uint8Array[]) => extension("2.5.29.17", sequence(...names), true);
const identityOf = (...list: readonly Uint8Array[]) => certificateIdentity(makeCertificate({ subject: "", extensions: list }));
const userName = (type: string, value: Uint8Array) => san(encodeDer(contextTag(0), oid(type), encodeDer(contextTag(0), value)));

suite("the identity in a certificate", () => {
  test("is read from a certificate of the public instance", (t) => {
    const certificates = recorded();
    if (!certificates) return t.skip(String(recordedSkip));
    const leaves = certificates.map((der) => parseCertificate(der)).filter(({ subject }) => subject.text === "");
    const identities = leaves.map((leaf) => certificateIdentity(leaf));
    const beacon = identities.find(({ claims }) => claims.sourceRepositoryUri?.endsWith("/extremely-dangerous-public-oidc-beacon"));
    assert.match(beacon?.subjectAlternativeName ?? "", /^https:\/\/github\.com\/sigstore-conformance\/.*@refs\/heads\/main$/);
    assert.equal(beacon?.issuer, "https://token.actions.githubusercontent.com");
    assert.equal(beacon.claims.githubWorkflowRef, "refs/heads/main");
    assert.equal(beacon.claims.sourceRepositoryRef, "refs/heads/main");
    assert.match(beacon.claims.runInvocationUri ?? "", /\/actions\/runs\/\d+\/attempts\/1$/);
    assert.equal(beacon.claims.runnerEnvironment, "github-hosted");
  });

  test("prefers the issuer of extension 8 to that of 1, and requires neither", () => {
    const old = fulcio(1, encodeUtf8("https://old.example"));
    assert.equal(identityOf(uri, old, fulcio(8, utf8("https://new.example"))).issuer, "https://new.example");
    assert.equal(identityOf(uri, old).issuer, "https://old.example");
    assert.equal("issuer" in identityOf(uri), false);
  });

  test("reads old claims as raw text and new ones as UTF8String", () => {
    const { claims } = identityOf(uri, fulcio(2, encodeUtf8("push")), fulcio(20, utf8("schedule")), fulcio(24, utf8("repo:a/b")));
    assert.deepEqual(claims, { githubWorkflowTrigger: "push", buildTrigger: "schedule", tokenSubject: "repo:a/b" });
    assert.throws(() => identityOf(uri, fulcio(20, encodeUtf8("schedule"))), { code: "MALFORMED" });
    assert.throws(() => identityOf(uri, fulcio(20, integer(1))), { code: "MALFORMED", message: /57264\.1\.20/ });
    assert.throws(() => identityOf(uri, fulcio(2, Uint8Array.of(0xff))), { code: "MALFORMED", message: /not UTF-8/ });
  });

  test("may be an e-mail address or a user name", () => {
    const email = encodeDer(contextTag(1, "primitive"), encodeUtf8("jo@example.com"));
    assert.equal(identityOf(san(email)).subjectAlternativeName, "jo@example.com");
    assert.equal(identityOf(userName("1.3.6.1.4.1.57264.1.7", utf8("jo!example"))).subjectAlternativeName, "jo!example");
  });

  test("is of one kind: no e-mail address, DNS name or user name reads as a URI, nor any other way round", () => {
    const names = { 1: "jo@example.com", 2: "example.com", 6: "https://example.com/a@b" };
    for (const [tag, own] of Object.entries(names)) {
      for (const text of [...Object.values(names), "jo!example"]) {
        const name = san(encodeDer(contextTag(Number(tag), "primitive"), encodeUtf8(text)));
        if (text === own) assert.equal(identityOf(name).subjectAlternativeName, text);
        else assert.throws(() => identityOf(name), { code: "MALFORMED" }, `${tag} ${text}`);
      }
    }
    for (const text of Object.values(names))
      assert.throws(() => identityOf(userName("1.3.6.1.4.1.57264.1.7", utf8(text))), { code: "MALFORMED" }, text);
  });

  test("requires exactly one subject alternative name", () => {
    const refuses = (message: RegExp, ...list: readonly Uint8Array[]) =>
      assert.throws(() => identityOf(...list), { code: "MALFORMED", message });
    refuses(/0 subject alternative names/);
    refuses(/0 subject alternative names/, san());
    refuses(/2 subject alternative names/, extensions.uri("https://a.example", "https://b.example"));
    refuses(/is empty/, extensions.uri(""));
    refuses(/of kind 7/, san(encodeDer(contextTag(7, "primitive"), Uint8Array.of(127, 0, 0, 1))));
    refuses(/of type 1\.2\.3/, userName("1.2.3", utf8("jo")));
    refuses(/user name/, userName("1.3.6.1.4.1.57264.1.7", integer(1)));
  });
});
