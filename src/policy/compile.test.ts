import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { describe, it } from "node:test";
import { certificate, rootShape } from "../formats/notation/fixture.test.ts";
import { encodePem } from "../core/asn1/pem.ts";
import { compilePolicy } from "./compile.ts";
import type { AuthorityDocument, PolicyDocument, PolicySpec, RuleDocument, SignatureRequirementDocument } from "./document.ts";

const pem = generateKeyPairSync("ec", { namedCurve: "P-256" }).publicKey.export({ format: "pem", type: "spki" });
const alice: AuthorityDocument = { name: "alice", keys: [{ name: "alice.pub", pem }] };
const bob: AuthorityDocument = { name: "bob", identities: [{ name: "bob", subject: "bob@example.com", issuer: "https://issuer.example" }] };

function policyOf(spec: Partial<PolicySpec> = {}): PolicyDocument {
  const rules = [{ name: "any", images: ["**"], signatures: [{ name: "signed", from: ["alice"] }] }];
  return {
    apiVersion: "touchmark.dev/v1alpha1",
    kind: "TrustPolicy",
    metadata: { name: "test" },
    spec: { authorities: [alice, bob], rules, ...spec },
  };
}

const rule = (change: object): Partial<PolicySpec> => ({ rules: [{ name: "any", images: ["**"], ...change } satisfies RuleDocument] });
const requirement = (change: object): Partial<PolicySpec> =>
  rule({ signatures: [{ name: "signed", from: ["alice", "bob"], ...change } satisfies SignatureRequirementDocument] });
const authority = (change: object): Partial<PolicySpec> => ({ authorities: [{ ...alice, ...change }] });

describe("compiling a policy", () => {
  it("gives the trust that its keys and certificates need", async () => {
    const root = certificate(rootShape);
    const company = { name: "company", certificates: [{ name: "ca.pem", pem: encodePem("CERTIFICATE", root.raw) }] };
    const { policy, trust } = await compilePolicy(policyOf({ authorities: [alice, bob, company] }));
    assert.equal(trust.keys.length, 1);
    assert.deepEqual(
      trust.stores.ca.map(({ certificate: { raw } }) => raw),
      [root.raw],
    );
    assert.equal(policy.undecided, "deny");
    assert.deepEqual(policy.wants, { kinds: ["signature"] });
  });

  it("gives equal policies equal digests, and others another", async () => {
    const digest = async (spec: Partial<PolicySpec>) => (await compilePolicy(policyOf(spec))).policy.digest;
    const plain = await digest({});
    assert.equal(await digest({}), plain);
    for (const other of [{ undecided: "allow" }, { authorities: [bob, { ...alice, log: "none" }] }, requirement({ atLeast: 2 })] as const)
      assert.notEqual(await digest(other), plain);
  });

  const refused: Readonly<Record<string, readonly [object, RegExp]>> = {
    "a threshold of none": [requirement({ atLeast: 0 }), /atLeast .* is 0; expected a whole number from 1 to 2/],
    "a negative threshold": [requirement({ atLeast: -1 }), /is -1/],
    "a threshold that is no whole number": [requirement({ atLeast: 1.5 }), /is 1\.5/],
    "a threshold that is no number": [requirement({ atLeast: Number.NaN }), /is NaN/],
    "a threshold that is a text": [requirement({ atLeast: "1" }), /is 1; expected a whole number/],
    "a threshold that cannot be met": [requirement({ atLeast: 3 }), /is 3; expected a whole number from 1 to 2/],
    "an authority twice in one requirement": [requirement({ from: ["alice", "alice"] }), /"alice" is given twice/],
    "an undefined authority": [requirement({ from: ["carol"] }), /"carol", which the policy does not define/],
    "a requirement without an authority": [requirement({ from: [] }), /names no authority/],
    "two authorities of one name": [{ authorities: [alice, { ...bob, name: "alice" }] }, /authority "alice" is given twice/],
    "two rules of one name": [{ rules: [...(policyOf().spec.rules ?? []), ...policyOf().spec.rules] }, /rule "any" is given twice/],
    "two requirements of one name": [
      rule({ signatures: [1, 2].map(() => ({ name: "signed", from: ["alice"] })) }),
      /requirement of the rule "any" "signed" is given twice/,
    ],
    "an annotation twice": [
      requirement({
        annotations: [
          { name: "a", value: "1" },
          { name: "a", value: "2" },
        ],
      }),
      /"a" is given twice/,
    ],
    "a certificate claim twice": [
      authority({ identities: [{ ...bob.identities?.[0], claims: [1, 2].map((i) => ({ name: "buildTrigger", value: `${i}` })) }] }),
      /"buildTrigger" is given twice/,
    ],
    "a misspelt member": [authority({ key: [] }), /has the member "key", which is not known; did you mean keys/],
    "a misspelt member of a requirement": [requirement({ atleast: 2 }), /"atleast", which is not known; did you mean atLeast/],
    "a misspelt value": [authority({ log: "requried" }), /log of the authority "alice" is "requried"; expected required, pending, none/],
    "an unknown store": [authority({ certificates: [{ name: "ca", pem: "", store: "CA" }] }), /store of the authority "alice" is "CA"/],
    "a decision other than allow": [rule({ decision: "deny", reason: "because" }), /decision of the rule "any" is "deny"; expected allow/],
    "a decision without a reason": [rule({ decision: "allow" }), /gives no reason/],
    "a decision beside a requirement": [
      rule({ decision: "allow", reason: "because", signatures: [{ name: "signed", from: ["alice"] }] }),
      /and not both/,
    ],
    "a rule of nothing": [rule({}), /requires signatures or decides without/],
    "an unknown result for the undecided": [{ undecided: "warn" }, /undecided of the policy is "warn"/],
    "an identity by text and by pattern": [
      authority({ identities: [{ name: "bob", subject: "bob", subjectPattern: "b.b", issuer: "https://issuer.example" }] }),
      /given as a text or as a pattern, and not as both/,
    ],
  };
  for (const [what, [spec, message]] of Object.entries(refused)) {
    it(`refuses ${what}`, () => assert.rejects(compilePolicy(policyOf(spec)), { code: "USAGE", message }));
  }

  it("refuses a document of another version or kind", async () => {
    for (const change of [{ apiVersion: "touchmark.dev/v1" }, { kind: "ClusterTrustPolicy" }, { more: 1 }])
      await assert.rejects(compilePolicy(Object.assign(policyOf(), change)), { code: "USAGE" });
  });

  it("refuses lists past their bounds, and keys that are none", async () => {
    const many = Array.from({ length: 1001 }, (_, i) => ({ ...alice, name: `a${i}` }));
    await assert.rejects(compilePolicy(policyOf({ authorities: many })), { code: "LIMIT_EXCEEDED" });
    const images = Array.from({ length: 1001 }, (_, i) => `registry.example/${i}`);
    await assert.rejects(compilePolicy(policyOf(rule({ images, signatures: [{ name: "signed", from: ["alice"] }] }))), {
      code: "LIMIT_EXCEEDED",
    });
    await assert.rejects(compilePolicy(policyOf(authority({ keys: [{ name: "k", pem: "none" }] }))), { code: "INVALID_KEY" });
  });
});
