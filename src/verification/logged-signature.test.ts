import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { suite, test } from "node:test";
import { encodeUtf8, toBase64 } from "../core/bytes.ts";
import { preAuthEncoding } from "../core/envelopes/dsse.ts";
import { encodePem } from "../core/asn1/pem.ts";
import { parseLogBody } from "./log-body.ts";
import { makeKey } from "./log-fixture.test.ts";
import { differenceOf, type LoggedSignature } from "./logged-signature.ts";

const payload = encodeUtf8('{"_type":"https://in-toto.io/Statement/v1"}');
const payloadType = "application/vnd.in-toto+json";
const pae = preAuthEncoding(payloadType, payload);
const signature = encodeUtf8("a signature");
const { publicKey } = makeKey("p256");
const certificate = encodeUtf8("certificates are compared, not read");

const hex = (bytes: Uint8Array, hash = "sha256") => createHash(hash).update(bytes).digest("hex");
const output = (bytes: Uint8Array, hash = "256") => ({
  algorithm: `SHA2_${hash}`,
  digest: createHash(`sha${hash}`).update(bytes).digest("base64"),
});
const pemOf = (label: string, bytes: Uint8Array) => toBase64(encodeUtf8(encodePem(label, bytes)));
const content = toBase64(signature);
const keyPem = pemOf("PUBLIC KEY", publicKey.spki);
const twice = toBase64(encodeUtf8(content));

const envelope: LoggedSignature = {
  signature,
  content: { kind: "envelope", payloadType, payload },
  verifier: { kind: "key", key: publicKey },
};
const message: LoggedSignature = { ...envelope, content: { kind: "message", message: payload } };
const digest: LoggedSignature = { ...envelope, content: { kind: "digest", sha256: hex(payload) } };
const certified = (logged: LoggedSignature): LoggedSignature => ({ ...logged, verifier: { kind: "certificate", certificate } });

const parse = (kind: string, apiVersion: string, spec: object) =>
  parseLogBody(encodeUtf8(JSON.stringify({ apiVersion, kind, spec })), "body");
const hashedrekord1 = (value: string, algorithm = "sha256", pem = keyPem) =>
  parse("hashedrekord", "0.0.1", { data: { hash: { algorithm, value } }, signature: { content, publicKey: { content: pem } } });
const hashedrekord2 = (data: object, verifier: object = { publicKey: { rawBytes: toBase64(publicKey.spki) } }) =>
  parse("hashedrekord", "0.0.2", { hashedRekordV002: { data, signature: { content, verifier } } });
const dsse1 = (signatures: readonly object[] = [{ signature: content, verifier: keyPem }], value = hex(payload)) =>
  parse("dsse", "0.0.1", {
    envelopeHash: { algorithm: "sha256", value: hex(encodeUtf8("")) },
    payloadHash: { algorithm: "sha256", value },
    signatures,
  });
const dsse2 = (payloadHash: object, verifier: object = { publicKey: { rawBytes: toBase64(publicKey.spki) } }) =>
  parse("dsse", "0.0.2", { dsseV002: { payloadHash, signatures: [{ content, verifier }] } });
const intoto2 = (sig: string, value = hex(payload)) =>
  parse("intoto", "0.0.2", {
    content: { envelope: { payloadType, signatures: [{ publicKey: keyPem, sig }] }, payloadHash: { algorithm: "sha256", value } },
  });

const intoto1 = (value: string) => parse("intoto", "0.0.1", { content: { hash: { algorithm: "sha256", value } }, publicKey: keyPem });

