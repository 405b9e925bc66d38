import assert from "node:assert/strict";
import { suite, test } from "node:test";
import * as fc from "fast-check";
import { encodeUtf8 } from "../../core/bytes.ts";
import { TouchmarkError } from "../../core/errors.ts";
import { parseReference, repositoryOf } from "../../core/oci/reference.ts";
import { levels } from "./level.ts";
import { applicableBlobPolicy, applicablePolicy, parseBlobTrustPolicy, parseOciTrustPolicy } from "./trust-policy.ts";

const acme = "x509.subject: C=US, ST=WA, O=acme";
const oci = {
  name: "acme",
  registryScopes: ["registry.acme.example/app"],
  signatureVerification: { level: "strict" },
  trustStores: ["ca:acme"],
  trustedIdentities: [acme],
};
const { registryScopes: _, ...blob } = oci;
const document = (...trustPolicies: readonly object[]) => encodeUtf8(JSON.stringify({ version: "1.0", trustPolicies }));
const parse = (...changes: readonly object[]) =>
  parseOciTrustPolicy(document(...changes.map((change) => ({ ...oci, ...change }))), "trustpolicy.json");
const parseBlob = (...changes: readonly object[]) =>
  parseBlobTrustPolicy(document(...changes.map((change) => ({ ...blob, ...change }))), "trustpolicy.blob.json");
const skip = { signatureVerification: { level: "skip" }, trustStores: [], trustedIdentities: [] };

