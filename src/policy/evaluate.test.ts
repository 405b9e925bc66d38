import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { anySigner, authority } from "../../test/fakes/expectation.ts";
import { person } from "../../test/fakes/signers.ts";
import { digestOf } from "../core/digest.ts";
import type { Check, Finding, Signatory } from "../core/finding.ts";
import { makeTrust } from "../trust/trust.ts";
import type { Authority } from "./authority.ts";
import { evaluate, type EvaluationInput } from "./evaluate.ts";
import type { Policy, SignatureRequirement } from "./policy.ts";

const at = Date.UTC(2026, 10, 21);
const digest = digestOf(new Uint8Array());
const [alice, bob] = [person("alice"), person("bob")];
const passed = (name: Check["name"]): Check => ({ name, outcome: "passed", detail: "good" });
const undecided: Check = { name: "revocation", outcome: "undecided", code: "UNREACHABLE", detail: "the responder does not answer" };
const subject = { reference: "registry.example/team/app:1", repository: "registry.example/team/app", digest };

function keyOf({ publicKey }: typeof alice, name: string): Signatory {
  return { kind: "key", fingerprint: publicKey.fingerprint, algorithm: publicKey.algorithm.name, name };
}

const by = (name: string, ...people: readonly (typeof alice)[]): Authority =>
  authority({ name, timestamp: "none", keys: people.map(({ publicKey }, i) => ({ name: `${name}-${i}.pub`, publicKey })) });

function finding(signer: Signatory | undefined, parts: Partial<Finding> = {}): Finding {
  return {
    format: "bundle",
    location: { kind: "referrers" },
    layer: digest,
    claim: { kind: "signature", subject: digest, annotations: {} },
    ...(signer && { signer }),
    verifiedTimestamps: [],
    checks: [passed("format"), passed("signature"), passed("subject")],
    holds: { from: at - 1000, until: at + 1000 },
    ...parts,
  };
}

function policyOf(from: readonly Authority[], requirement: Partial<SignatureRequirement> = {}, change: Partial<Policy> = {}): Policy {
  const [rule] = anySigner(from).rules;
  assert.ok(rule);
  const [signed] = rule.signatures;
  assert.ok(signed);
  return { ...anySigner(from), rules: [{ ...rule, signatures: [{ ...signed, ...requirement }] }], ...change };
}

function decide(policy: Policy, findings: readonly Finding[], input: Partial<EvaluationInput> = {}): string {
  const verdict = evaluate(policy, { subject, locations: [{ kind: "referrers" }], findings, unread: [], trust: makeTrust(), at, ...input });
  assert.equal(verdict.reason === undefined, verdict.decision === "allow");
  return verdict.reason ? `${verdict.decision} ${verdict.reason.code}` : verdict.decision;
}

const signedByAlice = finding(keyOf(alice, "alice"));
const signedByBob = finding(keyOf(bob, "bob"));

describe("evaluating one signer", () => {
  const policy = policyOf([by("alice", alice)]);

  it("allows its signature, whatever else is there", () => {
    const broken = finding(undefined, {
      checks: [{ name: "format", outcome: "failed", code: "MALFORMED_EVIDENCE", detail: "no JSON" }],
    });
    assert.equal(decide(policy, [signedByAlice]), "allow");
    assert.equal(decide(policy, [broken, signedByBob, signedByAlice]), "allow");
    const unread = [{ location: "tag", code: "UNREACHABLE", message: "gone", hint: "" } as const];
    assert.equal(decide(policy, [signedByAlice], { unread }), "allow");
  });

  it("refuses no signature, another signer, an attestation, and a failed check", () => {
    assert.equal(decide(policy, []), "deny NO_SIGNATURE");
    assert.equal(decide(policy, [signedByBob]), "deny KEY_MISMATCH");
    const attestation = finding(keyOf(alice, "alice"), {
      claim: { kind: "attestation", subject: digest, predicateType: "https://p.example" },
    });
    assert.equal(decide(policy, [attestation]), "deny NO_SIGNATURE");
    const forged: Check = { name: "subject", outcome: "failed", code: "SUBJECT_MISMATCH", detail: "for another" };
    assert.equal(decide(policy, [finding(keyOf(alice, "alice"), { checks: [passed("signature"), forged] })]), "deny SUBJECT_MISMATCH");
  });

  it("refuses a finding without a signer, or without a claim, although all its checks pass", () => {
    assert.match(decide(policy, [finding(undefined)]), /^(deny|undecided) /);
    const { claim: _claim, ...nothing } = finding(keyOf(alice, "alice"));
    assert.match(decide(policy, [nothing]), /^(deny|undecided) /);
    assert.match(decide(policy, [finding(keyOf(alice, "alice"), { checks: [] })]), /^(deny|undecided) /);
  });

  it("is undecided where a location was not read, or a check is", () => {
    const unread = [{ location: "tag", code: "UNREACHABLE", message: "gone", hint: "" } as const];
    assert.equal(decide(policy, [], { unread }), "undecided UNREACHABLE");
    const open = finding(keyOf(alice, "alice"), { checks: [passed("signature"), undecided] });
    assert.equal(decide(policy, [open]), "undecided UNREACHABLE");
    assert.equal(decide({ ...policy, undecided: "allow" }, [open]), "allow");
    assert.equal(decide({ ...policy, undecided: "allow" }, [signedByBob]), "deny KEY_MISMATCH", "a refusal stays one");
  });

  it("requires each annotation", () => {
    const annotated = policyOf([by("alice", alice)], { annotations: { stage: "production" } });
    const claim = (annotations: Readonly<Record<string, string>>) =>
      finding(keyOf(alice, "alice"), { claim: { kind: "signature", subject: digest, annotations } });
    assert.equal(decide(annotated, [claim({ stage: "production", more: "1" })]), "allow");
    assert.equal(decide(annotated, [claim({ stage: "test" })]), "deny ANNOTATION_MISMATCH");
    assert.equal(decide(annotated, [claim({})]), "deny ANNOTATION_MISMATCH");
    assert.equal(decide(policyOf([by("alice", alice)], { annotations: { toString: "x" } }), [claim({})]), "deny ANNOTATION_MISMATCH");
  });
});

