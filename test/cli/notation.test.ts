/** Signing for the Notary Project and verifying by certificate authority, as a person types it. */
import assert from "node:assert/strict";
import { createPublicKey, generateKeyPairSync } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { describe, it, type TestContext } from "node:test";
import { digestOf } from "../../src/core/digest.ts";
import { mediaTypes } from "../../src/core/oci/manifest.ts";
import { jws } from "../../src/formats/notation/jws-envelope.ts";
import { assembleSignature, prepareSignature } from "../../src/formats/notation/sign.ts";
import { notaryKeys } from "../fakes/notary-keys.ts";
import { day, makeCompany, pem, type Company } from "../fakes/notary.ts";
import { putImage, putIndex } from "../fakes/signers.ts";
import { scriptedServer } from "../fakes/scripted-registry.ts";
import { tsaFake } from "../fakes/tsa.ts";
import { bench, type Bench, type Outcome } from "./harness.ts";
import { isVerdict } from "./is-verdict.ts";

const now = Date.UTC(2026, 10, 21, 9);

interface Acme extends Bench {
  readonly acme: Company;
  /** An image with a tag that nobody signed. */
  readonly image: string;
  /** Signs it as acme's release, in the format notation. */
  sign(...flags: readonly string[]): Promise<Outcome>;
  /** Verifies it by acme's authority. */
  verify(...flags: readonly string[]): Promise<Outcome>;
}

async function acmeAt(t: TestContext): Promise<Acme> {
  const b = await bench(t);
  const acme = await makeCompany(b.folder, "acme");
  const { flags: signer } = await acme.signer("release");
  const image = `${b.address}/app:1`;
  await putImage(b.repository(image), "x", "1");
  return {
    ...b,
    acme,
    image,
    sign: (...flags) => b.run("sign", "--format", "notation", ...signer, ...flags, image),
    verify: (...flags) => b.run("verify", "--certificate", b.path("acme.crt"), ...flags, image),
  };
}

const subject = ["--certificate-subject", "C=US, ST=WA, O=acme"];

/** The formats of the evidence attached to the image. */
async function attached({ run, image }: Acme): Promise<readonly string[]> {
  const { stdout } = await run("tree", "-o", "json", image);
  const nodes: readonly { readonly evidence: readonly { readonly format: string }[] }[] = JSON.parse(stdout).attached;
  return nodes.flatMap(({ evidence }) => evidence.map(({ format }) => format));
}

