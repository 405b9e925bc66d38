import assert from "node:assert/strict";
import { generateKeyPairSync, sign } from "node:crypto";
import { readFileSync } from "node:fs";
import { suite, test } from "node:test";
import { corpusPath } from "../../test/fakes/corpora.ts";
import { encodeDer, tags } from "../core/asn1/der.ts";
import { digestOf, hexOf } from "../core/digest.ts";
import { publicKeyOf } from "../core/keys/public-key.ts";
import { parseCertificate, type Certificate } from "../core/x509/certificate.ts";
import { extension, extensions, makeCertificate, makeKey, octetString, oids, type KeyPair, type Shape } from "../core/x509/fixture.test.ts";
import { recorded, recordedSkip } from "../core/x509/recorded.test.ts";
import { parseTrustedRoot } from "../trust/parse-trusted-root.ts";
import type { LogAuthority } from "../trust/trusted-root.ts";
import { verifyScts, type SctRequest } from "./sct.ts";

const loggedAt = Date.UTC(2026, 5, 1);
const keys = { root: makeKey(), log: makeKey(), second: makeKey() };
const issuer = makeCertificate({ subject: "root", key: keys.root });

function logOf(pair: KeyPair, name: string, more: Partial<LogAuthority> = {}): LogAuthority {
  const publicKey = publicKeyOf(pair.publicKey, name);
  return { name, id: publicKey.fingerprint, operator: name, publicKey, validFor: { start: 0 }, ...more };
}
const log = logOf(keys.log, "https://log.example");
const second = logOf(keys.second, "https://second.example");

const number = (value: number, length: number) => {
  const bytes = Buffer.alloc(length);
  bytes.writeUIntBE(value, 0, length);
  return bytes;
};
const vector = (bytes: Uint8Array) => Buffer.concat([number(bytes.length, 2), bytes]);

interface Seal {
  readonly by?: KeyPair;
  readonly at?: number;
  readonly version?: number;
  readonly algorithm?: readonly [number, number];
  readonly issuer?: Certificate;
  readonly extensions?: Uint8Array;
}

/** An SCT over the precertificate, made by the definitions of RFC 6962. */
function makeSct(before: Certificate, { by = keys.log, at = loggedAt, version = 0, algorithm = [4, 3], ...more }: Seal): Uint8Array {
  const { issuer: signedIssuer = issuer, extensions: carried = new Uint8Array() } = more;
  const timestamp = Buffer.concat([Buffer.alloc(2), number(at, 6)]);
  const keyHash = Buffer.from(hexOf(digestOf(signedIssuer.spki)), "hex");
  const tbs = before.tbs.raw;
  const signed = [Uint8Array.of(0, 0), timestamp, Uint8Array.of(0, 1), keyHash, number(tbs.length, 3), tbs, vector(carried)];
  const id = Buffer.from(publicKeyOf(by.publicKey, "log").fingerprint, "hex");
  const signature = sign("sha256", Buffer.concat(signed), by.privateKey);
  return Buffer.concat([Uint8Array.of(version), id, timestamp, vector(carried), Uint8Array.from(algorithm), vector(signature)]);
}

const shape: Shape = {
  issuer: "root",
  signedBy: keys.root.privateKey,
  extensions: [extensions.digitalSignature, extensions.usage([oids.codeSigning])],
};
const having = (list: Uint8Array, base: Shape = shape) => {
  const [first = list, ...rest] = base.extensions ?? [];
  const withSct = extension("1.3.6.1.4.1.11129.2.4.2", list);
  return makeCertificate({ ...base, extensions: base.extensions ? [first, withSct, ...rest] : [withSct] });
};
const listOf = (...scts: readonly Uint8Array[]) => octetString(vector(Buffer.concat(scts.map(vector))));
const certificateWithSct = (...material: readonly Seal[]) => having(listOf(...material.map((one) => makeSct(makeCertificate(shape), one))));
const verify = (certificate: Certificate, more: Partial<SctRequest> = {}) =>
  verifyScts({ certificate, issuer, logs: [log, second], ...more });

async function refuses(result: ReturnType<typeof verify>, detail: RegExp, code = "SCT_INVALID"): Promise<void> {
  const { check } = await result;
  assert.ok(check.outcome !== "passed", check.detail);
  assert.equal(check.code, code);
  assert.equal(check.outcome, code === "SCT_INVALID" ? "failed" : "undecided");
  assert.match(check.detail, detail);
}

