/** Files: who signs for the Notary Project, in which envelope, with which kind of key, and what whoever verifies then says. */
import assert from "node:assert/strict";
import { copyFile, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { notaryKeys } from "../fakes/notary-keys.ts";
import { day, makeCompany, writeTrustFolder } from "../fakes/notary.ts";
import * as notation from "./harness/notation.ts";
import * as touchmark from "./harness/touchmark.ts";
import { openTable } from "./page/table.ts";

const signers = ["notation", "touchmark"] as const;
const envelopes = ["jws", "cose"] as const;
const kinds = Object.keys(notaryKeys);

const table = openTable({
  section: "notation-files",
  names: ["signed by", "envelope", "key"],
  outcomes: ["notation verify", "touchmark verify"],
  rows: signers.flatMap((signer) => envelopes.flatMap((envelope) => kinds.map((kind) => [signer, envelope, kind]))),
});

let folder: string;
const path = (name: string): string => join(folder, name);

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "touchmark-notation-files-"));
  const validity = { notBefore: Date.now() - day, notAfter: Date.now() + day };
  const acme = await makeCompany(folder, "acme", validity);
  const mallory = await makeCompany(folder, "mallory", validity);
  for (const [kind, make] of Object.entries(notaryKeys)) await acme.signer(kind, { key: await make() });
  const statement = { registryScopes: undefined };
  const statements = [
    { ...statement, globalPolicy: true },
    { ...statement, name: "strangers", trustStores: ["ca:mallory"] },
    { ...statement, name: "permissive", signatureVerification: { level: "permissive" } },
  ];
  const stores = { "ca/acme": [acme.root], "ca/mallory": [mallory.root] };
  await writeTrustFolder(path("notation"), { statements, stores }, "trustpolicy.blob.json");
  await writeFile(path("content"), Buffer.alloc(3_000_000, "what is signed"));
});
after(() => rm(folder, { recursive: true }));
after(() => table.write());

interface Signing {
  readonly signer: (typeof signers)[number];
  readonly envelope: (typeof envelopes)[number];
  readonly kind: string;
  /** By the names of Touchmark's flags. */
  readonly options?: readonly string[];
}

/** A file of its own, and its signature. */
async function signed(name: string, { signer, envelope, kind, options = [] }: Signing): Promise<readonly [string, string]> {
  const file = path(`${signer}-${name}`);
  await copyFile(path("content"), file);
  if (signer === "notation") {
    const theirs = options.map((option) => (option === "--annotations" ? "--user-metadata" : option));
    await notation.signFile(file, path(kind), envelope, theirs);
  } else {
    const by = ["--key", path(`${kind}.key`), "--certificate-chain", path(`${kind}.pem`)];
    await touchmark.signFileAs(file, ["--format", "notation", "--envelope", envelope, ...by, ...options]);
  }
  return [file, `${file}.${envelope}.sig`];
}

/** What both say, who go by the same trust policy. */
async function verify(file: string, signature: string, options: readonly string[] = []): Promise<readonly string[]> {
  const theirs = options.map((option) => (option === "--annotations" ? "--user-metadata" : option));
  const said = [
    await notation.verifyFile(file, signature, path("notation"), theirs),
    await touchmark.verifyFileBy(file, ["--notation-config", path("notation"), "--signature", signature, ...options]),
  ];
  return said.map(({ status }) => (status === 0 ? "accepted" : `refused (${status})`));
}

describe("Notary Project signatures of files", { concurrency: 2 }, () => {
  for (const signer of signers) {
    for (const envelope of envelopes) {
      for (const kind of kinds) {
        test(`${signer} signs with ${kind} in ${envelope}`, async () => {
          const [file, signature] = await signed(`${kind}-${envelope}`, { signer, envelope, kind });
          const row = [signer, envelope, kind];
          table.found(row, await verify(file, signature));
          table.check(row);
        });
      }
    }

    const refused = ["refused (1)", "refused (12)"];
    const accepted = ["accepted", "accepted"];

    test(`what ${signer} signed is refused of another file, under another name, and to strangers`, async () => {
      const [file, signature] = await signed("refused", { signer, envelope: "cose", kind: "ecdsa-p384" });
      const content = await readFile(file);
      await writeFile(path(`${signer}-longer`), Buffer.concat([content, Buffer.of(0)]));
      assert.deepEqual(await verify(path(`${signer}-longer`), signature), refused);
      await writeFile(path(`${signer}-other`), content.fill("x", 0, 1));
      assert.deepEqual(await verify(path(`${signer}-other`), signature), refused);
      await copyFile(signature, path(`${signer}.jws.sig`));
      assert.deepEqual(await verify(file, path(`${signer}.jws.sig`)), refused);
      assert.deepEqual(await verify(file, signature, ["--policy-name", "strangers"]), refused);
      assert.deepEqual(await verify(file, signature, ["--policy-name", "nobody"]), ["refused (1)", "refused (2)"]);
      assert.deepEqual(await verify(file, signature), accepted);
    });

    test(`what ${signer} signed is refused past its time, but for the level permissive`, async () => {
      const [file, signature] = await signed("brief", { signer, envelope: "jws", kind: "rsa-3072", options: ["--expiry", "1s"] });
      await new Promise((resolve) => setTimeout(resolve, 1500));
      assert.deepEqual(await verify(file, signature), ["refused (1)", "refused (22)"]);
      assert.deepEqual(await verify(file, signature, ["--policy-name", "permissive"]), accepted);
    });

    test(`what ${signer} adds to its signature is asked for by both`, async () => {
      const options = ["--annotations", "stage=production", "--media-type", "text/plain"];
      const [file, signature] = await signed("annotated", { signer, envelope: "jws", kind: "ecdsa-p521", options });
      assert.deepEqual(await verify(file, signature, options), accepted);
      assert.deepEqual(await verify(file, signature), accepted);
      assert.deepEqual(await verify(file, signature, ["--annotations", "stage=test"]), refused);
      assert.deepEqual(await verify(file, signature, ["--media-type", "text/html"]), refused);
    });
  }
});
