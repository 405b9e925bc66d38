/** Envelopes of files: our own, and untrusted ones. */
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import * as fc from "fast-check";
import { encodeUtf8, streamOf } from "../../core/bytes.ts";
import { digestOf } from "../../core/digest.ts";
import { readFileSubject, type FileSubject } from "../../core/file-subject.ts";
import { outcomeOf, type Finding } from "../../core/finding.ts";
import { publicKeyOf } from "../../core/keys/public-key.ts";
import type { SignerDescription } from "../../core/signer.ts";
import type { KeyPair } from "../../core/x509/fixture.test.ts";
import { under } from "../../../test/fakes/expectation.ts";
import type { WriteOptions } from "../writer.ts";
import { notation } from "./notation.ts";
import {
  certificate,
  chain,
  day,
  keyPairs,
  leafShape,
  looseJws,
  make,
  now,
  root,
  rootShape,
  signerKey,
  subject,
  summary,
  trust,
  authorityIn,
  trustIn,
  type Trusted,
  verifyMade,
} from "./fixture.test.ts";

const text = encodeUtf8("what is signed");
const { signal } = new AbortController();
const writer = await notation.writers.signature.open();
const describeKey = (key: KeyPair): SignerDescription => ({
  publicKey: publicKeyOf(key.publicKey, "the signer"),
  chain: key === signerKey ? chain : [certificate({ ...leafShape, key }), root],
});