describe("a Notary Project signature", () => {
  for (const [kind, make] of Object.entries(notaryKeys)) {
    for (const envelope of ["jws", "cose"]) {
      it(`by ${kind} in ${envelope} is made, found and allowed`, async (t) => {
        const { acme, image, run, verify } = await acmeAt(t);
        const { flags } = await acme.signer(kind, { key: await make() });
        const signed = await run("sign", "--format", "notation", "--envelope", envelope, ...flags, image);
        assert.equal(signed.status, 0, signed.stderr);
        assert.match(signed.stdout, /signature {2}notation in referrers, sha256:/);
        const { status, stdout } = await verify(...subject, "-o", "json");
        assert.equal(status, 0, stdout);
        const verdict = JSON.parse(stdout);
        assert.equal(isVerdict(verdict), true, JSON.stringify(isVerdict.errors));
        const [finding] = verdict.findings;
        const { anchors, validity, fingerprint, ...signer } = finding.signer;
        assert.deepEqual(signer, { kind: "x509", subject: `CN=${kind},O=acme,ST=WA,C=US`, issuer: "CN=root,O=acme,ST=WA,C=US" });
        assert.ok(anchors.length === 1 && validity.until);
        assert.match(fingerprint, /^[0-9a-f]{64}$/);
        assert.match(finding.checks[0].detail, envelope === "cose" ? /COSE/ : /JWS/);
      });
    }
  }

  it("is written once, and again only when asked for, or with another end", async (t) => {
    const location = await acmeAt(t);
    const again: readonly (readonly [readonly string[], RegExp])[] = [
      [[], /^signed/],
      [[], /^already signed/],
      [["--force"], /^signed/],
      [["--expiry", "1d"], /^signed/],
    ];
    for (const [flags, says] of again) assert.match((await location.sign(...flags)).stdout, says);
    const { stdout } = await location.sign("-a", "stage=production");
    assert.match(stdout, /^signed/);
    assert.equal((await location.verify("-a", "stage=production")).status, 0);
    const other = await location.verify("-a", "stage=test");
    assert.match(other.stdout, /^refused: ANNOTATION_MISMATCH/);
  });

  it("stands beside the other formats, written with one command and each verified its own way", async (t) => {
    const { acme, image, run, path, verify } = await acmeAt(t);
    const { flags, privateKey } = await acme.signer("all");
    await writeFile(path("all.pub"), createPublicKey(privateKey).export({ type: "spki", format: "pem" }));
    const signed = await run("sign", "--format", "bundle,cosign-legacy,notation", ...flags, "-o", "json", image);
    assert.equal(signed.status, 0, signed.stderr);
    const made = signed.stdout.trim().split("\n");
    assert.deepEqual(
      made.map((line) => JSON.parse(line).format),
      ["bundle", "cosign-legacy", "notation"],
    );
    assert.equal((await verify(...subject)).status, 0);
    assert.equal((await run("verify", "--key", path("all.pub"), image)).status, 0);
  });

  it("on every image of an index, with -r", async (t) => {
    const { acme, address, repository, run, path } = await acmeAt(t);
    const { flags } = await acme.signer("index");
    const app = `${address}/multi:1`;
    await putIndex(repository(app), [await putImage(repository(app), "amd64"), await putImage(repository(app), "arm64")], "1");
    const verify = (...more: readonly string[]) => run("verify", "--certificate", path("acme.crt"), ...more, app);
    assert.equal((await run("sign", "--format", "notation", ...flags, app)).status, 0);
    assert.equal((await verify()).status, 0);
    assert.equal((await verify("-r")).status, 10);
    assert.equal((await run("sign", "--format", "notation", ...flags, "-r", app)).status, 0);
    const { status, stdout } = await verify("-r");
    assert.equal(status, 0, stdout);
    assert.equal(stdout.match(/^allowed/gm)?.length, 3);
  });

  it("in an artifact manifest, as early ones are, is found, shown and copied", async (t) => {
    const { acme, address, repository, run, path } = await acmeAt(t);
    const signer = await acme.signer("early");
    const image = await putImage(repository(`${address}/early`), "x", "1");
    const chain = [signer.certificate, acme.root];
    const prepared = await prepareSignature({ subject: image, annotations: {}, chain, kind: jws, at: now });
    const { blobs } = assembleSignature(prepared, prepared.scheme.sign(signer.privateKey, prepared.toBeSigned));
    const [envelope = new Uint8Array()] = blobs;
    const signal = new AbortController().signal;
    const artifact = {
      mediaType: mediaTypes.ociArtifact,
      artifactType: "application/vnd.cncf.notary.signature",
      blobs: [{ mediaType: "application/jose+json", digest: digestOf(envelope), size: envelope.length }],
      subject: { mediaType: image.mediaType, digest: image.digest, size: image.size },
    };
    const bytes = Buffer.from(JSON.stringify(artifact));
    const early = repository(`${address}/early`);
    await assert.rejects(early.putManifest(bytes, mediaTypes.ociArtifact, undefined, signal), /MANIFEST_BLOB_UNKNOWN|does not have/);
    await early.putBlob(envelope, signal);
    await early.putManifest(bytes, mediaTypes.ociArtifact, undefined, signal);

    const tree = JSON.parse((await run("tree", "-o", "json", `${address}/early:1`)).stdout);
    assert.deepEqual([tree.attached[0].mediaType, tree.attached[0].evidence[0].format], [mediaTypes.ociArtifact, "notation"]);
    for (const to of [`${address}/copied`, `oci:${path("copied")}`]) {
      const copied = await run("copy", `${address}/early:1`, `${to}:1`);
      assert.equal(copied.status, 0, copied.stderr);
      const verified = await run("verify", "--certificate", path("acme.crt"), `${to}:1`);
      assert.equal(verified.status, 0, verified.stdout);
    }
  });

  it("in an OCI layout folder", async (t) => {
    const { acme, repository, run, path } = await acmeAt(t);
    const { flags } = await acme.signer("layout");
    const layout = `oci:${path("layout")}`;
    await putImage(repository(layout), "x", "1");
    assert.equal((await run("sign", "--format", "notation", ...flags, `${layout}:1`)).status, 0);
    const { status, stdout } = await run("verify", "--certificate", path("acme.crt"), `${layout}:1`);
    assert.equal(status, 0, stdout);
  });
});

