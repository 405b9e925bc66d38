/** Policy documents, and what they decide about findings: who counts, how often, and what is refused before anything is decided. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { generateKeyPairSync } from "node:crypto";
import * as fc from "fast-check";
import { encodePem } from "../core/asn1/pem.ts";
import { digestOf } from "../core/digest.ts";
import { encodeUtf8 } from "../core/bytes.ts";
import type { Check, Finding, Signatory } from "../core/finding.ts";
import type { Verdict } from "../core/verdict.ts";
import { looseCose, looseJws, now, root, trustIn, trust as notaryTrust, verifyMade } from "../formats/notation/fixture.test.ts";
import { Tagged } from "../core/envelopes/cbor.ts";
import { parsePublicKey } from "../trust/parse-public-key.ts";
import { compilePolicy } from "./compile.ts";
import type { AuthorityDocument, CertificateAuthorityDocument, PolicyDocument, SignatureRequirementDocument } from "./document.ts";
import { evaluate, authorityQuestions, type EvaluationInput } from "./evaluate.ts";
import { policyLimits } from "./limits.ts";

const digest = digestOf(encodeUtf8("image"));

interface Key {
  readonly pem: string;
  readonly signer: Signatory;
}

function key(name: string): Key {
  const { publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const pem = publicKey.export({ format: "pem", type: "spki" });
  const { fingerprint, algorithm } = parsePublicKey(encodeUtf8(pem), name);
  return { pem, signer: { kind: "key", fingerprint, algorithm: algorithm.name, name } };
}

const [a, b, c] = [key("a.pub"), key("b.pub"), key("c.pub")];
const keys = (...given: readonly Key[]): Pick<AuthorityDocument, "keys"> => ({ keys: given.map(({ pem }) => ({ name: "k", pem })) });

function documentOf(
  authorities: readonly AuthorityDocument[],
  requirement: Partial<SignatureRequirementDocument> = {},
  spec: Partial<PolicyDocument["spec"]> = {},
): PolicyDocument {
  const from = authorities.map(({ name }) => name);
  const rules = [{ name: "any", images: ["**"], signatures: [{ name: "signed", from, ...requirement }] }];
  return { apiVersion: "touchmark.dev/v1alpha1", kind: "TrustPolicy", metadata: { name: "p" }, spec: { authorities, rules, ...spec } };
}

const passed: Check = { name: "signature", outcome: "passed", detail: "verifies" };
const unreachable: Check = { name: "revocation", outcome: "undecided", code: "UNREACHABLE", detail: "no answer" };

function by(signer: Signatory | undefined, check: Check = passed, annotations: Readonly<Record<string, string>> = {}): Finding {
  return {
    format: "bundle",
    location: { kind: "referrers" },
    layer: digest,
    claim: { kind: "signature", subject: digest, annotations },
    ...(signer && { signer }),
    verifiedTimestamps: [],
    checks: signer ? [passed, check] : [check],
    holds: { from: 0, until: 10 },
  };
}

const stranger = by(undefined, { name: "signature", outcome: "failed", code: "KEY_MISMATCH", detail: "by somebody" });

/** What might be anybody's, in a version that is not known. */
const unknown = by(undefined, { name: "format", outcome: "undecided", code: "UNSUPPORTED", detail: "of a version that is not known" });

async function decide(document: PolicyDocument, findings: readonly Finding[], input: Partial<EvaluationInput> = {}): Promise<Verdict> {
  const { policy, trust } = await compilePolicy(document);
  const subject = { reference: "registry.example/app:1", repository: "registry.example/app", digest };
  return evaluate(policy, { subject, locations: [{ kind: "referrers" }], findings, unread: [], trust, at: 1, ...input });
}

const answerOf = ({ decision, reason }: Verdict): string => (reason ? `${decision} ${reason.code}` : decision);
const answer = async (document: PolicyDocument, findings: readonly Finding[]): Promise<string> =>
  answerOf(await decide(document, findings));

