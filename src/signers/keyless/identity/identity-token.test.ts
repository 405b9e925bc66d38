import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";
import * as fc from "fast-check";
import { testTime } from "../../../../test/fakes/clock.ts";
import { mintToken } from "../../../../test/fakes/identity-provider.ts";
import { readsOrRefuses } from "../../../../test/reads-or-refuses.ts";
import { TouchmarkError } from "../../../core/errors.ts";
import { checkIdentityToken, IdentityToken } from "./identity-token.ts";

const now = testTime;
const seconds = Math.floor(now / 1000);

function invalid(message: RegExp): (error: unknown) => boolean {
  return (error) => error instanceof TouchmarkError && error.code === "IDENTITY_TOKEN_INVALID" && message.test(error.message);
}

test("a token states its subject, issuer, audience and expiry", () => {
  const text = mintToken({ aud: ["other", "sigstore"], exp: seconds + 300, nbf: seconds });
  const token = new IdentityToken(` ${text}\n`, "a test");
  assert.equal(token.reveal(), text);
  assert.deepEqual([token.issuer, token.subject, token.audience], ["https://issuer.example", "alice", ["other", "sigstore"]]);
  assert.deepEqual([token.notBefore, token.expires], [seconds * 1000, (seconds + 300) * 1000]);
  checkIdentityToken(token, "sigstore", now);
});

test("the challenge is the subject, or the e-mail address that the issuer verified", () => {
  const challenge = (claims: Record<string, unknown>): string => new IdentityToken(mintToken(claims), "a test").challenge;
  assert.equal(challenge({}), "alice");
  assert.equal(challenge({ email: "a@example.com" }), "alice");
  assert.equal(challenge({ email: "a@example.com", email_verified: false }), "alice");
  assert.equal(challenge({ email: "a@example.com", email_verified: true }), "a@example.com");
  assert.equal(challenge({ email: "a@example.com", email_verified: "true" }), "a@example.com");
  assert.equal(challenge({ email_verified: true }), "alice");
});

test("no way of printing it shows the token", () => {
  const text = mintToken();
  const token = new IdentityToken(text, "a test");
  const prints = [inspect(token, { depth: 9, showHidden: true }), JSON.stringify(token), inspect(Object.assign({}, token))];
  const [, payload = "", signature = ""] = text.split(".");
  for (const print of prints) {
    assert.ok(!print.includes(signature), print);
    assert.ok(!print.includes(payload), print);
  }
});

const [header = "", payload = "", signature = ""] = mintToken().split(".");
const encode = (text: string): string => Buffer.from(text).toString("base64url");

const notTokens: readonly (readonly [what: string, text: string, message: RegExp])[] = [
  ["nothing", "", /three parts/],
  ["two parts", `${header}.${payload}`, /three parts .* found 2/],
  ["four parts", `${header}.${payload}.${signature}.`, /three parts .* found 4/],
  ["no signature", `${header}.${payload}.`, /no signature/],
  ["base64 with padding", `${header}.${payload}.AA==`, /signature is not base64url/],
  ["loose bits", `${header}.${payload}.AB`, /signature is not base64url/],
  ["a header that is no JSON", `${encode("x")}.${payload}.${signature}`, /header is not JSON/],
  ["a list for a payload", `${header}.${encode("[]")}.${signature}`, /payload is not an object/],
  ["a claim twice", `${header}.${encode('{"sub":"a","sub":"b"}')}.${signature}`, /"sub" twice/],
  ["a deep payload", `${header}.${encode(`{"a":${"[".repeat(50)}`)}.${signature}`, /nested deeper/],
  ["a text that is too long", mintToken({ sub: "a".repeat(20_000) }), /over the limit/],
  ["no issuer", mintToken({ iss: undefined }), /iss is missing/],
  ["no subject", mintToken({ sub: undefined }), /sub is missing/],
  ["a subject that is not text", mintToken({ sub: 1 }), /sub is not a string/],
  ["no expiry", mintToken({ exp: undefined }), /exp is missing/],
  ["an expiry out of range", mintToken({ exp: 1e15 }), /exp is not a time/],
  ["an expiry as text", mintToken({ exp: "tomorrow" }), /exp is not a whole number/],
  ["an audience of numbers", mintToken({ aud: [1] }), /aud is not a list of strings/],
  ["an audience of too many", mintToken({ aud: Array.from({ length: 21 }, () => "a") }), /over the limit/],
];

for (const [what, text, message] of notTokens) {
  test(`${what} is not a token, and is not in the error`, () => {
    assert.throws(
      () => new IdentityToken(text, "a test"),
      (error: Error) => invalid(message)(error) && !(text.length > 4 && inspect(error).includes(text.slice(-40))),
    );
  });
}

const notForNow: readonly (readonly [what: string, claims: Record<string, unknown>, message: RegExp])[] = [
  ["for another audience", { aud: "https://github.com/owner" }, /the audience "https:\/\/github.com\/owner"; expected "sigstore"/],
  ["for an audience that only contains ours", { aud: "sigstore2" }, /expected "sigstore"/],
  ["without an audience", { aud: undefined }, /the audience none/],
  ["that has expired", { exp: seconds - 62 }, /valid until .*; here it is /],
  ["that is not valid yet", { nbf: seconds + 63 }, /is valid from .*; here it is /],
];

for (const [what, claims, message] of notForNow) {
  test(`a token ${what} is refused`, () => {
    assert.throws(() => checkIdentityToken(new IdentityToken(mintToken(claims), "a test"), "sigstore", now), invalid(message));
  });
}

test("a clock may differ by a minute", () => {
  const token = new IdentityToken(mintToken({ exp: seconds - 55, nbf: seconds + 55 }), "a test");
  checkIdentityToken(token, "sigstore", seconds * 1000);
});

test("any text is parsed or refused, and a parsed token is returned unchanged", () => {
  const part = fc.oneof(
    fc.json().map(encode),
    fc.base64String().map((text) => text.replaceAll("=", "")),
    fc.constantFrom(header, payload, signature),
  );
  const texts = fc.oneof(
    fc.string(),
    fc.array(part, { minLength: 2, maxLength: 4 }).map((parts) => parts.join(".")),
  );
  fc.assert(
    fc.property(texts, (text) => {
      readsOrRefuses(() => assert.equal(new IdentityToken(text, "a test").reveal(), text.trim()), "IDENTITY_TOKEN_INVALID");
    }),
  );
});