describe("evaluating a threshold", () => {
  const two = policyOf([by("alice", alice), by("bob", bob)], { atLeast: 2 });

  it("counts each authority once", () => {
    assert.equal(decide(two, [signedByAlice, signedByBob]), "allow");
    assert.equal(decide(two, [signedByAlice, signedByAlice]), "deny NO_MATCHING_SIGNATURE");
    assert.equal(decide(two, [signedByBob]), "deny NO_MATCHING_SIGNATURE");
  });

  it("counts one signer once, although two authorities have its key", () => {
    const shared = policyOf([by("alice", alice, bob), by("team", alice, bob)], { atLeast: 2 });
    assert.equal(decide(shared, [signedByAlice]), "deny NO_MATCHING_SIGNATURE");
    assert.equal(decide(shared, [signedByAlice, signedByAlice]), "deny NO_MATCHING_SIGNATURE");
    assert.equal(decide(shared, [signedByAlice, signedByBob]), "allow");
    // Alice counts for the second authority, so that bob can count for the first, in whatever order they come.
    const paired = policyOf([by("both", alice, bob), by("alice", alice)], { atLeast: 2 });
    assert.equal(decide(paired, [signedByAlice, signedByBob]), "allow");
    assert.equal(decide(paired, [signedByBob, signedByAlice]), "allow");
  });

  it("is undecided where an undecided signature could complete it", () => {
    const open = finding(keyOf(bob, "bob"), { checks: [passed("signature"), undecided] });
    assert.equal(decide(two, [signedByAlice, open]), "undecided UNREACHABLE");
  });
});

describe("evaluating rules", () => {
  it("takes the most specific rule, and refuses where none is for the image", () => {
    const rules = [
      { name: "any", matches: () => 0, signatures: [] },
      {
        name: "team",
        matches: (name: string | undefined) => (name?.includes("team") ? 10 : undefined),
        signatures: anySigner([by("alice", alice)]).rules[0]?.signatures ?? [],
      },
    ];
    assert.equal(decide({ ...policyOf([]), rules }, []), "deny NO_SIGNATURE");
    assert.equal(decide({ ...policyOf([]), rules }, [], { subject: { ...subject, repository: "registry.example/other" } }), "allow");
    assert.equal(decide({ ...policyOf([]), rules: [] }, [signedByAlice]), "deny POLICY_DENIED");
  });

  it("requires every requirement of the rule, and reports a refusal before an undecided one", () => {
    const [rule] = anySigner([by("alice", alice)]).rules;
    const [other] = anySigner([by("bob", bob)]).rules;
    assert.ok(rule && other);
    const both = { ...policyOf([]), rules: [{ ...rule, signatures: [...rule.signatures, ...other.signatures] }] };
    assert.equal(decide(both, [signedByAlice]), "deny KEY_MISMATCH");
    assert.equal(decide(both, [signedByAlice, signedByBob]), "allow");
    const open = finding(keyOf(alice, "alice"), { checks: [passed("signature"), undecided] });
    assert.match(decide(both, [open]), /^deny /);
  });

  it("holds while every finding holds, and states no statement", () => {
    const early = finding(keyOf(alice, "alice"), { holds: { from: at - 5, until: at + 5 }, statement: new Uint8Array(3) });
    const verdict = evaluate(policyOf([by("alice", alice)]), {
      subject,
      locations: [],
      findings: [early, signedByBob],
      unread: [],
      trust: makeTrust(),
      at,
    });
    assert.deepEqual(verdict.holds, { from: at - 5, until: at + 5 });
    assert.ok(verdict.findings.every((one) => !("statement" in one)));
  });

  it("stays linear in its rules plus its findings", () => {
    const [rule] = anySigner([by("alice", alice)]).rules;
    const [requirement] = rule?.signatures ?? [];
    assert.ok(rule && requirement);
    const signatures = Array.from({ length: 1000 }, (_, i) => ({ ...requirement, name: `signed-${i}` }));
    const findings = Array.from({ length: 50 }, (_, i) => {
      const other = person(`person ${i}`);
      return finding(keyOf(other, `person-${i}`));
    });
    const verdict = evaluate(
      { ...policyOf([]), rules: [{ ...rule, signatures }] },
      { subject, locations: [], findings, unread: [], trust: makeTrust(), at },
    );
    assert.ok(JSON.stringify(verdict).length < 1_000_000);
  });
});
