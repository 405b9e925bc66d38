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

  it("refuses a document of another version or kind", async () => {
    for (const change of [{ apiVersion: "touchmark.dev/v1" }, { kind: "ClusterTrustPolicy" }, { more: 1 }])
      await assert.rejects(compilePolicy(Object.assign(policyOf(), change)), { code: "USAGE" });
  });

  it("refuses a rule without a reason, one of nothing, and one that both decides and requires", async () => {
    const signatures = [{ name: "signed", from: ["alice"] }];
    for (const change of [{ decision: "allow" }, {}, { decision: "allow", reason: "because", signatures }])
      await assert.rejects(compilePolicy(policyOf(rule(change))), { code: "USAGE" });
  });

  it("refuses keys that are none", async () => {
    await assert.rejects(compilePolicy(policyOf(authority({ keys: [{ name: "k", pem: "none" }] }))), { code: "INVALID_KEY" });
  });
});
