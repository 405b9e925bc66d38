/** What the writers of every format must do: what they make verifies, lies where the format looks for it, and can be stored again. */
import assert from "node:assert/strict";
import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { describe, it } from "node:test";
import { encodeUtf8, streamOf } from "../../src/core/bytes.ts";
import { digestOf } from "../../src/core/digest.ts";
import { describeLocation, type Evidence, type RepositoryLocation, type SignatureClaim } from "../../src/core/evidence.ts";
import { readFileSubject } from "../../src/core/file-subject.ts";
import type { Finding } from "../../src/core/finding.ts";
import { publicKeyOf } from "../../src/core/keys/public-key.ts";
import { artifactTypeOf, mediaTypes, parseManifest } from "../../src/core/oci/manifest.ts";
import type { MadeSignature, SignerDescription } from "../../src/core/signer.ts";
import { encodeStatement } from "../../src/core/statements/statement.ts";
import type { ImageSubject } from "../../src/core/subject.ts";
import type { Format } from "../../src/formats/format.ts";
import { certificate, leafShape, now, root } from "../../src/formats/notation/fixture.test.ts";
import type {
  Artifact,
  AttestationToSign,
  ClaimToSign,
  StoredArtifact,
  ToSign,
  Writer,
  WriterOf,
  WriteRequest,
} from "../../src/formats/writer.ts";
import { makeTrust, type Trust } from "../../src/trust/trust.ts";
import { evidenceIn, foundOf, subjectOf } from "../vectors/load.ts";

const { signal } = new AbortController();
const image = subjectOf(encodeUtf8('{"an":"image"}'));
const predicateType = "https://cosign.sigstore.dev/attestation/v1";
const predicate = encodeUtf8('{"Data":"custom","Timestamp":"2026-11-21T00:00:00Z"}');

/** Revocation and a missing timestamp are for the policy: the certificates of the vectors name no responder, and most have no timestamp. */
export function isGood({ checks, signer }: Finding): boolean {
  const left = checks.filter(({ name, outcome }) => outcome !== "passed" && name !== "revocation" && name !== "timestamp");
  return signer !== undefined && left.length === 0;
}