describe("a requirement of several authorities", () => {
  it("counts one signature for one of two authorities that share a key", async () => {
    const document = documentOf(
      [
        { name: "alice", ...keys(a) },
        { name: "bob", ...keys(a, b) },
      ],
      { atLeast: 2 },
    );
    assert.equal(await answer(document, [by(a.signer)]), "deny NO_MATCHING_SIGNATURE");
    assert.equal(await answer(document, [by(a.signer), by(b.signer)]), "allow");
    assert.equal(await answer(document, [by(b.signer), by(a.signer)]), "allow");
  });

  it("counts two signatures by one key once, in whatever formats", async () => {
    const document = documentOf(
      [
        { name: "alice", ...keys(a) },
        { name: "bob", ...keys(a) },
      ],
      { atLeast: 2 },
    );
    assert.equal(await answer(document, [by(a.signer), { ...by(a.signer), format: "cosign-legacy" }]), "deny NO_MATCHING_SIGNATURE");
  });

  it("counts an identity that two authorities expect once, by patterns too", async () => {
    const anchor = { name: "fulcio", digest };
    const identity = (name: string): Signatory => ({
      kind: "certificate",
      identity: name,
      issuer: "https://i.example",
      claims: {},
      anchor,
    });
    const expected = { issuer: "https://i.example", name: "i" };
    const document = documentOf(
      [
        { name: "team", identities: [{ ...expected, subjectPattern: ".*@example.com" }] },
        { name: "bob", identities: [{ ...expected, subject: "bob@example.com" }] },
      ],
      { atLeast: 2 },
    );
    assert.equal(await answer(document, [by(identity("bob@example.com"))]), "deny NO_MATCHING_SIGNATURE");
    assert.equal(await answer(document, [by(identity("alice@example.com")), by(identity("bob@example.com"))]), "allow");
  });

  it("counts a certificate's subject that two authorities expect once, by two certificates too", async () => {
    const pem = encodePem("CERTIFICATE", root.raw);
    const document = documentOf(
      [
        { name: "x", certificates: [{ name: "ca", pem }] },
        { name: "y", certificates: [{ name: "ca", pem }] },
      ],
      { atLeast: 2 },
    );
    const anchors = [{ name: "ca", digest: digestOf(root.raw) }];
    const signer = (subject: string, issuer: string, fingerprint = subject): Signatory => ({
      kind: "x509",
      subject,
      fingerprint,
      issuer,
      anchors,
      validity: { from: 0, until: 9 },
    });
    const alice = "C=US,ST=WA,O=acme,CN=alice";
    const bob = "C=US,ST=WA,O=acme,CN=bob";
    assert.equal(await answer(document, [by(signer(alice, "CN=1")), by(signer(alice, "CN=2"))]), "deny NO_MATCHING_SIGNATURE");
    assert.equal(await answer(document, [by(signer(alice, "CN=1")), by(signer(bob, "CN=1"))]), "allow");
    // One key under two subjects, and one subject with two keys, are one signer.
    assert.equal(await answer(document, [by(signer(alice, "CN=1", "k")), by(signer(bob, "CN=1", "k"))]), "deny NO_MATCHING_SIGNATURE");
    assert.equal(await answer(document, [by(signer(alice, "CN=1", "k")), by(signer(alice, "CN=1", "l"))]), "deny NO_MATCHING_SIGNATURE");
    // Others cannot make two signers one by certificates of their own.
    const untrusted: Check = { name: "certificate", outcome: "failed", code: "CERTIFICATE_UNTRUSTED", detail: "leads to another root" };
    const others = [alice, bob].map((subject) => by(signer(subject, "CN=1", "stranger"), untrusted));
    assert.equal(await answer(document, [...others, by(signer(alice, "CN=1")), by(signer(bob, "CN=1"))]), "allow");
  });

  it("gives a signer to the authority that has no other", async () => {
    const document = documentOf(
      [
        { name: "x", ...keys(a, b) },
        { name: "y", ...keys(a) },
        { name: "z", ...keys(b, c) },
      ],
      { atLeast: 3 },
    );
    const verdict = await decide(document, [by(a.signer), by(a.signer), by(a.signer), by(b.signer), by(c.signer)]);
    assert.equal(verdict.decision, "allow");
    assert.deepEqual(verdict.requirements[0]?.considered.map(({ finding, authority }) => [finding, authority]).slice(0, 1), [[0, "y"]]);
    assert.equal(await answer(document, [by(a.signer), by(b.signer)]), "deny NO_MATCHING_SIGNATURE");
  });

  it("is undecided if the expected signatures are, whatever others attach", async () => {
    const two = documentOf(
      [
        { name: "alice", ...keys(a) },
        { name: "bob", ...keys(b) },
      ],
      { atLeast: 2 },
    );
    assert.equal(await answer(two, [by(a.signer), by(b.signer, unreachable)]), "undecided UNREACHABLE");
    const lenient = documentOf(two.spec.authorities, { atLeast: 2 }, { undecided: "allow" });
    assert.equal(await answer(lenient, [by(a.signer, unreachable), by(b.signer)]), "allow");
    assert.equal(await answer(lenient, [by(a.signer, unreachable)]), "deny NO_MATCHING_SIGNATURE", "one is too few, decided or not");
    assert.equal(await answer(lenient, [unknown]), "deny NO_MATCHING_SIGNATURE");
    assert.equal(await answer(lenient, [unknown, by(b.signer)]), "allow");
    const one = documentOf([{ name: "alice", ...keys(a) }], {}, { undecided: "allow" });
    assert.equal(await answer(one, [by(a.signer, unreachable)]), "allow");
    assert.equal(await answer(one, [by(a.signer, unreachable), stranger]), "allow");
    assert.equal(await answer(one, [by(c.signer, unreachable), stranger]), "deny KEY_MISMATCH");
  });

  it("is decided alike in any order of signatures, and no worse with more of strangers", async () => {
    const people = [a, b, c];
    const one = fc.record({ by: fc.constantFrom(...people), check: fc.constantFrom(passed, unreachable) });
    const team = fc.uniqueArray(fc.constantFrom(...people), { minLength: 1 });
    await fc.assert(
      fc.asyncProperty(
        fc.array(team, { minLength: 1, maxLength: 4 }),
        fc.nat(3),
        fc.array(one, { maxLength: 5 }),
        fc.constantFrom("deny", "allow"),
        async (teams, more, signatures, undecided) => {
          const authorities = teams.map((members, i) => ({ name: `t${i}`, ...keys(...members) }));
          const document = documentOf(authorities, { atLeast: Math.min(more + 1, teams.length) }, { undecided });
          const findings = signatures.map(({ by: person, check }) => by(person.signer, check));
          const { decision } = await decide(document, findings);
          assert.equal((await decide(document, findings.toReversed())).decision, decision);
          if (findings.length > 0) assert.equal((await decide(document, [stranger, ...findings, stranger])).decision, decision);
          if (decision === "allow") {
            const others = people.map((person) => by(person.signer));
            assert.equal((await decide(document, [...others, ...findings])).decision, "allow");
          }
        },
      ),
      { numRuns: 50 },
    );
  });

  it("is not undecided about a signature without its annotations", async () => {
    const document = documentOf(
      [{ name: "alice", ...keys(a) }],
      { annotations: [{ name: "stage", value: "production" }] },
      { undecided: "allow" },
    );
    assert.equal(await answer(document, [by(a.signer, unreachable, { stage: "production" })]), "allow");
    assert.equal(await answer(document, [by(a.signer, unreachable, { stage: "test" })]), "deny ANNOTATION_MISMATCH");
  });
});

