import assert from "node:assert/strict";
import { generateKeyPairSync, sign } from "node:crypto";
import { describe, it } from "node:test";
import { sigstoreInstance } from "../../../test/fakes/sigstore-instance.ts";
import { encodeUtf8, toBase64 } from "../../core/bytes.ts";
import { preAuthEncoding } from "../../core/envelopes/dsse.ts";
import { digestOf } from "../../core/digest.ts";
import type { Code } from "../../core/errors.ts";
import { encodePem } from "../../core/asn1/pem.ts";
import { publicKeyOf } from "../../core/keys/public-key.ts";
import { statementPayloadType } from "../../core/statements/statement.ts";
import { parsePublicKey } from "../../trust/parse-public-key.ts";
import { makeTrust } from "../../trust/trust.ts";
import { encodeSignStatement } from "../bundle/sign-statement.ts";
import { hashedrekord, makeEntry } from "../../verification/log-fixture.test.ts";
import {
  codesOf,
  cosignLogBundle,
  cosignTimestamp,
  find,
  instance,
  makeLayer,
  signedAt,
  subject,
  trustOf,
  workflow,
  type Layer,
} from "../keyless-fixture.test.ts";
import { cosignLegacy } from "./cosign-legacy.ts";
import { encodeSimpleSigning, payloadMediaType } from "./simple-signing.ts";

const prefix = "dev.sigstore.cosign/";
const annotated = (layer: Layer, name: string, text: string | undefined): Layer => {
  const { [`${prefix}${name}`]: _, ...rest } = layer.annotations;
  return { ...layer, annotations: text === undefined ? rest : { ...rest, [`${prefix}${name}`]: text } };
};
const annotationOf = (layer: Layer, name: string): string => layer.annotations[`${prefix}${name}`] ?? "";

