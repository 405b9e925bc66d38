/** Who signs for the Notary Project, in which envelope, with which kind of key, into which registry, and what whoever verifies then says. */
import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import type { Certificate } from "../../src/core/x509/certificate.ts";
import { notaryKeys } from "../fakes/notary-keys.ts";
import { day, makeCompany, pem, writeTrustFolder } from "../fakes/notary.ts";
import { pushImage } from "./harness/crane.ts";
import * as notation from "./harness/notation.ts";
import type { Ran } from "./harness/run.ts";
import type { Running } from "./harness/server.ts";
import { registries } from "./harness/site.ts";
import { startTimestampAuthority } from "./harness/timestamp-authority.ts";
import * as touchmark from "./harness/touchmark.ts";
import { parsePem } from "../../src/core/asn1/pem.ts";
import { parseCertificate } from "../../src/core/x509/certificate.ts";
import { openTable } from "./page/table.ts";

const signers = ["notation", "touchmark"] as const;
const envelopes = ["jws", "cose"] as const;

type Signer = (typeof signers)[number];

const names = registries.map(({ name }) => name);
const signatures = openTable({
  section: "notation",
  names: ["signed by", "envelope", "key", "in the registry of"],
  outcomes: ["notation verify", "touchmark verify", "the same, timestamped"],
  rows: signers.flatMap((signer) =>
    envelopes.flatMap((envelope) => Object.keys(notaryKeys).flatMap((kind) => names.map((registry) => [signer, envelope, kind, registry]))),
  ),
});

after(() => signatures.write());

/** People, their authority, an authority of timestamps, and notation's folders that trust them: with timestamps, without, and strangers alone. */
interface World {
  readonly path: (name: string) => string;
  readonly stamps: readonly string[];
  close(): Promise<void>;
}

let world: World;
before(async () => (world = await openWorld()));
after(() => world.close());

for (const registry of registries) {
  const skip = registry.missing;
  if (skip !== false) signatures.notRun(registry.name, skip);

  describe(`Notary Project signatures in the registry of ${registry.name}`, { concurrency: 2, skip }, () => {
    let server: Running;
    before(async () => (server = await registry.serve(await mkdtemp(join(world.path(""), "registry-")))));
    after(() => server.stop());
    const push = (repository: string) => pushImage(`127.0.0.1:${server.said}/${repository}:1`);

    for (const signer of signers) {
      for (const envelope of envelopes) {
        for (const kind of Object.keys(notaryKeys)) {
          test(`${signer} signs with ${kind} in ${envelope}`, async () => {
            const image = await push(`${signer}/${envelope}/${kind}`);
            await sign(image, { signer, envelope, kind });
            const stamped = await push(`${signer}/${envelope}/${kind}/stamped`);
            await sign(stamped, { signer, envelope, kind, options: world.stamps });
            const row = [signer, envelope, kind, registry.name];
            const said = [
              await notation.verify(image, world.path("plain")),
              await touchmark.verifyBy(image, byAuthority()),
              await touchmark.verifyBy(stamped, byAuthority("--timestamp-root", world.path("stamps.crt"))),
            ];
            assert.equal((await notation.verify(stamped, world.path("stamped"))).status, 0);
            signatures.found(row, said.map(inShort));
            for (const { status, stdout, stderr } of said) assert.equal(status, 0, stdout + stderr);
            signatures.check(row);
          });
        }
      }

      test(`what ${signer} signed is refused to strangers, past its time, and where it must be stamped and is not`, async () => {
        const image = await push(`${signer}/refused`);
        await sign(image, { signer, envelope: "jws", kind: "ecdsa-p256" });
        for (const config of ["strangers", "stamped"]) {
          assert.notEqual((await notation.verify(image, world.path(config))).status, 0, config);
          assert.equal((await touchmark.verifyBy(image, ["--notation-config", world.path(config)])).status, 12, config);
        }
        const brief = await push(`${signer}/brief`);
        await sign(brief, { signer, envelope: "cose", kind: "ecdsa-p256", options: ["--expiry", "1s"] });
        await new Promise((resolve) => setTimeout(resolve, 1500));
        assert.notEqual((await notation.verify(brief, world.path("plain"))).status, 0);
        assert.equal((await touchmark.verifyBy(brief, ["--notation-config", world.path("plain")])).status, 22);
        const lenient = await notation.verify(brief, world.path("permissive"));
        assert.equal(lenient.status, 0, lenient.stderr);
        assert.equal((await touchmark.verifyBy(brief, ["--notation-config", world.path("permissive")])).status, 0);
      });

      test(`what ${signer} adds to its signature is asked for by both`, async () => {
        const image = await push(`${signer}/annotated`);
        const flag = { notation: "--user-metadata", touchmark: "--annotations" }[signer];
        await sign(image, { signer, envelope: "cose", kind: "ecdsa-p384", options: [flag, "stage=production"] });
        for (const [value, accepted] of [
          ["production", true],
          ["test", false],
        ] as const) {
          const theirs = await notation.verify(image, world.path("plain"), ["--user-metadata", `stage=${value}`]);
          const ours = await touchmark.verifyBy(image, byAuthority("-a", `stage=${value}`));
          assert.deepEqual([theirs.status === 0, ours.status === 0], [accepted, accepted], theirs.stderr + ours.stdout);
        }
      });
    }
  });
}