/** Declares the tests of a format's writers. */
export function testWriters(format: Format): void {
  const { signature, attestation } = format.writers;
  if (signature) {
    void describe(`format ${format.name}: signatures of our own`, () => {
      const claim: SignatureClaim = {
        kind: "signature",
        subject: image.digest,
        annotations: { b: "2", a: "1" },
        identity: image.repository,
      };
      for (const [name, signer] of signersFor(signature)) {
        void it(`verifies what it makes with ${name}`, async () => {
          const own = { claim, subject: image, by: signer.by, options: { at: now } };
          const { evidence, artifact } = await made(format, await signature.open(), own, signer);
          const finding = await format.verify(evidence, image, signer.trust, now);
          assert.ok(isGood(finding), JSON.stringify(finding.checks));
          assert.deepEqual(finding.claim?.kind === "signature" && { ...finding.claim.annotations }, { a: "1", b: "2" });
          checkStored(format, artifact, "signature");
        });
      }

      const [[, signer] = []] = signersFor(signature);
      assert.ok(signer);
      const request = { claim, subject: image, by: signer.by, options: { at: now } };

      void it("is able to do what its abilities say, and refuses the rest", async () => {
        const { needsChain, takesExpiry, canWait, material } = signature.abilities;
        const prepare = async (change: Partial<WriteRequest<SignatureClaim>>): Promise<ToSign> =>
          (await signature.open()).prepare({ ...request, ...change });
        if (needsChain) await assert.rejects(prepare({ by: { publicKey: signer.by.publicKey } }), { code: "CERTIFICATE_REQUIRED" });
        const expiring = prepare({ options: { at: now, expiry: now + 60_000 } });
        await (takesExpiry ? expiring : assert.rejects(expiring, { code: "USAGE" }));
        const pending = { entries: [], timestamps: [], pending: ["https://log.example"] };
        const waiting = made(format, await signature.open(), request, signer, pending);
        if (canWait) assert.equal((await waiting).evidence.isPending, true);
        else if (!needsChain) await assert.rejects(waiting, { code: "UNSUPPORTED" });
        if (material) {
          const timestamps = Array.from({ length: material.timestamps + 1 }, () => new Uint8Array());
          await assert.rejects(made(format, await signature.open(), request, signer, { entries: [], timestamps }), { code: "UNSUPPORTED" });
        }
      });

      const { signsFiles } = signature.abilities;
      void it(signsFiles ? "signs files, and verifies them" : "signs no files", async () => {
        const writer = await signature.open();
        const reading = writer.readingFor(async () => signer.by);
        if (!signsFiles) await assert.rejects(reading, { code: "UNSUPPORTED" });
        const file = await readFileSubject("app", streamOf(encodeUtf8("a file")), signsFiles ? await reading : undefined);
        const ofFile: SignatureClaim = { kind: "signature", subject: digestOf(encodeUtf8("a file")), annotations: {} };
        if (!signsFiles)
          return assert.rejects(async () => writer.prepare({ ...request, claim: ofFile, subject: file }), { code: "UNSUPPORTED" });
        const artifact = await artifactOf(writer, { ...request, claim: ofFile, subject: file }, signer);
        const { files } = format;
        assert.ok(files && artifact.kind === "file" && files.owns(artifact.bytes));
        const evidence = await files.read(artifact.bytes, "app.sig", signal);
        const finding = await format.verify(evidence, file, signer.trust, now);
        assert.ok(isGood(finding), JSON.stringify(finding.checks));
        return assert.ok(!isGood(await format.verify(evidence, image, signer.trust, now)), "it is no image's");
      });
    });
  }

  if (attestation) {
    void describe(`format ${format.name}: attestations of our own`, () => {
      const statement = encodeStatement({ name: image.repository, digest: image.digest, predicateType, predicate });
      const claim: AttestationToSign = { kind: "attestation", subject: image.digest, predicateType, statement };
      for (const [name, signer] of signersFor(attestation)) {
        void it(`verifies what it makes with ${name}, with the bytes of the statement`, async () => {
          const request = { claim, subject: image, by: signer.by, options: { at: now } };
          const { evidence, artifact } = await made(format, await attestation.open(), request, signer);
          const finding = await format.verify(evidence, image, signer.trust, now);
          assert.ok(isGood(finding), JSON.stringify(finding.checks));
          assert.deepEqual(finding.claim, { kind: "attestation", subject: image.digest, predicateType });
          assert.deepEqual(Buffer.from(finding.statement ?? []), Buffer.from(statement));
          const stated = format.claims(evidence, { digest: image.digest, bytes: image.manifest });
          assert.deepEqual([stated.claims, Buffer.from(stated.statement ?? [])], [[finding.claim], Buffer.from(statement)]);
          checkStored(format, artifact, "attestation");
          const again = await storedAgain(format, evidence, { subject: image, by: signer.by, at: now });
          assert.deepEqual((await format.verify(again, image, signer.trust, now)).checks, finding.checks);
        });
      }
    });
  }
}

interface OwnSigner {
  readonly by: SignerDescription;
  readonly trust: Trust;
  readonly key: KeyObject;
}

/** A signer for each kind of key that the writer takes. */
function signersFor({ abilities: { needsChain } }: Pick<WriterOf, "abilities">): readonly (readonly [string, OwnSigner])[] {
  const ec = (namedCurve: string) => generateKeyPairSync("ec", { namedCurve });
  const pairs = {
    "ECDSA P-256": ec("P-256"),
    "ECDSA P-384": ec("P-384"),
    "ECDSA P-521": ec("P-521"),
    "RSA 2048": generateKeyPairSync("rsa", { modulusLength: 2048 }),
    ...(!needsChain && {
      "RSA-PSS 2048": generateKeyPairSync("rsa-pss", { modulusLength: 2048 }),
      Ed25519: generateKeyPairSync("ed25519"),
    }),
  };
  return Object.entries(pairs).map(([name, pair]) => {
    const publicKey = publicKeyOf(pair.publicKey, name);
    const chain = needsChain ? { chain: [certificate({ ...leafShape, key: pair }), root] } : {};
    const trust = needsChain
      ? makeTrust({ stores: { ca: [{ name: "root", certificate: root }] } })
      : makeTrust({ keys: [{ name, publicKey }] });
    return [name, { by: { publicKey, ...chain }, trust, key: pair.privateKey }];
  });
}

