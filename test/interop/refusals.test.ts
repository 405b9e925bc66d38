/** What must not be accepted, whoever signed it: Touchmark and cosign both refuse it. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import * as cosign from "./harness/cosign.ts";
import { carrySignature, flipSignature, redirectClaim } from "./harness/evidence.ts";
import { openSite, registries, type Site } from "./harness/site.ts";
import * as touchmark from "./harness/touchmark.ts";

const signers = { cosign, touchmark };
const annotation = ["-a", "stage=production"];

for (const registry of registries) {
  describe(`in the registry of ${registry.name}`, { concurrency: 2, skip: registry.missing }, () => {
    let site: Site;
    before(async () => (site = await openSite(registry)));
    after(() => site.close());

    test("an image without a signature", async () => bothSay(10, await site.push("unsigned"), site.key("ecdsa-p256")));

    test("a tag that does not exist", async () => {
      const [name] = (await site.push("no-tag")).split("@");
      await bothSay(11, `${name}:2`, site.key("ecdsa-p256"));
    });

    for (const signer of ["cosign", "touchmark"] as const) {
      for (const format of ["bundle", "cosign-legacy"] as const) {
        const push = (name: string, blocks?: number): Promise<string> => site.push(`${signer}/${format}/${name}`, blocks);

        describe(`signed by ${signer}, format ${format}`, { concurrency: 2 }, () => {
          let key: string;
          let signed: string;
          before(async () => {
            key = site.key("ecdsa-p256");
            signed = await push("signed");
            await signers[signer].sign(signed, key, format, annotation);
          });

          test("the signature that went along to another repository is accepted", async () => {
            const image = await push("copy");
            await carrySignature(signed, image, format);
            await bothSay(0, image, key, annotation);
          });

          test("another key", () => bothRefuse(format, signed, site.key("other")));

          test("another annotation", () => bothRefuse(format, signed, key, ["-a", "stage=test"]));

          test("a tag that was moved to other content", async () => {
            const image = await push("moved");
            await signers[signer].sign(image, key, format);
            await push("moved", 4);
            const [name] = image.split("@");
            await bothSay(10, `${name}:1`, key);
          });

          test("a signature with one bit changed", async () => {
            const image = await push("bit");
            await carrySignature(signed, image, format, flipSignature[format]);
            await bothRefuse(format, image, key);
          });

          test("a good signature that is for other content", async () => {
            const image = await push("other", 4);
            await carrySignature(signed, image, format);
            await bothRefuse(format, image, key);
          });

          test("a signature whose claim was made to name other content", async () => {
            const image = await push("redirected", 4);
            await carrySignature(signed, image, format, redirectClaim(signed, image)[format]);
            await bothRefuse(format, image, key);
          });
        });
      }
    }
  });
}

async function bothSay(status: number, image: string, key: string, options: readonly string[] = []): Promise<void> {
  const [ours, theirs] = await Promise.all([touchmark.verify(image, key, options), cosign.verify(image, key, options)]);
  assert.equal(ours.status, status, ours.stderr);
  assert.equal(theirs.status, status, theirs.stderr);
}

async function bothRefuse(format: cosign.Format, image: string, key: string, options: readonly string[] = []): Promise<void> {
  const [ours, theirs] = await Promise.all([touchmark.verify(image, key, options), cosign.verify(image, key, options)]);
  assert.equal(ours.status, 12, ours.stderr);
  cosign.assertRefused(theirs, format);
}