describe("certificates of two stores", () => {
  const pem = encodePem("CERTIFICATE", root.raw);
  const document = documentOf([
    { name: "ca", certificates: [{ name: "acme", pem }], timestamp: "none", revocation: "none" },
    { name: "signing", certificates: [{ name: "acme", pem, store: "signingAuthority" }], timestamp: "none", revocation: "none" },
  ]);
  const scheme = "io.cncf.notary.signingScheme";
  const byAuthority = looseCose([
    [2, [scheme, "io.cncf.notary.authenticSigningTime"]],
    [scheme, "notary.x509.signingAuthority"],
    ["io.cncf.notary.signingTime", undefined],
    ["io.cncf.notary.authenticSigningTime", new Tagged(1, now / 1000)],
  ]);

  it("of two entries for one certificate, the one that a plugin may decide is asked about", async () => {
    const name = "io.cncf.notary.verificationPlugin";
    const made = looseJws({ headers: { crit: [scheme, name], [name]: "example" } });
    const { match, ...finding } = await verifyMade(made);
    assert.equal(match.ownNeeds.length, 1);
    const entry = (subjects: string): CertificateAuthorityDocument => ({ name: "acme", pem, subjects: [subjects] });
    const certificates = [entry("x509.subject: C=US, ST=WA, O=other"), entry("arn:aws:signer:eu-west-1:1:/profiles/release")];
    for (const given of [certificates, certificates.toReversed()]) {
      const { policy } = await compilePolicy(documentOf([{ name: "acme", certificates: given, timestamp: "none", revocation: "none" }]));
      const subject = { reference: "registry.example/app:1", repository: "registry.example/app" };
      const asked = authorityQuestions(policy, { subject, findings: [finding], at: now });
      assert.deepEqual(
        asked.map((question) => question.kind === "plugin" && question.trustedIdentities),
        [["arn:aws:signer:eu-west-1:1:/profiles/release"]],
      );
    }
  });

  it("vouch each for signatures of their own scheme", async () => {
    const stores = { ca: [root], signingAuthority: [root], tsa: [] };
    assert.equal(trustIn({ name: "acme", stores }).digest, (await compilePolicy(document)).trust.digest);
    for (const [made, authority] of [
      [looseJws(), "ca"],
      [byAuthority, "signing"],
    ] as const) {
      const { match, ...finding } = await verifyMade(made, { trusted: { ...notaryTrust, stores } });
      assert.equal(match.fault, undefined);
      for (const name of ["ca", "signing"]) {
        const { spec, ...rest } = document;
        const rules = [{ name: "any", images: ["**"], signatures: [{ name: "signed", from: [name] }] }];
        const verdict = await decide({ ...rest, spec: { ...spec, rules } }, [finding], { at: now });
        assert.equal(answerOf(verdict), name === authority ? "allow" : "deny CERTIFICATE_UNTRUSTED");
      }
    }
  });
});