suite("trust policies for images", () => {
  test("are read", () => {
    const [statement] = parse({ trustStores: ["ca:acme", "signingAuthority:a_b.c-d", "tsa:time"] });
    assert.ok(statement && statement.identities !== "any");
    assert.deepEqual(
      { ...statement, identities: statement.identities.map(({ text }) => text) },
      {
        name: "acme",
        levelName: "strict",
        level: levels.strict,
        scopes: ["registry.acme.example/app"],
        verifyTimestamp: "always",
        stores: [
          { type: "ca", name: "acme" },
          { type: "signingAuthority", name: "a_b.c-d" },
          { type: "tsa", name: "time" },
        ],
        identities: [acme],
      },
    );
  });

  test("a level may be overridden for one validation", () => {
    const override = { expiry: "log", revocation: "skip", authenticity: "log", authenticTimestamp: "log" };
    const [statement] = parse({ signatureVerification: { level: "strict", override, verifyTimestamp: "afterCertExpiry" } });
    assert.deepEqual(statement?.level, { integrity: "enforce", ...override });
    assert.equal(statement?.levelName, "strict");
    assert.equal(statement?.verifyTimestamp, "afterCertExpiry");
    assert.deepEqual(parse({ signatureVerification: { level: "audit", override: { expiry: "enforce" } } })[0]?.level.expiry, "enforce");
  });

  test("the statement that names the repository takes precedence over the global one; without either there is none", () => {
    const all = { name: "all", registryScopes: ["*"], trustedIdentities: ["*"] };
    const unsigned = { name: "unsigned", registryScopes: ["docker.io/library/a", "localhost:5000/b"], ...skip };
    const statements = parse(all, {}, unsigned);
    const nameFor = (repository: string) => applicablePolicy(statements, repository)?.name;
    assert.equal(nameFor("registry.acme.example/app"), "acme");
    assert.equal(nameFor("registry.acme.example/app/sub"), "all");
    assert.equal(nameFor("localhost:5000/b"), "unsigned");
    assert.equal(nameFor("*"), "all");
    assert.equal(applicablePolicy(parse({}, unsigned), "docker.io/library/b"), undefined);
    assert.equal(applicablePolicy(parse({}), "*"), undefined);
  });

  test("index.docker.io in a scope also matches images of docker.io, in preference to the global statement", () => {
    const statements = parse(
      { name: "alpine", registryScopes: ["index.docker.io/library/alpine"] },
      { name: "all", registryScopes: ["*"] },
    );
    for (const text of ["index.docker.io/library/alpine", "docker.io/library/alpine", "alpine"])
      assert.equal(applicablePolicy(statements, repositoryOf(parseReference(text)))?.name, "alpine");
  });

  test("no other spelling of a host leads from the statement that names it to the global statement", () => {
    const spellings: Readonly<Record<string, readonly string[]>> = {
      "localhost:5000/app": ["LOCALHOST:5000/app", "localhost:05000/app"],
      "localhost/app": ["LOCALHOST/app", "Localhost:443/app"],
      "docker.io/library/alpine": ["registry-1.docker.io/library/alpine", "REGISTRY-1.docker.io/alpine", "docker.io:443/alpine"],
      "127.0.0.1:5000/app": ["127.0.0.1:05000/app"],
      "127.1/app": ["127.0.0.1/app", "127.0.0.1:443/app"],
    };
    for (const [scope, images] of Object.entries(spellings)) {
      const statements = parse({ name: "app", registryScopes: [scope] }, { name: "all", registryScopes: ["*"] });
      for (const text of images) assert.equal(applicablePolicy(statements, repositoryOf(parseReference(text)))?.name, "app", text);
    }
    assert.throws(() => parseReference("127.1:5000/app"), { code: "INVALID_REFERENCE" });
  });

  test("a scope is for its repository in every spelling, in preference to the global statement", () => {
    const statements = parse({ name: "app", registryScopes: ["Registry.acme.example:443/app"] }, { name: "all", registryScopes: ["*"] });
    for (const text of ["registry.acme.example/app", "REGISTRY.acme.example/app:1", "registry.acme.example:443/app"])
      assert.equal(applicablePolicy(statements, repositoryOf(parseReference(text)))?.name, "app");
    assert.equal(applicablePolicy(statements, repositoryOf(parseReference("registry.acme.example:5000/app")))?.name, "all");
  });

  const override = (validation: string, action: string) => ({
    signatureVerification: { level: "strict", override: { [validation]: action } },
  });
  const refused: Readonly<Record<string, object | readonly object[]>> = {
    "no statement": [],
    "no name": { name: undefined },
    "an empty name": { name: "" },
    "a name twice": [{}, { registryScopes: ["a.example/b"] }],
    "an unknown member": { trustStore: ["ca:acme"] },
    "a blob policy's member": { globalPolicy: true },
    "an unknown member of the level": { signatureVerification: { level: "strict", overrides: {} } },
    "no level": { signatureVerification: {} },
    "an unknown level": { signatureVerification: { level: "strictest" } },
    "a level of Object's": { signatureVerification: { level: "toString" } },
    "integrity overridden": override("integrity", "log"),
    "authenticity skipped": override("authenticity", "skip"),
    "expiry skipped": override("expiry", "skip"),
    "timestamps skipped": override("authenticTimestamp", "skip"),
    "an unknown validation": override("identity", "log"),
    "an unknown action": override("expiry", "ignore"),
    "the level skip overridden": { ...skip, signatureVerification: { level: "skip", override: { expiry: "log" } } },
    "an unknown rule for timestamps": { signatureVerification: { level: "strict", verifyTimestamp: "never" } },
    "skip with trust": { signatureVerification: { level: "skip" } },
    "skip for every image": { ...skip, registryScopes: ["*"] },
    "no store": { trustStores: [] },
    "no identity": { trustedIdentities: [] },
    "a store without a type": { trustStores: ["acme"] },
    "a store of an unknown type": { trustStores: ["root:acme"] },
    "a store that is a path": { trustStores: ["ca:../acme"] },
    "a store above": { trustStores: ["ca:.."] },
    "a store that is a number": { trustStores: [1] },
    "no scope": { registryScopes: [] },
    "no scopes": { registryScopes: undefined },
    "a scope beside *": { registryScopes: ["*", "a.example/b"] },
    "a pattern": { registryScopes: ["a.example/*"] },
    "a scope without a host": { registryScopes: ["app"] },
    "a scope with a scheme": { registryScopes: ["https://a.example/b"] },
    "a scope with a tag": { registryScopes: ["a.example/b:1"] },
    "a scope with a digest": { registryScopes: [`a.example/b@sha256:${"0".repeat(64)}`] },
    "a scope in upper case": { registryScopes: ["a.example/B"] },
    "a scope twice": { registryScopes: ["a.example/b", "a.example/b"] },
    "a scope twice, by both names of docker.io": { registryScopes: ["docker.io/a/b", "index.docker.io/a/b"] },
    "a scope twice, in two statements": [{}, { name: "other" }],
    "two for every image": [{ registryScopes: ["*"] }, { name: "other", registryScopes: ["*"] }],
    "an identity beside *": { trustedIdentities: ["*", acme] },
    "an identity that is a number": { trustedIdentities: [1] },
    "an identity without a state": { trustedIdentities: ["x509.subject: C=US, O=acme"] },
  };
  for (const [name, change] of Object.entries(refused)) {
    const changes: readonly object[] = Array.isArray(change) ? change : [change];
    test(`refuses ${name}`, () => assert.throws(() => parse(...changes), { code: "MALFORMED" }));
  }

  test("refuses unsupported versions with UNSUPPORTED", () => {
    assert.throws(() => parseOciTrustPolicy(encodeUtf8('{"version":"2.0","trustPolicies":[]}'), "p"), { code: "UNSUPPORTED" });
  });

  test("refuses more than its bounds allow", () => {
    assert.throws(() => parse({ registryScopes: Array.from({ length: 1001 }, (_none, i) => `a.example/b${i}`) }), {
      code: "LIMIT_EXCEEDED",
    });
    assert.throws(() => parse({ trustedIdentities: Array.from({ length: 501 }, () => acme) }), { code: "LIMIT_EXCEEDED" });
    assert.throws(() => parseOciTrustPolicy(new Uint8Array(1024 * 1024 + 1), "p"), { code: "LIMIT_EXCEEDED" });
  });

  test("any document is read or throws a TouchmarkError", () => {
    fc.assert(
      fc.property(fc.record(Object.fromEntries(Object.keys(oci).map((key) => [key, fc.jsonValue()]))), (statement) => {
        try {
          parse(statement);
        } catch (thrown) {
          const codes = ["MALFORMED", "UNSUPPORTED", "LIMIT_EXCEEDED"];
          assert.ok(thrown instanceof TouchmarkError && codes.includes(thrown.code), String(thrown));
        }
      }),
    );
  });
});