describe("a Notary Project signature in a file", () => {
  it("decides about the image that it is of, and about no other", async (t) => {
    const { acme, repository, run, path } = await acmeAt(t);
    const { flags } = await acme.signer("layout");
    const layout = `oci:${path("layout")}`;
    for (const tag of ["1", "2"]) await putImage(repository(layout), tag, tag);
    assert.equal((await run("sign", "--format", "notation", ...flags, `${layout}:1`)).status, 0);
    const tree = JSON.parse((await run("tree", "-o", "json", `${layout}:1`)).stdout);
    const envelope = await readFile(path(`layout/blobs/${tree.attached[0].evidence[0].layer.replace(":", "/")}`));
    for (const name of ["image.jws.sig", "image"]) {
      await writeFile(path(name), envelope);
      const verify = (tag: string) => run("verify", "--certificate", path("acme.crt"), "--bundle", path(name), `${layout}:${tag}`);
      assert.equal((await verify("1")).status, 0);
      assert.match((await verify("2")).stdout, /^refused: SUBJECT_MISMATCH/);
    }
  });
});

describe("verifying by certificate authority", () => {
  it("refuses what is past the end that its signer gave it", async (t) => {
    const { image, path, runWith, sign, verify } = await acmeAt(t);
    assert.equal((await sign("--expiry", "1h")).status, 0);
    assert.equal((await verify()).status, 0);
    const late = await runWith({ now: () => now + day }, "verify", "--certificate", path("acme.crt"), image);
    assert.equal(late.status, 22, late.stdout);
    assert.match(late.stdout, /^refused: EXPIRED[\s\S]*was meant to be used until 2026-11-21T10:00:00Z/);
  });

  it("refuses another name, another authority, and the signature of somebody's key", async (t) => {
    const { folder, image, path, run, sign, verify } = await acmeAt(t);
    await makeCompany(folder, "mallory");
    await sign();
    const other = await verify("--certificate-subject", "C=US, ST=WA, O=other");
    assert.equal(other.status, 12);
    assert.match(other.stdout, /^refused: IDENTITY_MISMATCH[\s\S]*CN=release,O=acme/);
    const either = await verify("--certificate-subject", "C=US, ST=WA, O=other", ...subject);
    assert.equal(either.status, 0, either.stdout);
    const stranger = await run("verify", "--certificate", path("mallory.crt"), image);
    assert.equal(stranger.status, 12);
    assert.match(stranger.stdout, /^refused: CERTIFICATE_UNTRUSTED/);
    const both = await run("verify", "--certificate", path("mallory.crt"), "--certificate", path("acme.crt"), image);
    assert.equal(both.status, 0, both.stdout);
  });

  it("accepts any signer under the authority if no subject is required, and warns", async (t) => {
    const { acme, address, repository, run, path } = await acmeAt(t);
    const image = `${address}/other:1`;
    await putImage(repository(image), "x", "1");
    const { flags } = await acme.signer("someone");
    await run("sign", "--format", "notation", ...flags, image);
    const { status, stdout } = await run("verify", "--certificate", path("acme.crt"), "-o", "json", image);
    assert.equal(status, 0, stdout);
    const { checks } = JSON.parse(stdout).requirements[0].considered[0];
    const identity = checks.find(({ name }: { readonly name: string }) => name === "identity");
    assert.match(identity.detail, /any signer under .*acme\.crt is expected/);
  });

  it("is by a timestamp where its authority is named, after the certificates have ended too", async (t) => {
    const location = await acmeAt(t);
    const { acme, image, path, run, runWith, verify } = location;
    const { script, authority } = tsaFake({ clock: () => now });
    const service = await scriptedServer(t, script);
    await writeFile(path("tsa.crt"), authority.chain.map(pem).join(""));
    await writeFile(path("tsa-root.crt"), authority.chain.slice(-1).map(pem).join(""));
    const { flags } = await acme.signer("brief", { notAfter: now + day });
    const stamp = ["--timestamp-url", `${service.origin}/api/v1/timestamp`, "--timestamp-root", path("tsa.crt")];
    const signed = await run("sign", "--format", "notation", "--envelope", "cose", ...flags, ...stamp, image);
    assert.equal(signed.status, 0, signed.stderr);
    const byTime = ["verify", "--certificate", path("acme.crt"), "--timestamp-root", path("tsa-root.crt"), image];
    const later = await runWith({ now: () => now + 2 * day }, ...byTime);
    assert.equal(later.status, 0, later.stdout);
    assert.match(later.stdout, /verified by .* at 2026-11-21T09:00:00Z/);
    const untimed = await runWith({ now: () => now + 2 * day }, "verify", "--certificate", path("acme.crt"), image);
    assert.equal(untimed.status, 22, untimed.stdout);
    await location.sign();
    assert.equal((await verify("--timestamp-root", path("tsa-root.crt"))).status, 0, "one of the two is stamped");
  });

  it("asks for a timestamp of every signature where an authority is named", async (t) => {
    const { path, sign, verify } = await acmeAt(t);
    await writeFile(path("tsa.crt"), tsaFake().authority.chain.slice(-1).map(pem).join(""));
    await sign();
    const { status, stdout } = await verify("--timestamp-root", path("tsa.crt"));
    assert.equal(status, 12);
    assert.match(stdout, /^refused: TIMESTAMP_MISSING/);
  });

  it("needs flags that make sense together, and certificates", async (t) => {
    const { image, path, run, verify } = await acmeAt(t);
    await writeFile(path("empty.crt"), "");
    await writeFile(path("key.crt"), generateKeyPairSync("ed25519").privateKey.export({ type: "pkcs8", format: "pem" }));
    for (const [flags, status, says] of [
      [["--certificate-subject", "C=US,ST=WA,O=acme"], 2, /says more of a certificate authority/],
      [["--timestamp-root", path("acme.crt")], 2, /says more of a certificate authority/],
      [["--certificate", path("acme.crt"), "--notation-config", path("")], 2, /cannot both be given/],
      [["--certificate", path("none.crt")], 2, /none\.crt/],
      [["--certificate", path("empty.crt")], 32, /holds no certificate in PEM/],
      [["--certificate", path("key.crt")], 32, /holds a PRIVATE KEY, where certificates are expected/],
    ] as const) {
      const { status: found, stderr, stdout } = await run("verify", ...flags, image);
      assert.equal(found, status, stderr + stdout);
      assert.match(stderr, says);
    }
    for (const name of ["O=acme", "C=US,ST=WA,O=acme,O=acme", "C=US,ST=WA,O=#0c0161"]) {
      const { status, stderr } = await verify("--certificate-subject", name);
      assert.notEqual(status, 0);
      assert.match(stderr, /--certificate-subject/, name);
    }
  });
});