/** As a program without types gives it. */
// oxlint-disable-next-line typescript/no-explicit-any -- tests give what the types do not allow
const untyped = (given: unknown): any => given;

describe("a policy document is refused", () => {
  const alice: AuthorityDocument = { name: "alice", ...keys(a) };
  const rule = { name: "r", images: ["**"], signatures: [{ name: "s", from: ["alice"] }] };
  const identity = { name: "i", subject: "x", issuer: "https://i.example" };
  const ruled = (...rules: readonly unknown[]): unknown => documentOf([alice], {}, untyped({ rules }));
  const requiring = (requirement: object): unknown => documentOf([alice], requirement);
  const authority = (parts: object): unknown => documentOf([{ ...alice, ...parts }]);
  const refusals: Readonly<Record<string, readonly [document: unknown, message: RegExp]>> = {
    "with an authority twice": [documentOf([alice, { name: "alice", ...keys(b) }], { from: ["alice"] }), /has the authority "alice" twice/],
    "with a rule twice": [ruled(rule, { ...rule, images: ["a"] }), /has the rule "r" twice/],
    "with a requirement twice": [ruled({ ...rule, signatures: [...rule.signatures, ...rule.signatures] }), /has the requirement "s" twice/],
    "with an authority twice in a requirement": [requiring({ from: ["alice", "alice"] }), /names the authority "alice" twice/],
    "with an annotation twice": [
      requiring({
        annotations: [
          { name: "stage", value: "production" },
          { name: "stage", value: "test" },
        ],
      }),
      /has the annotation "stage" twice/,
    ],
    "with a claim twice": [
      authority({
        identities: [
          {
            ...identity,
            claims: [
              { name: "sourceRepositoryRef", value: "a" },
              { name: "sourceRepositoryRef", value: "b" },
            ],
          },
        ],
      }),
      /has the claim "sourceRepositoryRef" twice/,
    ],
    "with a claim without a value": [
      authority({ identities: [{ ...identity, claims: [{ name: "sourceRepositoryRef" }] }] }),
      /the claim "sourceRepositoryRef" of .* has no value/,
    ],
    "with a decision to deny, which would allow": [
      ruled({ name: "r", images: ["**"], decision: "deny", reason: "x" }),
      /decision .* is "deny"/,
    ],
    "with a misspelt choice": [authority({ log: "Required" }), /log of the authority "alice" is "Required", expected required or/],
    "with a choice that is null": [authority({ sct: null }), /sct of the authority "alice" is object, expected required or/],
    "with a misspelt default": [documentOf([alice], {}, untyped({ undecided: "Deny" })), /undecided is "Deny"/],
    "with a requirement of another kind": [ruled({ ...rule, attestations: [] }), /has no member "attestations"/],
    "with a misspelt member": [requiring({ atleast: 2 }), /has no member "atleast"; did you mean atLeast\?/],
    "of another kind": [{ ...documentOf([alice]), kind: "TrustException" }, /kind is "TrustException"/],
    "with an empty issuer": [authority({ identities: [{ ...identity, issuer: "" }] }), /the issuer of i is empty/],
    'with "*" beside another subject': [
      authority({
        certificates: [{ name: "ca", pem: encodePem("CERTIFICATE", root.raw), subjects: ["*", "x509.subject: C=US, ST=WA, O=x"] }],
      }),
      /"\*" beside other identities/,
    ],
    ...Object.fromEntries(
      [0, -1, 2, 0.5, Number.NaN, Infinity, "1"].map((atLeast) => [
        `with atLeast ${JSON.stringify(atLeast)} (${String(atLeast)})`,
        [requiring({ atLeast }), /expected 1 to 1/] as const,
      ]),
    ),
  };
  for (const [what, [document, message]] of Object.entries(refusals)) {
    it(what, async () => {
      await assert.rejects(compilePolicy(untyped(document)), (error: { readonly code?: string; readonly message?: string }) => {
        assert.match(error.message ?? "", message);
        return error.code === "USAGE" || error.code === "MALFORMED";
      });
    });
  }

  it("over a limit", async () => {
    const many = Array.from({ length: policyLimits.authorities + 1 }, (_, i) => ({ name: `a${i}` }));
    await assert.rejects(compilePolicy(documentOf(many)), { code: "LIMIT_EXCEEDED" });
    const rules = Array.from({ length: policyLimits.rules + 1 }, (_, i) => ({ ...rule, name: `r${i}` }));
    await assert.rejects(compilePolicy(documentOf([alice], {}, { rules })), { code: "LIMIT_EXCEEDED" });
  });
});