interface Making {
  readonly key?: KeyPair;
  readonly options?: Partial<WriteOptions>;
  readonly mediaType?: string;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** The file's signature, by ES256 in JWS unless said otherwise. */
async function signed({ key = signerKey, options, mediaType, annotations = {} }: Making = {}): Promise<Uint8Array> {
  const by = describeKey(key);
  const reading = await writer.readingFor(async () => by);
  const file = { ...(await readFileSubject("app", streamOf(text), reading)), ...(mediaType !== undefined && { mediaType }) };
  const claim = { kind: "signature", subject: file.digest, annotations } as const;
  const toSign = await writer.prepare({ subject: file, claim, by, options: { at: now, ...options } });
  const signature = toSign.scheme?.sign(key.privateKey, toSign.bytes) ?? new Uint8Array();
  const artifact = await writer.assemble(toSign, file, { signature, by }, now);
  assert.ok(artifact.kind === "file");
  return artifact.bytes;
}

interface Asking {
  readonly name?: string;
  readonly content?: Uint8Array;
  readonly change?: Partial<FileSubject>;
  readonly trusted?: Trusted;
  readonly at?: number;
}

/** Of the file, read as the envelope asks for, in a file that is called so. */
async function verify(
  envelope: Uint8Array,
  { name = "signature", content = text, change = {}, trusted = trust, at = now }: Asking = {},
): Promise<Finding> {
  const evidence = await notation.files.read(envelope, name, signal);
  const file = await readFileSubject("app", streamOf(content), notation.files.readingOf(evidence));
  assert.equal(file.bytes, undefined, "no more of the file is held than its digest");
  return under(authorityIn(trusted), await notation.verify(evidence, { ...file, ...change }, trustIn(trusted), at), at);
}

/** What is wrong, in a few words. */
async function refusal(envelope: Uint8Array, asking: Asking = {}): Promise<string> {
  const { checks } = await verify(envelope, asking);
  const wrong = checks.filter((check) => check.outcome !== "passed");
  return wrong.map(({ detail, ...check }) => `${check.name} ${"code" in check ? check.code : ""}: ${detail}`).join("; ");
}

/** An envelope that says this of what it signs, signed well. */
function signing(target: object): Uint8Array {
  const payload = encodeUtf8(JSON.stringify({ targetArtifact: target }));
  return looseJws({ payload }).envelope;
}

suite("the Notary Project's signature of a file", () => {
  // Larger RSA keys take seconds to make; those of notation's own library stand for them.
  for (const [algorithm, hash] of [
    ["PS256", "sha256"],
    ["ES256", "sha256"],
    ["ES384", "sha384"],
    ["ES512", "sha512"],
  ] as const) {
    const key = keyPairs[algorithm]?.() ?? signerKey;
    for (const envelope of ["jws", "cose"] as const) {
      test(`by ${algorithm} in ${envelope} is over the file's ${hash}`, async () => {
        const made = await signed({ key, options: { envelope, expiry: now + day }, annotations: { stage: "production" } });
        assert.ok(notation.files.owns(made));
        const finding = await verify(made);
        assert.deepEqual(summary(finding), ["format", "signature", "certificate", "identity", "validity", "expiry", "subject"]);
        assert.equal(finding.claim?.kind === "signature" && finding.claim.annotations["stage"], "production");
        assert.ok(finding.claim?.subject.startsWith(`${hash}:`));
        assert.equal(finding.layer, digestOf(made));
      });
    }
  }

  test("is of no other file, size or media type", async () => {
    const made = await signed({ mediaType: "text/plain" });
    assert.match(await refusal(made, { content: encodeUtf8("something else") }), /^subject SUBJECT_MISMATCH: for digest "sha256:/);
    assert.equal(await refusal(made, { change: { size: 3 } }), `subject SUBJECT_MISMATCH: for size ${text.length}, not for 3`);
    assert.equal(
      await refusal(made, { change: { mediaType: "text/html" } }),
      'subject SUBJECT_MISMATCH: for mediaType "text/plain", not for "text/html"',
    );
    assert.equal(await refusal(made, { change: { mediaType: "text/plain" } }), "");
    assert.equal(await refusal(made), "", "nobody asks for a media type");
    assert.equal(await refusal(await signed(), { change: { mediaType: "application/octet-stream" } }), "");
  });

  test("is for the size that it says, whatever the digest", async () => {
    const target = { mediaType: "text/plain", digest: digestOf(text), size: text.length };
    assert.equal(await refusal(signing(target)), "");
    assert.match(await refusal(signing({ ...target, size: text.length + 1 })), /^subject SUBJECT_MISMATCH: for size 15, not for 14/);
  });

  test("is by the digest that its key's algorithm has, and by no other", async () => {
    const target = { mediaType: "text/plain", digest: digestOf(text, "sha512"), size: text.length };
    const why = "for a digest by sha512, and a key that signs by ES256 signs files by sha256";
    assert.equal(await refusal(signing(target)), `subject SUBJECT_MISMATCH: ${why}`);
    for (const digest of ["md5:d41d8cd98f00b204e9800998ecf8427e", "sha384:00", digestOf(text).toUpperCase()]) {
      assert.match(await refusal(signing({ ...target, digest })), /^format MALFORMED_EVIDENCE: payload.targetArtifact.digest is no digest/);
    }
  });

  test("says nothing of a file of which only the digest is at hand, but for another's", async () => {
    const made = await signed();
    const evidence = await notation.files.read(made, "signature", signal);
    const about = (digest: FileSubject["digest"]) =>
      notation.verify(evidence, { kind: "file", reference: digest, digest }, trustIn(trust), now);
    assert.deepEqual(summary(await about(digestOf(text))).at(-1), "subject UNSUPPORTED?");
    assert.deepEqual(summary(await about(digestOf(text, "sha512"))).at(-1), "subject UNSUPPORTED?");
    assert.deepEqual(summary(await about(digestOf(encodeUtf8("other")))).at(-1), "subject SUBJECT_MISMATCH");
  });

  test("is what its name says, and nothing else", async () => {
    const [jws, cose] = await Promise.all([signed(), signed({ options: { envelope: "cose" } })]);
    for (const [made, own, other] of [
      [jws, "app.jws.sig", "app.cose.sig"],
      [cose, "APP.COSE.SIG", "app.JWS.sig"],
    ] as const) {
      assert.equal(await refusal(made, { name: own }), "");
      assert.equal(await refusal(made, { name: "app.sig" }), "");
      assert.match(await refusal(made, { name: other }), /^format MALFORMED_EVIDENCE/);
    }
  });

  test("expires, and is trusted only under its own authority", async () => {
    const made = await signed({ options: { expiry: now + day } });
    assert.match(await refusal(made, { at: now + day }), /^expiry EXPIRED/);
    assert.match(await refusal(made, { at: leafShape.notAfter ?? now + 400 * day }), /EXPIRED/);
    const stranger = certificate({ ...rootShape, subject: "C=US,ST=WA,O=mallory,CN=root" });
    const trusted = { ...trust, stores: { ...trust.stores, ca: [stranger] } };
    assert.match(await refusal(made, { trusted }), /^certificate CERTIFICATE_UNTRUSTED/);
    assert.match(
      await refusal(made, { trusted: { ...trust, stores: { ca: [], signingAuthority: [], tsa: [] } } }),
      /^certificate CERTIFICATE_UNTRUSTED/,
    );
  });

  test("is no image's, and an image's is no file's", async () => {
    const { envelope } = await make();
    assert.match(await refusal(envelope), /^subject SUBJECT_MISMATCH/);
    const image = await verifyMade(
      looseJws({ payload: encodeUtf8(JSON.stringify({ targetArtifact: { ...subject, digest: `sha384:${"0".repeat(96)}` } })) }),
    );
    assert.equal(summary(image).at(-1), "subject SUBJECT_MISMATCH", "OCI knows no SHA-384");
  });

  test("is not looked at where it is larger than an envelope may be", async () => {
    const huge = encodeUtf8(`{"protected":"${"x".repeat(33 * 1024 * 1024)}"}`);
    for (const name of ["signature.jws.sig", "signature.cose.sig"]) assert.match(await refusal(huge, { name }), /^format LIMIT_EXCEEDED/);
    assert.equal(notation.files.owns(huge), false);
  });

  test("is not made of a digest, nor without certificates", async () => {
    const by = describeKey(signerKey);
    const claim = { kind: "signature", subject: digestOf(text), annotations: {} } as const;
    const file = { kind: "file", reference: claim.subject, digest: claim.subject } as const;
    await assert.rejects(async () => writer.prepare({ subject: file, claim, by, options: { at: now } }), { code: "USAGE" });
    const sized = { ...file, size: text.length };
    await assert.rejects(async () => writer.prepare({ subject: sized, claim, by: { publicKey: by.publicKey }, options: { at: now } }), {
      code: "CERTIFICATE_REQUIRED",
    });
  });

  test("survives any bytes under any name, and reports them as no envelope", async () => {
    const name = fc.constantFrom("signature", "app.jws.sig", "app.cose.sig");
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.uint8Array({ maxLength: 500 }), fc.json().map(encodeUtf8)), name, async (junk, path) => {
        assert.equal(outcomeOf(await verify(junk, { name: path })), "failed");
      }),
    );
  });

  test("survives any change of a byte, and none changes what is claimed", async () => {
    for (const envelope of [await signed(), await signed({ options: { envelope: "cose" } })]) {
      const original = await verify(envelope);
      await fc.assert(
        fc.asyncProperty(fc.nat(envelope.length - 1), fc.integer({ min: 1, max: 255 }), async (index, flip) => {
          const altered = Uint8Array.from(envelope, (byte, i) => (i === index ? byte ^ flip : byte));
          const finding = await verify(altered);
          if (outcomeOf(finding) !== "passed") return;
          assert.deepEqual(finding.claim, original.claim);
          assert.deepEqual(finding.signer, original.signer);
        }),
        { numRuns: 100 },
      );
    }
  });
});
