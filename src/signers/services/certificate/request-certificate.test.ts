import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { suite, test, type TestContext } from "node:test";
import { testTime } from "../../../../test/fakes/clock.ts";
import { fulcioFake, issuer, refuse, tokenOf, type FulcioOptions } from "../../../../test/fakes/fulcio.ts";
import type { Script, ScriptedServer } from "../../../../test/fakes/scripted-registry.ts";
import { equalBytes } from "../../../core/bytes.ts";
import { TouchmarkError } from "../../../core/errors.ts";
import { encodePem } from "../../../core/asn1/pem.ts";
import { publicKeyOf } from "../../../core/keys/public-key.ts";
import type { Certificate } from "../../../core/x509/certificate.ts";
import { certificateIdentity } from "../../../core/x509/certificate-identity.ts";
import { extensions, makeDer } from "../../../core/x509/fixture.test.ts";
import type { TrustedRoot } from "../../../trust/trusted-root.ts";
import type { ServiceClient } from "../ask.ts";
import { client, serve } from "../fixture.test.ts";
import { requestCertificate, type CertificateRequest } from "./request-certificate.ts";

const email = "someone@example.com";
const pair = () => generateKeyPairSync("ec", { namedCurve: "P-256" });
const pem = (keys: ReturnType<typeof pair>) => keys.publicKey.export({ format: "pem", type: "spki" });
const minutes = 60_000;
const chainOf = (...certificates: readonly unknown[]) => JSON.stringify({ signedCertificateEmbeddedSct: { chain: { certificates } } });

interface Authority {
  readonly server: ScriptedServer;
  readonly root: TrustedRoot;
  readonly request: (more?: Partial<CertificateRequest>, asking?: Partial<ServiceClient>) => Promise<Certificate>;
}

async function authority(t: TestContext, options: FulcioOptions = {}, instead: Script = {}): Promise<Authority> {
  const fake = await fulcioFake(options);
  const server = await serve(t, fake, instead);
  const root = { ...fake.trusted, logs: [], timestampAuthorities: [] };
  const usual = { service: server.origin, token: tokenOf(email), challenge: email, root };
  return {
    server,
    root,
    request: async (more = {}, asking = {}) => requestCertificate({ ...usual, privateKey: pair().privateKey, ...more }, client(asking)),
  };
}