describe("cosign's layers by certificate", () => {
  it("hold with the certificate and the log's promise", async () => {
    const finding = await find(cosignLegacy, makeLayer());
    assert.deepEqual(codesOf(finding), [], JSON.stringify(finding.checks, null, 1));
    assert.deepEqual(
      finding.checks.map(({ name }) => name),
      ["format", "log", "certificate", "sct", "signature", "identity", "subject"],
    );
    assert.ok(finding.signer?.kind === "certificate");
    const { anchor: _, ...signer } = finding.signer;
    assert.deepEqual(signer, { kind: "certificate", ...workflow, claims: {} });
    assert.match(finding.checks[1]?.detail ?? "", /since 2026-06-01T12:00:00Z/);
  });

  it("hold with a timestamp beside the log's promise, or in its place where the log does not count", async () => {
    const both = await find(cosignLegacy, makeLayer({ stampedAt: signedAt }));
    assert.deepEqual(codesOf(both), []);
    assert.equal(both.checks[1]?.name, "timestamp");
    const stamped = makeLayer({ stampedAt: signedAt, loggedAt: undefined });
    assert.deepEqual(codesOf(await find(cosignLegacy, stamped, { trust: trustOf({ unchecked: ["log"] }) })), []);
    assert.deepEqual(codesOf(await find(cosignLegacy, stamped)), ["LOG_ENTRY_MISSING"]);
  });

  it("need no chain beside the certificate where the trust has it, and none that it brings is trusted", async () => {
    assert.deepEqual(codesOf(await find(cosignLegacy, annotated(makeLayer(), "chain", undefined))), []);
    const stranger = sigstoreInstance(signedAt);
    const forged = annotated(makeLayer({ by: stranger }), "bundle", undefined);
    const trust = trustOf({ unchecked: ["log"] });
    assert.deepEqual(codesOf(await find(cosignLegacy, forged, { trust, at: signedAt })), ["CERTIFICATE_UNTRUSTED"]);
  });

  it("tell a signature by certificate from one by key", async () => {
    const trust = makeTrust({ keys: [{ name: "key.pub", publicKey: publicKeyOf(generateKeyPairSync("ed25519").publicKey, "key.pub") }] });
    assert.deepEqual(codesOf(await find(cosignLegacy, makeLayer(), { trust })), ["KEY_MISMATCH"]);
  });

  it("are valid by a trusted key even with an invalid certificate beside them, and refused if altered", async () => {
    const layer = makeLayer();
    const key = { name: "signer.pem", publicKey: parsePublicKey(encodeUtf8(annotationOf(layer, "certificate")), "signer.pem") };
    for (const trust of [makeTrust({ keys: [key] }), makeTrust({ keys: [key], roots: trustOf().roots })]) {
      const finding = await find(cosignLegacy, layer, { trust });
      assert.deepEqual([codesOf(finding), finding.signer?.kind], [[], "key"]);
      const altered = {
        ...layer,
        bytes: encodeSimpleSigning({ kind: "signature", subject: subject.digest, annotations: { stage: "production" } }),
      };
      assert.ok(codesOf(await find(cosignLegacy, altered, { trust })).includes("SIGNATURE_INVALID"));
    }
    const copied = annotated(layer, "bundle", annotationOf(makeLayer(), "bundle"));
    assert.deepEqual(codesOf(await find(cosignLegacy, copied, { trust: makeTrust({ keys: [key], roots: trustOf().roots }) })), [
      "LOG_ENTRY_INVALID",
    ]);
  });

  it("refuse the inclusion promise of another signature, whatever its signer", async () => {
    for (const other of [makeLayer(), makeLayer({ by: instance, loggedAt: signedAt + 1000 })]) {
      const copied = annotated(makeLayer(), "bundle", annotationOf(other, "bundle"));
      assert.ok(codesOf(await find(cosignLegacy, copied)).includes("LOG_ENTRY_INVALID"));
    }
  });

  const spoilt: Readonly<Record<string, { readonly change: (layer: Layer) => Layer; readonly code: Code }>> = {
    "another payload": {
      change: (layer) => ({
        ...layer,
        bytes: encodeSimpleSigning({ kind: "signature", subject: subject.digest, annotations: { stage: "production" } }),
      }),
      code: "LOG_ENTRY_INVALID",
    },
    "another's certificate": {
      change: (layer) => annotated(layer, "certificate", annotationOf(makeLayer(), "certificate")),
      code: "LOG_ENTRY_INVALID",
    },
    "no certificate, so that a key is wanted": { change: (layer) => annotated(layer, "certificate", ""), code: "CERTIFICATE_REQUIRED" },
    "two certificates in place of one": {
      change: (layer) => annotated(layer, "certificate", annotationOf(layer, "certificate").repeat(2)),
      code: "MALFORMED_EVIDENCE",
    },
    "something else than a certificate": {
      change: (layer) => annotated(layer, "certificate", encodePem("PUBLIC KEY", Uint8Array.of(0x30, 0))),
      code: "MALFORMED_EVIDENCE",
    },
    "a chain of no certificates": {
      change: (layer) => annotated(layer, "chain", encodePem("CERTIFICATE", Uint8Array.of(0x30, 0))),
      code: "MALFORMED_EVIDENCE",
    },
    "a long chain": {
      change: (layer) => annotated(layer, "chain", annotationOf(layer, "certificate").repeat(11)),
      code: "LIMIT_EXCEEDED",
    },
    "no promise": { change: (layer) => annotated(layer, "bundle", undefined), code: "LOG_ENTRY_MISSING" },
    "a promise of another time": {
      change: (layer) => annotated(layer, "bundle", annotationOf(layer, "bundle").replace(/("integratedTime":\d+)\d/, "$19")),
      code: "LOG_ENTRY_INVALID",
    },
    "a promise that is no JSON": { change: (layer) => annotated(layer, "bundle", "{"), code: "MALFORMED_EVIDENCE" },
    "a timestamp over something else": {
      change: (layer) => annotated(layer, "rfc3161timestamp", cosignTimestamp(instance.stamp(encodeUtf8("something else")))),
      code: "TIMESTAMP_INVALID",
    },
    "a timestamp that is none": {
      change: (layer) => annotated(layer, "rfc3161timestamp", '{"SignedRFC3161Timestamp":"MAA="}'),
      code: "TIMESTAMP_INVALID",
    },
  };
  for (const [what, { change, code }] of Object.entries(spoilt)) {
    it(`refuse ${what}`, async () => {
      const finding = await find(cosignLegacy, change(makeLayer()));
      assert.ok(codesOf(finding).includes(code), JSON.stringify(finding.checks, null, 1));
      assert.ok(finding.match.fault);
    });
  }

  it("hold for attestations, whose timestamp is over the whole envelope", async () => {
    const payload = encodeSignStatement({ kind: "signature", subject: subject.digest, annotations: {} });
    const message = preAuthEncoding(statementPayloadType, payload);
    const { certificate, key } = instance.certify(workflow);
    const signature = sign("sha256", message, key.privateKey);
    const envelope = { payload: toBase64(payload), payloadType: statementPayloadType, signatures: [{ sig: toBase64(signature) }] };
    const bytes = encodeUtf8(JSON.stringify(envelope));
    const layer = (stamp: Uint8Array): Layer => ({
      mediaType: "application/vnd.dsse.envelope.v1+json",
      bytes,
      annotations: {
        [`${prefix}certificate`]: encodePem("CERTIFICATE", certificate),
        [`${prefix}bundle`]: cosignLogBundle(instance.log(1, message, signature, certificate)),
        [`${prefix}rfc3161timestamp`]: cosignTimestamp(stamp),
      },
    });
    const finding = await find(cosignLegacy, layer(instance.stamp(bytes)));
    assert.deepEqual(codesOf(finding), [], JSON.stringify(finding.checks, null, 1));
    assert.equal(finding.claim?.kind, "attestation");
    assert.deepEqual(codesOf(await find(cosignLegacy, layer(instance.stamp(signature)))), ["TIMESTAMP_INVALID"]);

    // What older cosign logged: the hash of the envelope.
    const logged = (of: Uint8Array): Layer => {
      const content = { hash: { algorithm: "sha256", value: digestOf(of).slice(7) } };
      const spec = { content, publicKey: toBase64(encodeUtf8(encodePem("CERTIFICATE", certificate))) };
      const entry = makeEntry(instance.logs.rekor1, {
        body: encodeUtf8(JSON.stringify({ apiVersion: "0.0.1", kind: "intoto", spec })),
        kindVersion: { kind: "intoto", version: "0.0.1" },
        integratedTime: signedAt / 1000,
      });
      return annotated(layer(instance.stamp(bytes)), "bundle", cosignLogBundle(entry));
    };
    assert.deepEqual(codesOf(await find(cosignLegacy, logged(bytes))), []);
    assert.equal(codesOf(await find(cosignLegacy, logged(payload)))[0], "LOG_ENTRY_INVALID");
  });
});

