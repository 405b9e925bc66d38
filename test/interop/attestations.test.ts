/** Attestations with a custom predicate, in both forms of sigstore: cosign verifies ours, and we find cosign's. */
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { after, before, describe, test } from "node:test";
import { createSigner, createVerifier, image } from "../../src/index.ts";
import * as cosign from "./harness/cosign.ts";
import { craneRegistry, embeddedRegistry, openSite, type Site } from "./harness/site.ts";

const predicateType = "https://cosign.sigstore.dev/attestation/v1";
const predicate = '{"Data":"tests passed","Timestamp":"2026-11-21T00:00:00Z"}';
const signal = AbortSignal.timeout(300_000);

for (const registry of [craneRegistry, embeddedRegistry]) {
  describe(`attestations in the registry of ${registry.name}`, () => {
    let site: Site;
    before(async () => (site = await openSite(registry)));
    after(() => site.close());

    for (const format of ["bundle", "cosign-legacy"] as const) {
      for (const kind of ["ecdsa-p256", "rsa-2048"]) {
        test(`cosign verifies ours in the format ${format} by ${kind}, and refuses it by another key`, async () => {
          const reference = await site.push(`ours/${format}/${kind}`);
          await using signer = createSigner({
            by: { kind: "file", key: `${site.key(kind)}.key`, askPassword: async () => "" },
            formats: [format],
            env: {},
          });
          await signer.attest(image(reference), { predicateType, predicate: Buffer.from(predicate), signal });
          const verified = await cosign.verifyAttestation(reference, site.key(kind));
          assert.equal(verified.status, 0, verified.stderr);
          const { payload } = JSON.parse(verified.stdout);
          const statement = JSON.parse(Buffer.from(payload, "base64").toString());
          assert.equal(statement.predicateType, predicateType);
          assert.deepEqual(statement.predicate, JSON.parse(predicate));
          assert.notEqual((await cosign.verifyAttestation(reference, site.key("other"))).status, 0);
        });
      }

      test(`cosign's in the format ${format} is found`, async () => {
        const reference = await site.push(`theirs/${format}`);
        const file = `${site.key("ecdsa-p256")}.predicate.json`;
        await writeFile(file, "tests passed");
        await cosign.attest(reference, site.key("ecdsa-p256"), format, ["--type", "custom", "--predicate", file]);
        const verifier = createVerifier({ expect: { keys: [`${site.key("ecdsa-p256")}.pub`] }, env: {} });
        const wants = { kinds: ["attestation"], predicateTypes: [predicateType] } as const;
        const [verdict] = await verifier.verify(image(reference), { wants, signal });
        const [finding] = verdict?.findings ?? [];
        assert.deepEqual(finding?.claim, { kind: "attestation", subject: verdict?.subject.digest, predicateType });
        assert.ok(
          finding.checks.every(({ outcome }) => outcome === "passed"),
          JSON.stringify(finding.checks),
        );
        assert.equal(verdict?.reason?.code, "NO_SIGNATURE", "it is no signature");
      });
    }
  });
}
