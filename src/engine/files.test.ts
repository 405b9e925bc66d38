/** Signing and verifying files, with keys and with certificates. */
import assert from "node:assert/strict";
import { sign } from "node:crypto";
import { describe, it } from "node:test";
import { person } from "../../test/fakes/signers.ts";
import { encodeUtf8 } from "../core/bytes.ts";
import { digestOf } from "../core/digest.ts";
import type { FileSubject } from "../core/file-subject.ts";
import { mediaTypes } from "../core/oci/manifest.ts";
import type { ImageSubject } from "../core/subject.ts";
import { publicKeyOf } from "../core/keys/public-key.ts";
import type { RecordedEvent } from "../core/recorder.ts";
import type { Signer } from "../core/signer.ts";
import { defaultFormat as format, fileFormats } from "../formats/all.ts";
import { instance, later as at, trustOf, workflow } from "../formats/keyless-fixture.test.ts";
import { anyKeyOf } from "../../test/fakes/expectation.ts";
import type { Trust } from "../trust/trust.ts";
import { readDetachedSignature } from "./detached-signature.ts";
import { signFile, type SignedFile } from "./sign-file.ts";
import { verifyFile } from "./verify-file.ts";

const { signal } = new AbortController();
const [alice, mallory] = [person("alice"), person("mallory")];
const bytes = encodeUtf8("what is signed");
const file: FileSubject = { kind: "file", reference: "app.tar", digest: digestOf(bytes), bytes };

interface Recorded {
  readonly events: RecordedEvent[];
  readonly recorder: { readonly record: (event: RecordedEvent) => Promise<void> };
}

function recording(): Recorded {
  const events: RecordedEvent[] = [];
  return { events, recorder: { record: async (event) => void events.push(event) } };
}

function signed(signer: Signer, { recorder } = recording()): Promise<SignedFile> {
  return signFile(file, { format, signer, annotations: {}, signature: { at }, recorder, signal });
}

async function answer(evidence: Uint8Array, trust: Trust, about = file): Promise<string> {
  const { events, recorder } = recording();
  const basis = anyKeyOf(trust);
  const given = await readDetachedSignature({ path: "app.json", bytes: evidence }, fileFormats, signal);
  const verdict = await verifyFile(about, { given, basis, at, recorder, signal });
  const [event] = events;
  assert.ok(event?.kind === "decided" && event.verdict === verdict && event.at === verdict.at && (event.durationMs ?? -1) >= 0);
  assert.deepEqual(verdict.subject, { reference: about.reference, digest: about.digest });
  return verdict.reason ? `${verdict.decision} ${verdict.reason.code}` : verdict.decision;
}

/** Signs as the workflow, with a log entry and a timestamp. */
function workflowSigner(): Signer {
  const { certificate, key } = instance.certify(workflow);
  const by = { publicKey: publicKeyOf(key.publicKey, "the workflow") };
  return {
    describe: async () => by,
    async sign({ bytes: message }) {
      const signature = sign("sha256", message, key.privateKey);
      const entries = [instance.log(2, message, signature, certificate)];
      return { signature, by, material: { certificate, entries, timestamps: [instance.stamp(signature)] } };
    },
  };
}

