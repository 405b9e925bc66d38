/** Hostile registries that serve Notary Project signatures. */
import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import { digestOf } from "../../src/core/digest.ts";
import { emptyConfig, mediaTypes, type Descriptor } from "../../src/core/oci/manifest.ts";
import { prepareSignature, assembleSignature } from "../../src/formats/notation/sign.ts";
import { jws } from "../../src/formats/notation/jws-envelope.ts";
import { makeCompany } from "../fakes/notary.ts";
import { scriptedServer, type Script, type ScriptedServer } from "../fakes/scripted-registry.ts";
import { descriptorOf, imageOf, served } from "../fakes/scripted-repository.ts";
import { bench, type Outcome } from "./harness.ts";

const now = Date.UTC(2026, 10, 21, 9);
const image = imageOf("image");
const subject = descriptorOf(image);
const type = "application/vnd.cncf.notary.signature";

interface Signature {
  readonly manifest: Uint8Array;
  readonly envelope: Uint8Array;
}

interface Scene {
  readonly server: ScriptedServer;
  /** Acme's signature over the descriptor, by default of the image. */
  sign(target?: Descriptor): Promise<Signature>;
  /** A signature by another signer. */
  stranger(index: number): Promise<Signature>;
  /** Verifies the image at this tag or digest by acme's authority. */
  verify(target?: string): Promise<Outcome>;
}

/** A registry that serves the image under the tag 1, and what the script says. */
async function scene(t: TestContext): Promise<Scene> {
  const { folder, path, run } = await bench(t);
  const acme = await makeCompany(folder, "acme");
  const release = await acme.signer("release");
  const mallory = await makeCompany(folder, "mallory");
  const other = await mallory.signer("other");
  const server = await scriptedServer(t, {
    "GET /v2/app/manifests/1": served(image, mediaTypes.ociManifest, { "docker-content-digest": subject.digest }),
    [`GET /v2/app/manifests/${subject.digest}`]: served(image),
    [`GET /v2/app/manifests/${subject.digest.replace(":", "-")}`]: { status: 404 },
    [`GET /v2/app/manifests/${subject.digest.replace(":", "-")}.sig`]: { status: 404 },
    [`GET /v2/app/manifests/${subject.digest.replace(":", "-")}.att`]: { status: 404 },
  });
  async function by(company: typeof acme, signer: typeof release, target: Descriptor, at: number): Promise<Signature> {
    const chain = [signer.certificate, company.root];
    const prepared = await prepareSignature({ subject: target, annotations: {}, chain, kind: jws, at });
    const { blobs, manifest } = assembleSignature(prepared, prepared.scheme.sign(signer.privateKey, prepared.toBeSigned));
    const [envelope = new Uint8Array()] = blobs;
    return { manifest, envelope };
  }
  return {
    server,
    sign: (target = subject) => by(acme, release, target, now),
    stranger: (index) => by(mallory, other, subject, now - index * 1000),
    verify: (target = ":1") => run("verify", "--certificate", path("acme.crt"), `${server.host}/app${target}`),
  };
}

/** The script lines that serve these signatures. */
function serving(...signatures: readonly Signature[]): Script {
  const entries = signatures.map(({ manifest }) => ({ ...descriptorOf(manifest), artifactType: type }));
  return {
    [`GET /v2/app/referrers/${subject.digest}`]: listOf(entries),
    ...Object.fromEntries(
      signatures.flatMap(({ manifest, envelope }) => [
        [`GET /v2/app/manifests/${digestOf(manifest)}`, served(manifest)],
        [`GET /v2/app/blobs/${digestOf(envelope)}`, { body: envelope }],
      ]),
    ),
  };
}

function listOf(manifests: readonly Descriptor[], more: Record<string, string> = {}) {
  return served(Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests })), mediaTypes.ociIndex, more);
}

