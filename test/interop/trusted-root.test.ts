/** What `touchmark trust create` makes is what `cosign trusted-root create` makes of the same, and cosign goes by it. */
import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { encodePem } from "../../src/core/asn1/pem.ts";
import { parseTrustedRoot } from "../../src/trust/parse-trusted-root.ts";
import { publicTrustedRoot, publishSigstore } from "../fakes/tuf-repository.ts";
import * as cosign from "./harness/cosign.ts";
import { run, runWell } from "./harness/run.ts";
import { peerPath } from "./peers/peer.ts";

const bin = join(import.meta.dirname, "../../bin/touchmark.js");
const start = "start-time=2026-01-01T00:00:00Z";

describe("a trusted root of given parts", () => {
  let folder: string;
  const path = (name: string): string => join(folder, name);

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "touchmark-trusted-root-"));
    const { certificateAuthorities, timestampAuthorities } = parseTrustedRoot(Buffer.from(publicTrustedRoot), "the public root");
    const chains = { ca: certificateAuthorities[1]?.chain, old: certificateAuthorities[0]?.chain, tsa: timestampAuthorities[0]?.chain };
    for (const [name, chain = []] of Object.entries(chains)) {
      await writeFile(path(`${name}.pem`), chain.map(({ raw }) => encodePem("CERTIFICATE", raw)).join(""));
    }
    const keys = {
      ed25519: generateKeyPairSync("ed25519"),
      p256: generateKeyPairSync("ec", { namedCurve: "P-256" }),
      p384: generateKeyPairSync("ec", { namedCurve: "P-384" }),
      p521: generateKeyPairSync("ec", { namedCurve: "P-521" }),
      ...Object.fromEntries([2048, 3072, 4096].map((bits) => [`rsa${bits}`, generateKeyPairSync("rsa", { modulusLength: bits })])),
    };
    for (const [name, { publicKey, privateKey }] of Object.entries(keys)) {
      await writeFile(path(`${name}.pub`), publicKey.export({ format: "pem", type: "spki" }));
      if (name === "p256") await cosign.importKey(path("signer"), privateKey.export({ format: "pem", type: "pkcs8" }));
    }
  });
  after(() => rm(folder, { recursive: true }));

  const cases: Readonly<Record<string, readonly string[]>> = {
    "authorities, without times": [
      "--fulcio url=https://ca.example,certificate-chain=ca.pem",
      "--tsa url=https://tsa.example/api,certificate-chain=tsa.pem",
    ],
    "authorities, with times of any offset, out of order": [
      "--fulcio url=https://ca.example,certificate-chain=ca.pem,start-time=2026-02-01T01:00:00.5+01:00,end-time=2030-01-01T00:00:00Z",
      "--fulcio url=https://old.example,certificate-chain=old.pem,start-time=2020-01-01T00:00:00Z",
      "--tsa url=https://tsa.example,certificate-chain=tsa.pem,start-time=2026-01-01T00:00:00-05:00",
    ],
    ...Object.fromEntries(
      ["ed25519", "p256", "p384", "p521", "rsa2048", "rsa3072", "rsa4096"].map((key) => [
        `logs with a key of ${key}`,
        [
          `--rekor url=https://log.example,public-key=${key}.pub,${start},origin=log.example`,
          `--ctfe url=https://ct.example,public-key=${key}.pub,${start},end-time=2027-01-01T00:00:00Z`,
        ],
      ]),
    ),
  };
  for (const [what, services] of Object.entries(cases)) {
    test(what, async () => {
      const words = services.flatMap((service) => service.split(" "));
      const options = { cwd: folder };
      const ours = await runWell(process.execPath, [bin, "trust", "create", ...words], options);
      const theirs = await runWell(peerPath("cosign"), ["trusted-root", "create", ...words], options);
      assert.deepEqual(JSON.parse(ours), JSON.parse(theirs));
    });
  }

  test("is accepted by cosign where it verifies", async () => {
    const words = Object.values(cases)
      .slice(0, 3)
      .flatMap((services) => services.flatMap((service) => service.split(" ")));
    await runWell(process.execPath, [bin, "trust", "create", ...words, "--out", "made.json"], { cwd: folder });
    await writeFile(path("blob"), "content");
    const options = { cwd: folder, env: { COSIGN_PASSWORD: "" } };
    const sign = [
      "sign-blob",
      "--yes",
      "--key",
      "signer.key",
      "--use-signing-config=false",
      "--tlog-upload=false",
      "--bundle",
      "bundle.json",
    ];
    await runWell(peerPath("cosign"), [...sign, "blob"], options);
    const verify = ["verify-blob", "--key", "signer.pub", "--bundle", "bundle.json", "--insecure-ignore-tlog=true", "--trusted-root"];
    await runWell(peerPath("cosign"), [...verify, "made.json", "blob"], options);

    const made = await readFile(path("made.json"), "utf8");
    await writeFile(path("broken.json"), made.replace("PKIX_", "PKCS_"));
    const broken = await run(peerPath("cosign"), [...verify, "broken.json", "blob"], options);
    assert.notEqual(broken.status, 0, "cosign reads it");
  });
});

describe("cosign's TUF caches", () => {
  test("name the mirror and its root where TUF_ROOT says so", async (t) => {
    const folder = await mkdtemp(join(tmpdir(), "touchmark-tuf-root-"));
    t.after(() => rm(folder, { recursive: true }));
    const repository = publishSigstore(Date.now());
    const mirror = await repository.serve(t);
    await writeFile(join(folder, "root.json"), repository.root);
    const env = { TUF_ROOT: join(folder, "caches"), TOUCHMARK_TRUST: join(folder, "trust") };
    await runWell(peerPath("cosign"), ["initialize", "--mirror", mirror.origin, "--root", join(folder, "root.json")], { env });
    const updated = await runWell(process.execPath, [bin, "trust", "update", "-o", "json"], { env });
    const { from, state }: Record<string, unknown> = JSON.parse(updated);
    assert.deepEqual([from, state], [mirror.href, "fetched"]);
  });
});
