import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { parseTrustedNames } from "./trusted-names.ts";

const acme = "x509.subject: C=US, ST=WA, O=acme";
const profile = "arn:aws:signer:eu-west-1:111122223333:/signing-profiles/release";
const parse = (...texts: readonly string[]) => parseTrustedNames(texts, "it");

suite("trusted names", () => {
  test("may be a wildcard, certificate subjects, and types for plugins, each kept as written", () => {
    assert.equal(parse("*"), "any");
    const names = parse(profile, acme, "did:web:acme.example");
    assert.ok(names !== "any");
    assert.deepEqual(
      names.map(({ text, subject }) => [text, subject && Object.fromEntries(subject.attributes)]),
      [
        [profile, undefined],
        [acme, { C: "US", ST: "WA", O: "acme" }],
        ["did:web:acme.example", undefined],
      ],
    );
  });

  test("of plugin types are not parsed, so none equals another", () => {
    const near = [
      "X509.Subject: C=US",
      "x509.subject :C=US, ST=WA, O=acme",
      " x509.subject: C=US",
      "x509.subject.cn:*",
      "*:",
      ":",
      "a:b",
      "a:b",
    ];
    const names = parse(...near);
    assert.ok(names !== "any");
    assert.deepEqual(
      names,
      near.map((text) => ({ text, subject: undefined })),
    );
  });

  const refused: Readonly<Record<string, readonly string[]>> = {
    "a wildcard beside a plugin type": [profile, "*"],
    "anyone beside a subject": ["*", acme],
    "anyone twice": ["*", "*"],
    "one without a type": ["release"],
    "an empty one": [""],
    "an empty one beside others": [profile, ""],
    "an empty subject": [profile, "x509.subject:"],
    "subjects that overlap, whatever is between them": [acme, profile, `${acme}, CN=release`],
    "a subject twice": [acme, profile, acme],
    "a subject that cannot be read": [profile, "x509.subject: C=US, ST=WA, O=#0c0461636d65"],
  };
  for (const [name, texts] of Object.entries(refused)) {
    test(`refuse ${name}`, () => assert.throws(() => parse(...texts), { code: "MALFORMED" }));
  }
});