suite("comparing a log entry with a signature", () => {
  test("an entry of a whole envelope matches only that envelope, byte for byte", async () => {
    const bytes = encodeUtf8('{"an":"envelope"}');
    const kept: LoggedSignature = { ...envelope, content: { kind: "envelope", payloadType, payload, bytes } };
    assert.equal(await differenceOf(intoto1(hex(bytes)), kept), undefined);
    assert.match((await differenceOf(intoto1(hex(payload)), kept)) ?? "", /^other content/);
    for (const logged of [envelope, message, digest])
      assert.match((await differenceOf(intoto1(hex(bytes)), logged)) ?? "", /cannot be compared/);
    const other: LoggedSignature = { ...kept, verifier: { kind: "key", key: makeKey("p256").publicKey } };
    assert.match((await differenceOf(intoto1(hex(bytes)), other)) ?? "", /another key/);
  });

  test("every type of entry matches its own signature", async () => {
    for (const [body, logged] of [
      [hashedrekord1(hex(payload)), message],
      [hashedrekord1(hex(payload)), digest],
      [hashedrekord1(hex(payload, "sha384"), "sha384"), message],
      [hashedrekord1(hex(payload, "sha512"), "sha512"), message],
      [hashedrekord1(hex(payload), "sha256", pemOf("CERTIFICATE", certificate)), certified(message)],
      [hashedrekord2(output(payload)), message],
      [hashedrekord2(output(pae)), envelope],
      [hashedrekord2(output(pae, "512")), envelope],
      [hashedrekord2(output(pae), { x509Certificate: { rawBytes: toBase64(certificate) } }), certified(envelope)],
      [dsse1(), envelope],
      [dsse1([{ signature: content, verifier: pemOf("CERTIFICATE", certificate) }]), certified(envelope)],
      [dsse2(output(payload)), envelope],
      [intoto2(twice), envelope],
    ] as const) {
      assert.equal(await differenceOf(body, logged), undefined, `${body.kind} ${body.version}`);
    }
  });

  test("other content is reported, and content that cannot be compared", async () => {
    const other = encodeUtf8("other");
    for (const [body, logged] of [
      [hashedrekord1(hex(other)), message],
      [hashedrekord1(""), message],
      [hashedrekord1(hex(payload).toUpperCase()), message],
      [hashedrekord1(hex(payload, "sha512"), "sha512"), digest],
      [hashedrekord2(output(payload)), envelope],
      [hashedrekord2(output(other)), envelope],
      [dsse1(undefined, hex(other)), envelope],
      [dsse1(undefined, hex(pae)), envelope],
      [dsse1(), message],
      [dsse1(), digest],
      [dsse2(output(pae)), envelope],
      [intoto2(twice, hex(other)), envelope],
    ] as const) {
      assert.match((await differenceOf(body, logged)) ?? "", /content|cannot be compared/, `${body.kind} ${body.version}`);
    }
  });

  test("another signature, key or certificate is reported", async () => {
    const other = makeKey("p256").publicKey;
    assert.match((await differenceOf(dsse1(), { ...envelope, signature: payload })) ?? "", /another signature/);
    assert.match((await differenceOf(dsse1(), { ...envelope, verifier: { kind: "key", key: other } })) ?? "", /another key/);
    assert.match((await differenceOf(dsse1(), certified(envelope))) ?? "", /another key/);
    const otherCertificate = pemOf("CERTIFICATE", payload);
    assert.match(
      (await differenceOf(dsse1([{ signature: content, verifier: otherCertificate }]), certified(envelope))) ?? "",
      /another key/,
    );
    assert.match((await differenceOf(dsse1([{ signature: content, verifier: otherCertificate }]), envelope)) ?? "", /another key/);
    assert.match((await differenceOf(hashedrekord1(hex(payload), "sha256", toBase64(payload)), certified(message))) ?? "", /another key/);
  });

  test("unknown types, several signatures and verifiers, and other hashes are refused", () => {
    const one = { signature: content, verifier: keyPem };
    const raw = { rawBytes: toBase64(publicKey.spki) };
    assert.throws(() => parse("rekord", "0.0.1", {}), { code: "UNSUPPORTED" });
    assert.throws(() => parse("intoto", "0.0.3", {}), { code: "UNSUPPORTED" });
    for (const bad of [
      () => dsse1([one, one]),
      () => dsse1([]),
      () => hashedrekord1(hex(payload), "sha1"),
      () => hashedrekord2(output(pae), {}),
      () => hashedrekord2(output(pae), { publicKey: raw, x509Certificate: raw }),
      () => intoto2(toBase64(signature)),
      () => parse("hashedrekord", "0.0.2", { data: output(pae) }),
    ]) {
      assert.throws(bad, { code: "MALFORMED" });
    }
  });
});
