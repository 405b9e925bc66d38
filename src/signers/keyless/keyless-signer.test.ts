import assert from "node:assert/strict";
import { suite, test, type TestContext } from "node:test";
import { testTime } from "../../../test/fakes/clock.ts";
import { refuse, tokenOf } from "../../../test/fakes/fulcio.ts";
import { handlerOf } from "../../../test/fakes/scripted-registry.ts";
import { signingServices, type SigningServices } from "../../../test/fakes/signing-services.ts";
import { encodeUtf8 } from "../../core/bytes.ts";
import { TouchmarkError } from "../../core/errors.ts";
import type { Instant } from "../../core/instant.ts";
import { createHttpClient } from "../../net/http-client.ts";
import { parseSigningConfig } from "../../trust/parse-signing-config.ts";
import { parseTrustedRoot } from "../../trust/parse-trusted-root.ts";
import { selectServices } from "../../trust/select-services.ts";
import { IdentityToken } from "./identity/identity-token.ts";
import { keylessSigner, type KeylessOptions, type KeylessSigner } from "./keyless-signer.ts";

const { signal } = new AbortController();
const line = "POST /api/v2/signingCert";
const minutes = 60_000;

interface Setting {
  readonly services: SigningServices;
  readonly signer: KeylessSigner;
  /** Certificates that were requested. */
  readonly asked: () => number;
  now: Instant;
}

async function setting(t: TestContext, change: Partial<KeylessOptions> = {}): Promise<Setting> {
  const clock = (): Instant => at.now;
  const services = await signingServices(t, { clock: () => testTime });
  const chosen = selectServices(parseSigningConfig(encodeUtf8(services.signingConfig), "config"), testTime);
  const root = parseTrustedRoot(encodeUtf8(services.trustedRoot), "root");
  const signer = keylessSigner({
    token: async () => token("someone@example.com"),
    services: async () => chosen,
    root: async () => root,
    consent: async () => undefined,
    http: createHttpClient({ sleep: async () => {} }),
    clock,
    ...change,
  });
  const asked = (): number => services.authority.lines.filter((one) => one === line).length;
  const at: Setting = { services, signer, asked, now: testTime };
  return at;
}

function token(email: string): IdentityToken {
  return new IdentityToken(tokenOf(email, { exp: testTime / 1000 + 3600, email_verified: true }), "the test");
}

const claim = { kind: "signature", subject: `sha256:${"0".repeat(64)}`, annotations: {} } as const;

function sign(signer: KeylessSigner, text: string) {
  const message = encodeUtf8(text);
  return signer.sign({ bytes: message, content: { kind: "message", message }, claim }, signal);
}

suite("a keyless signer", () => {
  test("uses one certificate for all signatures, also concurrent ones", async (t) => {
    const { signer, asked } = await setting(t);
    await Promise.all([sign(signer, "one"), sign(signer, "two")]);
    await sign(signer, "three");
    assert.equal(asked(), 1);
  });

  test("does not memoise a failure: the next signature sends a new request", async (t) => {
    const { signer, services, asked } = await setting(t);
    const usual = handlerOf(services.authorityScript, line);
    services.authority.on({ [line]: refuse(400, "There was an error processing the identity token") });
    await assert.rejects(sign(signer, "one"), { code: "IDENTITY_TOKEN_INVALID" });
    services.authority.on({ [line]: usual });
    await sign(signer, "one");
    assert.equal(asked(), 2);
  });

  test("replaces a certificate that expires soon, for the same key", async (t) => {
    const at = await setting(t);
    const first = await at.signer.certify(signal);
    at.now = first.notAfter - 2 * minutes;
    assert.equal(await at.signer.certify(signal), first);
    at.now = first.notAfter - minutes;
    const second = await at.signer.certify(signal);
    assert.notEqual(second, first);
    assert.deepEqual(second.spki, first.spki);
    assert.equal(at.asked(), 2);
  });

  test("asks for consent once for each identity, and again after a refusal", async (t) => {
    const consented: string[] = [];
    let [email, isRefused] = ["one@example.com", true];
    const at = await setting(t, {
      token: async () => token(email),
      consent: async (who) => {
        if (isRefused) throw new TouchmarkError("CONSENT_REQUIRED", "no");
        consented.push(who.challenge);
      },
    });
    await assert.rejects(at.signer.certify(signal), { code: "CONSENT_REQUIRED" });
    assert.equal(at.asked(), 0);
    isRefused = false;
    const { notAfter } = await at.signer.certify(signal);
    at.now = notAfter;
    await at.signer.certify(signal);
    assert.deepEqual(consented, ["one@example.com"]);
    email = "two@example.com";
    await at.signer.certify(signal);
    assert.deepEqual(consented, ["one@example.com", "two@example.com"]);
  });
});