suite("a short-lived certificate", () => {
  test("is for our key and the token's identity", async (t) => {
    const { server, request } = await authority(t);
    const { privateKey } = pair();
    const certificate = await request({ privateKey, identity: { subjectAlternativeName: email, issuer } });
    assert.ok(equalBytes(certificate.spki, publicKeyOf(privateKey, "key").spki));
    assert.equal(certificateIdentity(certificate).subjectAlternativeName, email);
    assert.deepEqual(server.lines, ["POST /api/v2/signingCert"]);
  });

  test("is requested by version 1 of the API if version 2 is not supported", async (t) => {
    const { server, request } = await authority(t, {}, { "POST /api/v2/signingCert": refuse(404, "Not Found") });
    assert.equal(certificateIdentity(await request()).subjectAlternativeName, email);
    assert.deepEqual(server.lines, ["POST /api/v2/signingCert", "POST /api/v1/signingCert"]);
  });

  test("is not mixed up between two concurrent requests", async (t) => {
    const { request } = await authority(t);
    const [first, second] = [pair(), pair()];
    const other = { token: tokenOf("other@example.com"), challenge: "other@example.com" };
    const [one, two] = await Promise.all([request({ privateKey: first.privateKey }), request({ ...other, privateKey: second.privateKey })]);
    assert.ok(equalBytes(one.spki, publicKeyOf(first.publicKey, "key").spki));
    assert.ok(equalBytes(two.spki, publicKeyOf(second.publicKey, "key").spki));
    assert.equal(certificateIdentity(two).subjectAlternativeName, "other@example.com");
  });

  for (const version of [2, 1]) {
    const only = version === 2 ? {} : { "POST /api/v2/signingCert": refuse(404, "Not Found") };

    test(`is refused for another key (version ${version})`, async (t) => {
      const { request } = await authority(t, { mishear: (asked) => ({ ...asked, publicKey: pem(pair()) }) }, only);
      await assert.rejects(request(), { code: "CERTIFICATE_INVALID", message: /for another key than ours/ });
    });

    test(`is refused for another identity (version ${version})`, async (t) => {
      const { request } = await authority(t, { mishear: (asked) => ({ ...asked, token: tokenOf("mallory@example.com") }) }, only);
      const identity = { subjectAlternativeName: email };
      await assert.rejects(request({ identity }), {
        code: "IDENTITY_MISMATCH",
        message: /"mallory@example\.com", expected "someone@example\.com"/,
      });
    });
  }

  test("is refused for another issuer of the token", async (t) => {
    const { request } = await authority(t);
    const identity = { issuer: "https://elsewhere.example" };
    await assert.rejects(request({ identity }), { code: "IDENTITY_MISMATCH", message: /a token of "https:\/\/issuer\.example", expected/ });
  });

  for (const [what, names] of [
    ["no name", []],
    ["two names", [extensions.uri("https://one.example", "https://two.example")]],
    ["an empty name", [extensions.uri("")]],
  ] as const) {
    test(`is refused with ${what}`, async (t) => {
      const keys = pair();
      const nameless = encodePem("CERTIFICATE", makeDer({ key: keys, extensions: names }));
      const { request } = await authority(t, {}, { "POST /api/v2/signingCert": { body: chainOf(nameless) } });
      await assert.rejects(request({ privateKey: keys.privateKey }), { code: "CERTIFICATE_INVALID", message: /subject alternative name/ });
    });
  }

  test("is refused from an untrusted authority", async (t) => {
    const { request, root } = await authority(t);
    const { trusted } = await fulcioFake();
    const other = { ...root, certificateAuthorities: trusted.certificateAuthorities };
    await assert.rejects(request({ root: other }), { code: "CERTIFICATE_UNTRUSTED", message: /cannot be used/ });
  });

  test("requires an SCT of a trusted certificate log, if any is trusted", async (t) => {
    const { request, root } = await authority(t);
    const { trusted } = await fulcioFake();
    await assert.rejects(request({ root: { ...root, certificateLogs: trusted.certificateLogs } }), {
      code: "SCT_INVALID",
      message: /not trusted/,
    });
    await request({ root: { ...root, certificateLogs: [] } });
  });

  test("is refused if its validity does not match our clock, within a tolerance", async (t) => {
    const { request } = await authority(t);
    await request({}, { clock: () => testTime - 4 * minutes });
    await request({}, { clock: () => testTime + 14 * minutes });
    for (const off of [-6, 16]) {
      const clock = () => testTime + off * minutes;
      await assert.rejects(request({}, { clock }), { code: "CERTIFICATE_INVALID", message: /valid from .* to .*, and here it is / });
    }
  });

  test("is not issued without the proof of possession of the key", async (t) => {
    const { request } = await authority(t);
    await assert.rejects(request({ challenge: "other@example.com" }), {
      code: "SERVICE_REFUSED",
      message: /status 400 \(The signature supplied/,
    });
  });

  test("is not issued for a refused token; the token is not in the error", async (t) => {
    const token = tokenOf(email);
    for (const answer of [refuse(401, `expired: ${token}`), refuse(400, `There was an error processing the identity token ${token}`)]) {
      const { request } = await authority(t, {}, { "POST /api/v2/signingCert": answer });
      await assert.rejects(request({ token }), (error: unknown) => {
        assert.ok(error instanceof TouchmarkError);
        assert.equal(error.code, "IDENTITY_TOKEN_INVALID");
        assert.match(error.message, /…/);
        for (const part of token.split(".")) assert.ok(!error.message.includes(part.slice(0, 20)), error.message);
        return true;
      });
    }
  });

  test("is not waited for without limit if the authority is busy", async (t) => {
    const { request, server } = await authority(t, {}, { "POST /api/v2/signingCert": refuse(503, "later") });
    await assert.rejects(request(), { code: "SERVICE_UNAVAILABLE", message: /cannot issue a certificate now/ });
    assert.equal(server.seen.length, 4);
  });

  const block = (bytes: string) => `-----BEGIN CERTIFICATE-----\n${Buffer.from(bytes).toString("base64")}\n-----END CERTIFICATE-----\n`;
  for (const [what, body, code, message] of [
    ["no JSON", "<html>", "MALFORMED", /not JSON/],
    ["neither form of answer", "{}", "MALFORMED", /signedCertificateDetachedSct/],
    ["no certificate", chainOf(), "MALFORMED", /holds no certificate/],
    ["something else than PEM", chainOf(7), "MALFORMED", /holds no certificate/],
    ["a key", chainOf(pem(pair())), "MALFORMED", /holds no certificate/],
    ["bytes that are no certificate", chainOf(block("x")), "MALFORMED", /not DER/],
    ["a chain without end", chainOf(...Array.from({ length: 11 }, () => block("x"))), "LIMIT_EXCEEDED", /11 entries/],
    ["a chain without end in one text", chainOf(block("x").repeat(11)), "LIMIT_EXCEEDED", /more than 10/],
    ["more than it can be", chainOf(" ".repeat(300_000)), "LIMIT_EXCEEDED", /longer than/],
  ] as const) {
    test(`is not found in a response with ${what}`, async (t) => {
      const { request } = await authority(t, {}, { "POST /api/v2/signingCert": { body } });
      await assert.rejects(request(), { code, message });
    });
  }
});