suite("trust policies for files", () => {
  test("are chosen by name, else the global one", () => {
    const statements = parseBlob({}, { name: "all", globalPolicy: true });
    assert.equal(applicableBlobPolicy(statements, "acme")?.name, "acme");
    assert.equal(applicableBlobPolicy(statements)?.name, "all");
    assert.equal(applicableBlobPolicy(statements, "other"), undefined);
    assert.equal(applicableBlobPolicy(parseBlob({ globalPolicy: false })), undefined);
    assert.equal(parseBlob({ ...skip })[0]?.levelName, "skip");
  });

  test("refuses contradictory statements", () => {
    assert.throws(() => parseBlob({ globalPolicy: true }, { name: "other", globalPolicy: true }), { code: "MALFORMED" });
    assert.throws(() => parseBlob({ ...skip, globalPolicy: true }), { code: "MALFORMED" });
    assert.throws(() => parseBlob({ globalPolicy: "true" }), { code: "MALFORMED" });
    assert.throws(() => parseBlob({ registryScopes: ["*"] }), { code: "MALFORMED" });
  });
});

suite("levels", () => {
  test("are those of the specification", () => {
    assert.deepEqual(
      Object.entries(levels).map(([name, level]) => [name, ...Object.values(level)]),
      [
        ["strict", "enforce", "enforce", "enforce", "enforce", "enforce"],
        ["permissive", "enforce", "enforce", "log", "log", "log"],
        ["audit", "enforce", "log", "log", "log", "log"],
        ["skip", "skip", "skip", "skip", "skip", "skip"],
      ],
    );
  });
});