describe("signing for the Notary Project", () => {
  it("writes nothing in any format where one cannot be made", async (t) => {
    const location = await acmeAt(t);
    const { acme, path, image, run } = location;
    const key = ["--key", path("release.key")];
    const other = await acme.signer("other");
    const ed25519 = await acme.signer("ed25519", { key: generateKeyPairSync("ed25519") });
    const ended = await acme.signer("ended", { notAfter: now - day });
    const authority = await acme.signer("authority", { extensions: [] });
    await writeFile(path("alone.pem"), pem(other.certificate));
    const refused: readonly (readonly [readonly string[], number, RegExp])[] = [
      [key, 13, /needs the signer's certificate, and none was given\nhint: Add .*--certificate-chain FILE/],
      [[], 13, /needs a key and its certificates/],
      [[...key, "--certificate-chain", path("other.pem")], 12, /CN=other.* is for another key/],
      [["--key", path("other.key"), "--certificate-chain", path("alone.pem")], 12, /the chain is not complete/],
      [["--key", path("other.key"), "--certificate-chain", path("other.key")], 32, /holds a PRIVATE KEY/],
      [ed25519.flags, 12, /signs by no accepted algorithm \(ed25519\)/],
      [ended.flags, 22, /is valid from/],
      [authority.flags, 12, /does not say, critically, what it is for/],
      [[...other.flags, "--expiry", "0s"], 2, /would expire before it is made/],
      [[...other.flags, "-a", "io.cncf.notary.x=y"], 2, /is reserved/],
    ];
    for (const [flags, status, says] of refused) {
      const formats = flags.includes("--expiry") ? "notation" : "bundle,cosign-legacy,notation";
      const { status: found, stderr } = await run("sign", "--format", formats, ...flags, image);
      assert.equal(found, status, stderr);
      assert.match(stderr, says);
      assert.deepEqual(await attached(location), []);
    }
  });

  it("refuses flags that the formats to be written cannot carry", async (t) => {
    const location = await acmeAt(t);
    const { image, path, run, sign } = location;
    for (const [flags, says] of [
      [["--expiry", "90d"], /--expiry is for Notary Project signatures, and none is made/],
      [["--expiry", "90d", "--format", "bundle,notation"], /--expiry cannot be said in the format bundle/],
      [["--expiry", "90d", "--format", "notation,cosign-legacy"], /--expiry cannot be said in the format cosign/],
      [["--envelope", "cose", "--format", "cosign-legacy"], /--envelope is for Notary/],
      [["--certificate-chain", path("release.pem")], /--certificate-chain is for Notary/],
      [["--timestamp-url", "https://stamps.example", "--format", "bundle"], /--timestamp-url is for Notary/],
      [["--timestamp-url", "https://stamps.example", "--format", "notation"], /needs --timestamp-root/],
      [["--timestamp-root", path("acme.crt"), "--format", "notation"], /none is named/],
      [["--envelope", "xml", "--format", "notation"], /--envelope is one of jws, cose/],
      [["--expiry", "soon", "--format", "notation"], /--expiry is a duration/],
    ] as const) {
      const { status, stderr } = await run("sign", "--key", path("release.key"), ...flags, image);
      assert.equal(status, 2, stderr);
      assert.match(stderr, says);
    }
    assert.deepEqual(await attached(location), []);
    assert.equal((await sign("--bundle", path("out.json"))).status, 2);
  });

  it("writes nothing where the authority's timestamp does not prove what it should", async (t) => {
    const location = await acmeAt(t);
    const { path, sign } = location;
    const { script } = tsaFake({ clock: () => now });
    const service = await scriptedServer(t, script);
    await writeFile(path("other.crt"), tsaFake().authority.chain.map(pem).join(""));
    const { status, stderr } = await sign("--timestamp-url", `${service.origin}/api/v1/timestamp`, "--timestamp-root", path("other.crt"));
    assert.notEqual(status, 0, stderr);
    assert.match(stderr, /^error: /);
    assert.deepEqual(await attached(location), []);
  });

  it("takes the key's password and the chain from variables", async (t) => {
    const { acme, image, path, runWith } = await acmeAt(t);
    const { privateKey } = await acme.signer("variable");
    const encrypted = privateKey.export({ type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase: "secret" });
    await writeFile(path("locked.key"), encrypted);
    const env = { CHAIN: await readFile(path("variable.pem"), "utf8"), TOUCHMARK_PASSWORD: "secret" };
    const flags = ["--key", path("locked.key"), "--certificate-chain", "env://CHAIN", "--format", "notation"];
    const { status, stderr } = await runWith({ env }, "sign", ...flags, image);
    assert.equal(status, 0, stderr);
  });
});