suite("signed certificate timestamps", () => {
  test("one of a trusted log verifies that the log has the certificate", async () => {
    const result = await verify(certificateWithSct({}));
    assert.ok("value" in result);
    assert.deepEqual(result.value, [{ log, at: loggedAt }]);
    assert.equal(result.check.detail, "logged by https://log.example at 2026-06-01T00:00:00Z");
  });

  test("its extensions are part of the signature", async () => {
    assert.equal((await verify(certificateWithSct({ extensions: Uint8Array.of(1, 2, 3) }))).check.outcome, "passed");
  });

  test("an RSA log verifies too", async () => {
    const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const certificate = certificateWithSct({ by: rsa, algorithm: [4, 1] });
    assert.equal((await verify(certificate, { logs: [logOf(rsa, "rsa")] })).check.outcome, "passed");
    await refuses(verify(certificateWithSct({ by: rsa, algorithm: [4, 3] }), { logs: [logOf(rsa, "rsa")] }), /algorithm 4\/3/);
  });

  test("a certificate with no other extension is signed without extensions", async () => {
    const bare = { issuer: "root", signedBy: keys.root.privateKey };
    assert.equal((await verify(having(listOf(makeSct(makeCertificate(bare), {})), bare))).check.outcome, "passed");
  });

  test("an invalid one, or one of an untrusted log, does not affect a valid one", async () => {
    const certificate = certificateWithSct({ by: makeKey() }, { by: keys.second, issuer: makeCertificate({}) }, {});
    assert.equal((await verify(certificate)).check.outcome, "passed");
  });

  test("one of another certificate, or of another issuer, does not verify", async () => {
    const other = makeCertificate({ ...shape, subject: "other" });
    await refuses(verify(having(listOf(makeSct(other, {})))), /of https:\/\/log\.example does not verify/);
    await refuses(verify(certificateWithSct({}), { issuer: makeCertificate({ key: makeKey() }) }), /does not verify/);
  });

  test("a log counts only within its period of trust", async () => {
    for (const validFor of [{ start: loggedAt + 1 }, { start: 0, end: loggedAt - 1 }]) {
      await refuses(verify(certificateWithSct({}), { logs: [{ ...log, validFor }] }), /not trusted for 2026-06-01/);
    }
    assert.equal(
      (await verify(certificateWithSct({}), { logs: [{ ...log, validFor: { start: loggedAt, end: loggedAt } }] })).check.outcome,
      "passed",
    );
  });

  test("an untrusted log does not count", async () => {
    await refuses(verify(certificateWithSct({}), { logs: [] }), /the log [0-9a-f]{64} is not trusted/);
    await refuses(verify(certificateWithSct({}), { logs: [{ ...second, id: log.id }] }), /does not verify/);
  });

  test("each operator counts once, however many logs or timestamps it has", async () => {
    const twice = certificateWithSct({}, { at: loggedAt + 1 });
    const both = certificateWithSct({}, { by: keys.second });
    await refuses(verify(twice, { threshold: 2 }), /timestamps of 1 log operator, expected 2/);
    await refuses(
      verify(both, { threshold: 2, logs: [log, { ...second, operator: log.operator }] }),
      /timestamps of 1 log operator, expected 2/,
    );
    const result = await verify(both, { threshold: 2 });
    assert.ok("value" in result && result.value.length === 2);
  });

  test("a threshold of zero counts as one", async () => {
    await refuses(verify(certificateWithSct(), { threshold: 0 }), /empty/);
  });

  test("a certificate without timestamps fails", async () => {
    await refuses(verify(makeCertificate(shape)), /holds no timestamp/);
    await refuses(verify(having(listOf())), /empty/);
  });

  test("algorithms that logs may not use do not verify", async () => {
    for (const algorithm of [
      [2, 3],
      [4, 1],
      [0, 0],
      [6, 3],
    ] as const)
      await refuses(verify(certificateWithSct({ algorithm })), /algorithm \d\/\d/);
  });

  test("malformed lists are refused, and long ones not read", async () => {
    const good = makeSct(makeCertificate(shape), {});
    await refuses(verify(certificateWithSct({ version: 1 })), /version 2/);
    await refuses(verify(having(Uint8Array.of(1))), /not DER/);
    await refuses(verify(having(encodeDer(tags.sequence))), /tag 0x30/);
    await refuses(verify(having(octetString(Uint8Array.of(0)))), /cut off/);
    await refuses(verify(having(octetString(vector(vector(good)), Uint8Array.of(0)))), /1 byte too many/);
    await refuses(verify(having(listOf(Buffer.concat([good, Uint8Array.of(0)])))), /1 byte too many/);
    await refuses(verify(having(listOf(good.subarray(0, -1)))), /cut off/);
    await refuses(
      verify(having(listOf(Buffer.concat([good.subarray(0, 33), Buffer.alloc(8, 0xff), good.subarray(41)])))),
      /does not exist/,
    );
    await refuses(verify(having(listOf(...Array.from({ length: 33 }, () => good)))), /more than 32/, "LIMIT_EXCEEDED");
  });

  test("verifies for certificates of the public instance", async (t) => {
    const certificates = recorded("happy-path-*");
    if (!certificates) return t.skip(String(recordedSkip));
    const root = parseTrustedRoot(readFileSync(corpusPath("sigstore-root-targets/trusted_root.json")), "trusted root");
    const all = certificates.map((der) => parseCertificate(der));
    const leaves = all.filter(({ subject }) => subject.text === "");
    assert.ok(leaves.length > 2);
    for (const certificate of leaves) {
      const above = all.find(({ subject }) => subject.text === certificate.issuer.text);
      assert.ok(above);
      const result = await verifyScts({ certificate, issuer: above, logs: root.certificateLogs });
      assert.ok("value" in result, result.check.detail);
      assert.ok(Math.abs((result.value[0]?.at ?? 0) - certificate.notBefore) < 60_000);
    }
  });
});
