/** Who signs without a key, in which format, in which log of a private sigstore, and what whoever verifies then says. */
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import * as cosign from "./harness/cosign.ts";
import { startPrivateSigstore, type PrivateSigstore } from "./harness/private-sigstore.ts";
import type { Ran } from "./harness/run.ts";
import { craneRegistry, embeddedRegistry, openSite, type Site } from "./harness/site.ts";
import * as touchmark from "./harness/touchmark.ts";
import { openTable } from "./page/table.ts";

const signers = ["cosign", "touchmark"] as const;
const ways = [
  { format: "bundle", log: "Rekor 2" },
  { format: "bundle", log: "Rekor 1" },
  { format: "cosign-legacy", log: "Rekor 1" },
] as const;
const registries = [craneRegistry, embeddedRegistry];
const someone = "someone@example.com";

const table = openTable({
  section: "keyless",
  names: ["signed by", "format", "log", "in the registry of"],
  outcomes: ["touchmark verify", "cosign verify", "of somebody else", "cosign, of somebody else"],
  rows: signers.flatMap((signer) => ways.flatMap(({ format, log }) => registries.map(({ name }) => [signer, format, log, name]))),
});

describe("without a key", () => {
  let folder: string;
  let sigstore: PrivateSigstore;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "touchmark-keyless-"));
    sigstore = await startPrivateSigstore(folder);
  });
  after(async () => {
    await table.write();
    await sigstore.stop();
    await rm(folder, { recursive: true });
  });

  for (const registry of registries) {
    describe(`in the registry of ${registry.name}`, () => {
      let site: Site;
      before(async () => (site = await openSite(registry)));
      after(() => site.close());

      for (const signer of signers) {
        for (const way of ways) {
          const row = [signer, way.format, way.log, registry.name];
          test(`${signer} signs, format ${way.format}, in ${way.log}`, async () => {
            const image = await site.push(`${signer}/${way.format}/${way.log.replace(" ", "-").toLowerCase()}`);
            await sign(image, signer, way);
            const said = await verify(image);
            table.found(row, said);
            assert.deepEqual(said.slice(0, 2), ["accepted", "accepted"]);
            assert.ok(said.slice(2).every((one) => one.startsWith("refused")));
            table.check(row);
          });
        }
      }
    });
  }

  function sign(image: string, signer: (typeof signers)[number], { format, log }: (typeof ways)[number]): Promise<void> {
    const { identities, files } = sigstore;
    const config = log === "Rekor 2" ? files.signingConfig : files.promisingConfig;
    const token = ["--identity-token", identities.token(someone)];
    const services = [...token, "--trusted-root", files.trustedRoot, "--signing-config", config];
    if (signer === "touchmark") return touchmark.signKeyless(image, format, services);
    return cosign.signKeyless(image, format, format === "cosign-legacy" ? [...token, ...cosign.serviceUrls(sigstore)] : services);
  }

  /** What each verifier says, in the order of the columns. */
  async function verify(image: string): Promise<readonly string[]> {
    const said: string[] = [];
    for (const identity of [someone, "mallory@example.com"]) {
      for (const { verifyKeyless } of [touchmark, cosign]) {
        said.push(inShort(await verifyKeyless(image, sigstore.files.trustedRoot, identity, sigstore.identities.origin)));
      }
    }
    return said;
  }
});

/** A refusal by the code, or the program's own words as far as they name nothing of this run, and its status. */
function inShort({ status, stdout, stderr }: Ran): string {
  if (status === 0) return "accepted";
  const [, words = ""] = /^refused: (\w+)/m.exec(stdout) ?? /^error: ([^:"\n]+)/im.exec(stderr) ?? [];
  return `refused: ${words} (${status})`;
}
