/** Who signs, in which format, with which kind of key, into which registry, and what whoever verifies then says. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import * as cosign from "./harness/cosign.ts";
import { hasReferrersApi } from "./harness/evidence.ts";
import { keyKinds, type KeyKind } from "./harness/keys.ts";
import type { Ran } from "./harness/run.ts";
import { openSite, registries, type Site } from "./harness/site.ts";
import * as skopeo from "./harness/skopeo.ts";
import * as touchmark from "./harness/touchmark.ts";
import { notRun, openTable } from "./page/table.ts";
import { missing } from "./peers/debian.ts";
import { peerNames, pins } from "./peers/pins.ts";

const programs = { cosign, touchmark };
const signers = ["cosign", "touchmark"] as const;
const formats = ["bundle", "cosign-legacy"] as const;
const names = registries.map(({ name }) => name);

const peers = openTable({ section: "peers", names: ["tool"], outcomes: ["version"], rows: peerNames.map((name) => [name]) });

const apis = openTable({
  section: "registries",
  names: ["registry"],
  outcomes: ["referrers API"],
  rows: names.map((registry) => [registry]),
});

const signatures = openTable({
  section: "signatures",
  names: ["signed by", "format", "key", "in the registry of"],
  outcomes: ["touchmark verify", "cosign verify", "cosign verify, told the hash", "skopeo copy, by policy"],
  rows: signers.flatMap((signer) =>
    formats.flatMap((format) => keyKinds.flatMap((kind) => names.map((registry) => [signer, format, kind.name, registry]))),
  ),
});

after(async () => {
  for (const table of [peers, apis, signatures]) await table.write();
});

test("the versions of the tools", () => {
  for (const name of peerNames) peers.found([name], [pins[name].version]);
  for (const name of peerNames) peers.check([name]);
});

for (const registry of registries) {
  const skip = registry.missing;
  if (skip !== false) for (const table of [apis, signatures]) table.notRun(registry.name, skip);

  describe(`in the registry of ${registry.name}`, { concurrency: 2, skip }, () => {
    let site: Site;
    before(async () => (site = await openSite(registry)));
    after(() => site.close());

    test("the referrers API", async () => {
      const row = [registry.name];
      apis.found(row, [(await hasReferrersApi(await site.push("referrers"))) ? "yes" : "no"]);
      apis.check(row);
    });

    for (const signer of signers) {
      for (const format of formats) {
        for (const kind of keyKinds) {
          const row = [signer, format, kind.name, registry.name];
          test(`${signer} signs with ${kind.name}, format ${format}`, async () => {
            const said = await signAndVerify(site, signer, format, kind);
            signatures.found(row, said);
            const [ours, , theirs] = said;
            assert.equal(ours, "accepted");
            if (signer === "touchmark") assert.equal(theirs, "accepted");
            signatures.check(row);
          });
        }
      }
    }
  });
}

/** What each verifier says, in the order of the columns. */
async function signAndVerify(site: Site, signer: keyof typeof programs, format: cosign.Format, kind: KeyKind): Promise<readonly string[]> {
  const image = await site.push(`${signer}/${format}/${kind.name}`);
  const key = site.key(kind.name);
  await programs[signer].sign(image, key, format);
  const skopeoIsMissing = missing("skopeo");
  return [
    inShort(await touchmark.verify(image, key)),
    inShort(await cosign.verify(image, key)),
    inShort(await cosign.verify(image, key, ["--signature-digest-algorithm", kind.hash])),
    skopeoIsMissing === false ? inShort(await skopeo.verify(image, key)) : `${notRun}: ${skopeoIsMissing}`,
  ];
}

/** A refusal by its status and the program's own words, as far as they name nothing of this run. */
function inShort({ status, stderr }: Ran): string {
  if (status === 0) return "accepted";
  if (stderr.includes("sigstore disabled")) return `${notRun}: Debian built it without sigstore`;
  const [, words = ""] = /(?:^error|rejected): ([^:"\n]+)/im.exec(stderr) ?? [];
  return `refused: ${words} (${status})`;
}
