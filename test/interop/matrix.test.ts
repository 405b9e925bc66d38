/** Who signs, in which format, with which kind of key, into which registry: whoever verifies says the same. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import * as cosign from "./harness/cosign.ts";
import { keyKinds, type KeyKind } from "./harness/keys.ts";
import { openSite, siteNames, type Site } from "./harness/site.ts";
import * as touchmark from "./harness/touchmark.ts";

const signers = { cosign, touchmark };
const formats = ["bundle", "cosign"] as const;

for (const siteName of siteNames) {
  describe(`in the registry of ${siteName}`, { concurrency: 2 }, () => {
    let site: Site;
    before(async () => (site = await openSite(siteName)));
    after(() => site.close());

    for (const signer of ["cosign", "touchmark"] as const) {
      for (const format of formats) {
        for (const kind of keyKinds) {
          test(`${signer} signs with ${kind.name}, format ${format}`, () => agree(site, signer, format, kind));
        }
      }
    }
  });
}

async function agree(site: Site, signer: keyof typeof signers, format: cosign.Format, kind: KeyKind): Promise<void> {
  const image = await site.push(`${signer}/${format}/${kind.name}`);
  const key = site.key(kind.name);
  await signers[signer].sign(image, key, format);

  const ours = await touchmark.verify(image, key);
  assert.equal(ours.status, 0, ours.stderr);

  const theirs = await cosign.verify(image, key, kind.cosignVerifies);
  if (signer === "cosign" && !kind.cosignReadsItself) cosign.assertRefused(theirs, format);
  else assert.equal(theirs.status, 0, theirs.stderr);

  if (kind.cosignVerifies.length > 0) cosign.assertRefused(await cosign.verify(image, key), format);
}