describe("Notary Project signatures of files", () => {
  for (const envelope of envelopes) {
    test(`touchmark's are stamped for notation, in ${envelope}`, async () => {
      const [stamped, plain] = [world.path(`stamped-${envelope}`), world.path(`plain-${envelope}`)];
      for (const [file, options] of [
        [stamped, world.stamps],
        [plain, []],
      ] as const) {
        await writeFile(file, "what is signed");
        await touchmark.signFileAs(file, ["--format", "notation", "--envelope", envelope, ...keyOf("rsa-3072"), ...options]);
        const signature = `${file}.${envelope}.sig`;
        const theirs = await notation.verifyFile(file, signature, world.path("stamped"));
        const ours = await touchmark.verifyFileBy(file, ["--notation-config", world.path("stamped"), "--signature", signature]);
        assert.deepEqual([theirs.status, ours.status], file === stamped ? [0, 0] : [1, 12], theirs.stderr + ours.stdout);
      }
    });
  }
});

interface Signing {
  readonly signer: Signer;
  readonly envelope: notation.Envelope;
  readonly kind: string;
  readonly options?: readonly string[];
}

async function sign(image: string, { signer, envelope, kind, options = [] }: Signing): Promise<void> {
  if (signer === "notation") {
    const { path } = world;
    const named = options.map((option) => (option === "--timestamp-root" ? "--timestamp-root-cert" : option));
    await notation.sign(image, path("plain"), kind, ["--signature-format", envelope, ...named]);
    return;
  }
  await touchmark.signAs(image, ["--format", "notation", "--envelope", envelope, ...keyOf(kind), ...options]);
}

function keyOf(kind: string): readonly string[] {
  return ["--key", world.path(`${kind}.key`), "--certificate-chain", world.path(`${kind}.pem`)];
}

function byAuthority(...more: readonly string[]): readonly string[] {
  return ["--certificate", world.path("acme.crt"), "--certificate-subject", "C=US,ST=WA,O=acme", ...more];
}

function inShort({ status }: Ran): string {
  return status === 0 ? "accepted" : `refused (${status})`;
}

async function openWorld(): Promise<World> {
  const folder = await mkdtemp(join(tmpdir(), "touchmark-notation-"));
  const path = (name: string): string => join(folder, name);
  const validity = { notBefore: Date.now() - day, notAfter: Date.now() + day };
  const acme = await makeCompany(folder, "acme", validity);
  const mallory = await makeCompany(folder, "mallory", validity);
  for (const [kind, make] of Object.entries(notaryKeys)) await acme.signer(kind, { key: await make() });

  const authority = await startTimestampAuthority("--include-chain-in-response");
  const service = `http://127.0.0.1:${authority.said}/api/v1/timestamp`;
  const stamper = await rootOf(`${service}/certchain`);
  await writeFile(path("stamps.crt"), pem(stamper));
  const stores = { "ca/acme": [acme.root], "ca/mallory": [mallory.root], "tsa/stamps": [stamper] };
  for (const [name, statement] of Object.entries({
    plain: {},
    permissive: { signatureVerification: { level: "permissive" } },
    stamped: { trustStores: ["ca:acme", "tsa:stamps"] },
    strangers: { trustStores: ["ca:mallory"] },
  })) {
    await writeTrustFolder(path(name), { statements: [statement], stores });
  }
  const ofFiles = { registryScopes: undefined, globalPolicy: true, trustStores: ["ca:acme", "tsa:stamps"] };
  await writeTrustFolder(path("stamped"), { statements: [ofFiles], stores: {} }, "trustpolicy.blob.json");
  await notation.listKeys(path("plain"), folder, Object.keys(notaryKeys));
  return {
    path,
    stamps: ["--timestamp-url", service, "--timestamp-root", path("stamps.crt")],
    async close() {
      await authority.stop();
      await rm(folder, { recursive: true });
    },
  };
}

/** The last certificate of a chain that is served in PEM. */
async function rootOf(url: string): Promise<Certificate> {
  const answer = await fetch(url, { signal: AbortSignal.timeout(10_000) });
  const root = parsePem(await answer.bytes(), url).at(-1);
  assert.ok(root, `${url} serves no certificate`);
  return parseCertificate(root.bytes);
}