async function artifactOf<C extends ClaimToSign>(
  writer: Writer<C>,
  request: WriteRequest<C>,
  { by, key }: OwnSigner,
  material?: MadeSignature["material"],
): Promise<Artifact> {
  const toSign = await writer.prepare(request);
  const scheme = toSign.scheme ?? by.publicKey.algorithm.signs;
  const signed = { signature: scheme.sign(key, toSign.bytes), by, ...(material && { material }) };
  return writer.assemble(toSign, request.subject, signed, request.options.at);
}

async function made<C extends ClaimToSign>(
  format: Format,
  writer: Writer<C>,
  request: WriteRequest<C>,
  signer: OwnSigner,
  material?: MadeSignature["material"],
): Promise<{ readonly artifact: StoredArtifact; readonly evidence: Evidence }> {
  const artifact = await artifactOf(writer, request, signer, material);
  assert.ok(artifact.kind !== "file");
  const evidence = await evidenceOf(format, artifact);
  return { artifact, evidence };
}

async function evidenceOf(format: Format, artifact: StoredArtifact): Promise<Evidence> {
  const { blobs, manifest } = artifact.kind === "tag" ? artifact.extend(undefined) : artifact;
  const found = foundOf(manifest, locationOf(artifact));
  const [evidence, ...more] = await evidenceIn(format, { found, blobs: new Map(blobs.map((blob) => [digestOf(blob), blob])) });
  assert.ok(evidence && more.length === 0);
  return evidence;
}

function locationOf(artifact: StoredArtifact): RepositoryLocation {
  return artifact.kind === "tag" ? { kind: "tag", tag: artifact.tag, holds: [] } : { kind: "referrers" };
}

/** The artifact lies where the format looks for it, and its listing says what it is. */
function checkStored(format: Format, artifact: StoredArtifact, kind: "signature" | "attestation"): void {
  const locations = format.locations(image);
  const own = locations.find((location) => describeLocation(location) === describeLocation(locationOf(artifact)));
  assert.ok(own);
  assert.equal(artifact.kind, format.writers[kind]?.abilities.stores);
  if (own.kind === "tag") return assert.deepEqual(own.holds, [kind]);
  assert.ok(artifact.kind === "referrer");
  const manifest = parseManifest(artifact.manifest, mediaTypes.ociManifest);
  assert.ok(manifest.kind === "image");
  const artifactType = artifactTypeOf(manifest) ?? "";
  assert.ok(format.ownsType(artifactType));
  const listed = { mediaType: mediaTypes.ociManifest, digest: digestOf(artifact.manifest), size: artifact.manifest.length };
  const label = format.labelOf({ ...listed, artifactType, annotations: manifest.annotations });
  assert.deepEqual(label, kind === "attestation" ? { kind, predicateType } : { kind });
}

/** Takes the signature out of its evidence, and assembles it anew. */
export async function storedAgain(
  format: Format,
  evidence: Evidence,
  {
    subject,
    by,
    at,
    trust,
  }: { readonly subject: ImageSubject; readonly by?: SignerDescription; readonly at: number; readonly trust?: Trust },
): Promise<Evidence> {
  const parts = await format.material(evidence);
  assert.ok("value" in parts, JSON.stringify(parts));
  const { toSign, signed } = parts.value;
  const [claim] = format.claims(evidence, { digest: subject.digest, bytes: subject.manifest }).claims;
  const writer: WriterOf | undefined = claim && format.writers[claim.kind];
  const [key] = trust?.keys ?? [];
  const signer = signed.by ?? by ?? (key && { publicKey: key.publicKey });
  assert.ok(writer && signer);
  const artifact = await (await writer.open()).assemble(toSign, subject, { ...signed, by: signer }, at);
  assert.ok(artifact.kind !== "file");
  return evidenceOf(format, artifact);
}