describe("cosign's layers by key with the log's promise", () => {
  const key = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const publicKey = publicKeyOf(key.publicKey, "key.pub");
  const bytes = encodeSimpleSigning({ kind: "signature", subject: subject.digest, annotations: {} });
  const signature = sign("sha256", bytes, key.privateKey);
  const layer = (of: Uint8Array): Layer => {
    const body = hashedrekord(1, bytes, of, publicKey);
    const kindVersion = { kind: "hashedrekord", version: "0.0.1" };
    const entry = makeEntry(instance.logs.rekor1, { body, kindVersion, integratedTime: signedAt / 1000 });
    return {
      mediaType: payloadMediaType,
      bytes,
      annotations: {
        "dev.cosignproject.cosign/signature": toBase64(signature),
        [`${prefix}bundle`]: cosignLogBundle(entry),
      },
    };
  };
  const { roots } = trustOf();
  const trust = makeTrust({ keys: [{ name: "key.pub", publicKey }], roots });

  it("report the log if it is trusted, and do not need it", async () => {
    const finding = await find(cosignLegacy, layer(signature), { trust });
    assert.deepEqual(codesOf(finding), []);
    assert.deepEqual(
      finding.checks.map(({ name }) => name),
      ["format", "log", "signature", "subject"],
    );
    const alone = await find(cosignLegacy, layer(signature), { trust: makeTrust({ keys: [{ name: "key.pub", publicKey }] }) });
    assert.deepEqual(
      alone.checks.map(({ name, outcome }) => `${name} ${outcome}`),
      ["format passed", "signature passed", "subject passed"],
    );
  });

  it("refuse a trusted log's entry for another signature", async () => {
    const finding = await find(cosignLegacy, layer(sign("sha256", bytes, key.privateKey)), { trust });
    assert.deepEqual(codesOf(finding), ["LOG_ENTRY_INVALID"]);
  });

  it("refuse a promise made after the time of verification", async () => {
    assert.deepEqual(codesOf(await find(cosignLegacy, layer(signature), { trust, at: signedAt - 3_600_000 })), ["TIMESTAMP_INVALID"]);
  });
});