describe("a file", () => {
  it("is signed by a key, and verified by it alone", async () => {
    const recorded = recording();
    const { made, evidence } = await signed(alice.signer, recorded);
    assert.deepEqual(made, {
      reference: "app.tar",
      digest: file.digest,
      format: "bundle",
      by: { key: alice.publicKey.fingerprint },
      logged: [],
    });
    const claim = { kind: "signature", subject: file.digest, annotations: {} } as const;
    assert.deepEqual(recorded.events, [
      { kind: "file-signed", at, reference: "app.tar", format: "bundle", by: made.by, claim, evidence: digestOf(evidence) },
    ]);
    assert.equal(await answer(evidence, alice.trust), "allow");
    assert.equal(await answer(evidence, mallory.trust), "deny KEY_MISMATCH");
    assert.equal(await answer(evidence, trustOf()), "deny CERTIFICATE_REQUIRED");
  });

  it("is signed with a certificate, a log and a timestamp, and verified by identity, by its digest as well", async () => {
    const { made, evidence } = await signed(workflowSigner());
    assert.deepEqual(made.by, { identity: workflow.identity, issuer: workflow.issuer });
    assert.equal(made.logged.length, 1);
    assert.equal(await answer(evidence, trustOf()), "allow");
    assert.equal(await answer(evidence, trustOf(), { kind: "file", reference: file.digest, digest: file.digest }), "allow");
    assert.equal(await answer(evidence, alice.trust), "deny KEY_MISMATCH");
    const other = encodeUtf8("other");
    assert.equal(
      await answer(evidence, trustOf(), { kind: "file", reference: "other", digest: digestOf(other), bytes: other }),
      "deny SUBJECT_MISMATCH",
    );
  });

  it("that cannot be held whole is not signed", async () => {
    const { events, recorder } = recording();
    const large: FileSubject = { kind: "file", reference: "disk.img", digest: file.digest };
    await assert.rejects(signFile(large, { format, signer: alice.signer, annotations: {}, signature: { at }, recorder, signal }), {
      code: "LIMIT_EXCEEDED",
      message: "disk.img has more than the 512 MiB that can be signed",
    });
    assert.deepEqual(events, []);
  });

  it("is not signed by a signer whose signature does not verify", async () => {
    const broken: Signer = {
      ...alice.signer,
      sign: async (request) => ({ ...(await mallory.signer.sign(request, signal)), by: { publicKey: alice.publicKey } }),
    };
    await assert.rejects(signed(broken), { code: "INVALID_KEY" });
  });

  it("gets a refusal, and no exception, for bytes that are no signature", async () => {
    assert.equal(await answer(new Uint8Array(), alice.trust), "deny MALFORMED_EVIDENCE");
    assert.equal(await answer(encodeUtf8("{}"), alice.trust), "deny MALFORMED_EVIDENCE");
  });
});

describe("files and images", () => {
  const manifest = encodeUtf8('{"schemaVersion":2,"config":{},"layers":[]}');
  const about: FileSubject = { kind: "file", reference: "manifest.json", digest: digestOf(manifest), bytes: manifest };

  it("a signature of an image is none of the file that is its manifest", async () => {
    const { writers } = format;
    const writer = await writers.signature.open();
    const { publicKey: by } = alice;
    const subject: ImageSubject = {
      kind: "image",
      repository: "registry.example/app",
      reference: "registry.example/app:1",
      digest: digestOf(manifest),
      descriptor: { mediaType: mediaTypes.ociManifest, digest: digestOf(manifest), size: manifest.length },
      manifest,
    };
    const claim = { kind: "signature", subject: subject.digest, annotations: {} } as const;
    const toSign = await writer.prepare({ claim, subject, by: { publicKey: by }, options: { at } });
    const made = await alice.signer.sign({ bytes: toSign.bytes, claim }, signal);
    const artifact = await writer.assemble(toSign, subject, made, at);
    assert.ok(artifact.kind === "referrer");
    assert.equal(await answer(artifact.blobs[0] ?? manifest, alice.trust, about), "deny SUBJECT_MISMATCH");
  });

  it("bytes that a signature of an image is over are not signed as a file, unless that is meant", async () => {
    const { recorder } = recording();
    const options = { format, signer: alice.signer, annotations: {}, recorder, signal };
    await assert.rejects(signFile(about, { ...options, signature: { at } }), {
      code: "USAGE",
      message: /manifest.json is the manifest of an image/,
    });
    const { evidence } = await signFile(about, { ...options, signature: { at, allowsImagePayload: true } });
    assert.equal(await answer(evidence, alice.trust, about), "allow");
  });
});