describe("a dishonest registry", () => {
  it("with honest content is accepted: the signature is found and allowed", async (t) => {
    const { server, sign, verify } = await scene(t);
    server.on(serving(await sign()));
    const { status, stdout } = await verify();
    assert.equal(status, 0, stdout);
  });

  it("cannot serve the image as another kind of document than was signed", async (t) => {
    const { server, sign, verify } = await scene(t);
    const docker = { ...subject, mediaType: mediaTypes.dockerManifest };
    server.on(serving(await sign(docker)));
    const { status, stdout } = await verify();
    assert.equal(status, 12, stdout);
    assert.match(stdout, /^refused: SUBJECT_MISMATCH[\s\S]*mediaType/);
  });

  it("cannot put another image under the tag, or other bytes under the digest", async (t) => {
    const { server, sign, verify } = await scene(t);
    const signature = await sign();
    server.on(serving(signature));
    const other = imageOf("other");
    const tag = digestOf(other).replace(":", "-");
    server.on({
      "GET /v2/app/manifests/1": served(other),
      [`GET /v2/app/referrers/${digestOf(other)}`]: listOf([{ ...descriptorOf(signature.manifest), artifactType: type }]),
      [`GET /v2/app/manifests/${tag}`]: { status: 404 },
      [`GET /v2/app/manifests/${tag}.sig`]: { status: 404 },
      [`GET /v2/app/manifests/${tag}.att`]: { status: 404 },
    });
    const moved = await verify();
    assert.equal(moved.status, 12, moved.stdout);
    assert.match(moved.stdout, /^refused: SUBJECT_MISMATCH/);
    server.on({ [`GET /v2/app/manifests/${subject.digest}`]: served(other) });
    const swapped = await verify(`@${subject.digest}`);
    assert.equal(swapped.status, 30, swapped.stdout);
    assert.match(swapped.stdout, /DIGEST_MISMATCH/);
  });

  it("cannot swap the envelope, or say that it is smaller than it is", async (t) => {
    const { server, sign, stranger, verify } = await scene(t);
    const [ours, theirs] = [await sign(), await stranger(0)];
    server.on({ ...serving(ours), [`GET /v2/app/blobs/${digestOf(ours.envelope)}`]: { body: theirs.envelope } });
    const swapped = await verify();
    assert.equal(swapped.status, 30, swapped.stdout);
    assert.match(swapped.stdout, /DIGEST_MISMATCH/);
    server.on(serving({ ...ours, manifest: withLayer(ours.manifest, { size: 10 }) }));
    const cut = await verify();
    assert.equal(cut.status, 30, cut.stdout);
  });

  it("cannot hide the right signature behind a hundred others", async (t) => {
    const { server, sign, stranger, verify } = await scene(t);
    const strangers = await Promise.all(Array.from({ length: 100 }, (_, i) => stranger(i)));
    server.on(serving(...strangers, await sign()));
    const { status, stdout } = await verify();
    assert.equal(status, 0, stdout.slice(0, 300));
    server.on(serving(...strangers));
    const { status: refused, stdout: why } = await verify();
    assert.equal(refused, 12);
    assert.match(why, /^refused: CERTIFICATE_UNTRUSTED[\s\S]*100 signatures/);
  });

  it("cannot have an envelope fetched that is larger than any may be", async (t) => {
    const { server, sign, verify } = await scene(t);
    const { manifest, envelope } = await sign();
    const large = withLayer(manifest, { size: 33 * 1024 * 1024 });
    server.on(serving({ manifest: large, envelope }));
    const { status, stdout } = await verify();
    assert.equal(status, 32, stdout);
    assert.match(stdout, /^undecided: LIMIT_EXCEEDED[\s\S]*34603008/);
    assert.deepEqual(
      server.lines.filter((line) => line.includes("/blobs/")),
      [],
    );
    server.on(serving({ manifest: large, envelope }, await sign({ ...subject, mediaType: mediaTypes.dockerManifest })));
    assert.notEqual((await verify()).status, 0);
  });

  it("cannot list referrers for ever", async (t) => {
    const { server, sign, verify } = await scene(t);
    const { manifest } = await sign();
    let pages = 0;
    const page = () =>
      listOf([{ ...descriptorOf(manifest), artifactType: type }], {
        link: `</v2/app/referrers/${subject.digest}?page=${pages++}>; rel="next"`,
      });
    server.on({ ...serving({ manifest, envelope: emptyConfig.bytes }), [`GET /v2/app/referrers/${subject.digest}?*`]: page });
    server.on({ [`GET /v2/app/referrers/${subject.digest}`]: page, "GET /v2/app/blobs/*": { status: 404 } });
    const { status, stdout } = await verify();
    assert.equal(status, 32, stdout);
    assert.match(stdout, /^undecided: LIMIT_EXCEEDED[\s\S]*100 pages/);
    assert.equal(pages, 100);
  });

  it("cannot list what holds two envelopes, or one of no kind, as a signature", async (t) => {
    const { server, sign, verify } = await scene(t);
    const { manifest, envelope } = await sign();
    for (const change of [{ mediaType: "application/json" }, undefined]) {
      server.on(serving({ manifest: withLayer(manifest, change), envelope }));
      const { status, stdout } = await verify();
      assert.equal(status, 12, stdout);
      assert.match(stdout, /^refused: MALFORMED_EVIDENCE/);
    }
  });
});

/** The manifest with its layer changed, or, without a change, there twice. */
function withLayer(bytes: Uint8Array, change: object | undefined): Uint8Array {
  const manifest = JSON.parse(Buffer.from(bytes).toString());
  const [layer] = manifest.layers;
  return Buffer.from(JSON.stringify({ ...manifest, layers: change ? [{ ...layer, ...change }] : [layer, layer] }));
}
