import assert from "node:assert/strict";
import { request } from "node:http";
import { test } from "node:test";
import { testClock } from "../../../../../test/fakes/clock.ts";
import { type Bends, identityProvider, type IdentityProvider, mintToken } from "../../../../../test/fakes/identity-provider.ts";
import { scriptedServer } from "../../../../../test/fakes/scripted-registry.ts";
import type { Code } from "../../../../core/errors.ts";
import { createHttpClient } from "../../../../net/http-client.ts";
import type { IdentityToken } from "../identity-token.ts";
import { obtainIdentityToken, type IdentityOptions } from "../obtain.ts";
import { browserSignIn, type BrowserSignIn } from "./browser.ts";

const http = createHttpClient({ sleep: async () => {} });

type Changes = Partial<BrowserSignIn> & Partial<Pick<IdentityOptions, "signal" | "audience">>;

function signIn({ issuer, visit }: IdentityProvider, changes: Changes = {}): Promise<IdentityToken> {
  const { signal = AbortSignal.timeout(10_000), audience = "sigstore", ...options } = changes;
  const provider = browserSignIn({ issuer, open: visit, say: () => {}, ...options });
  return obtainIdentityToken({ providers: [provider], env: {}, http, audience, now: testClock, signal });
}

test("a user signs in, and the listener is closed afterwards", async (t) => {
  const issuer = await identityProvider(t);
  const said: string[] = [];
  const pages: Promise<string>[] = [];
  let back = "";
  const token = await signIn(issuer, {
    say: (text) => said.push(text),
    open: (page) => {
      back = page.searchParams.get("redirect_uri") ?? "";
      assert.ok(said.join("").includes(page.href), "the page is named for those whose browser does not open");
      pages.push(issuer.visit(page));
    },
  });
  assert.deepEqual([token.issuer, token.challenge], [issuer.issuer, "alice@example.com"]);
  const [page = ""] = await Promise.all(pages);
  assert.match(page, /Signed in/);
  await assert.rejects(fetch(back), "nobody listens there any more");
});

test("each sign-in has its own state, nonce and verifier", async (t) => {
  const issuer = await identityProvider(t);
  const seen = new Set<string>();
  const open = (page: URL): Promise<string> => {
    for (const name of ["state", "nonce", "code_challenge"]) seen.add(page.searchParams.get(name) ?? "");
    return issuer.visit(page);
  };
  await signIn(issuer, { open });
  await signIn(issuer, { open });
  assert.equal(seen.size, 6);
});

const other = "https://issuer.example";
const failures: readonly (readonly [what: string, bends: Bends, code: Code, message: RegExp])[] = [
  [
    "a user who refuses",
    { callback: ({ state = "" }) => ({ state, error: "access_denied" }) },
    "SIGN_IN_FAILED",
    /refuses the sign-in: access_denied$/,
  ],
  [
    "an error with words",
    { callback: ({ state = "" }) => ({ state, error: "server_error", error_description: `down\nfor ${"x".repeat(40)} now` }) },
    "SIGN_IN_FAILED",
    /server_error: down for … now$/,
  ],
  ["no code", { callback: ({ state = "" }) => ({ state }) }, "SIGN_IN_FAILED", /without a code/],
  [
    "another issuer's answer",
    { callback: (right) => ({ ...right, iss: other }) },
    "SIGN_IN_FAILED",
    /answered by https:\/\/issuer.example/,
  ],
  ["a code of its own making", { callback: (right) => ({ ...right, code: "guess" }) }, "SIGN_IN_FAILED", /invalid_grant/],
  ["a token for another sign-in", { claims: { nonce: "other" } }, "SIGN_IN_FAILED", /its nonce differs/],
  ["a token without nonce", { claims: { nonce: undefined } }, "SIGN_IN_FAILED", /its nonce differs/],
  ["a token of another issuer", { claims: { iss: other } }, "SIGN_IN_FAILED", /another issuer made/],
  ["a token for another client", { claims: { aud: "other" } }, "IDENTITY_TOKEN_INVALID", /the audience "other"/],
  ["an expired token", { claims: { exp: 1_700_000_000 } }, "IDENTITY_TOKEN_INVALID", /valid until 2023/],
  ["no identity token", { token: () => ({ body: '{"access_token":"a"}' }) }, "SIGN_IN_FAILED", /gives no identity token/],
  ["an invalid token", { token: () => ({ body: '{"id_token":"a.b.c"}' }) }, "IDENTITY_TOKEN_INVALID", /not an identity token/],
  ["a response that is not JSON", { token: () => ({ body: "<html>" }) }, "MALFORMED", /is not JSON/],
  ["a proxy's error page", { token: () => ({ status: 503, body: "<html>" }) }, "UNREACHABLE", /answers 503 to the sign-in/],
  ["a response that is too long", { token: () => ({ body: " ".repeat(70_000) }) }, "LIMIT_EXCEEDED", /longer than/],
  ["metadata of another issuer", { configuration: (right) => ({ ...right, issuer: other }) }, "MALFORMED", /for another issuer/],
  ["no authorization endpoint", { configuration: (right) => ({ ...right, authorization_endpoint: undefined }) }, "UNSUPPORTED", /no page/],
  ["no token endpoint", { configuration: (right) => ({ ...right, token_endpoint: undefined }) }, "MALFORMED", /token_endpoint is missing/],
  [
    "a plain HTTP endpoint on another host",
    { configuration: (right) => ({ ...right, token_endpoint: "http://elsewhere.example/token" }) },
    "MALFORMED",
    /token_endpoint is not an https URL/,
  ],
  [
    "an endpoint that is not an HTTPS URL",
    { configuration: (right) => ({ ...right, authorization_endpoint: "file:///etc/passwd" }) },
    "MALFORMED",
    /authorization_endpoint is not an https URL/,
  ],
];

for (const [what, bends, code, message] of failures) {
  test(`${what} is refused`, async (t) => {
    await assert.rejects(signIn(await identityProvider(t, bends)), { code, message });
  });
}

test("if the issuer's page refuses the client, no callback arrives", async (t) => {
  const issuer = await identityProvider(t);
  await assert.rejects(signIn(issuer, { audience: "stranger", patience: 50 }), { code: "SIGN_IN_FAILED", message: /within 0\.05 s/ });
});

test("the callback has a timeout, and can be aborted", async (t) => {
  const issuer = await identityProvider(t);
  await assert.rejects(signIn(issuer, { open: () => {}, patience: 20 }), {
    code: "SIGN_IN_FAILED",
    message: /was not completed within 0\.02 s/,
  });
  const controller = new AbortController();
  const open = (): void => controller.abort();
  await assert.rejects(signIn(issuer, { open, signal: controller.signal }), { code: "INTERRUPTED", message: /interrupted/ });
});

test("a callback without the state changes nothing", async (t) => {
  const issuer = await identityProvider(t);
  const strange: (readonly [status: number, page: string])[] = [];
  const open = async (page: URL): Promise<void> => {
    const back = page.searchParams.get("redirect_uri") ?? "";
    for (const query of ["", "?code=mine", "?code=mine&state=guess", "?error=access_denied", `?state=${"a".repeat(43)}`]) {
      const response = await fetch(`${back}${query}`);
      strange.push([response.status, await response.text()]);
    }
    const favicon = await fetch(new URL("/favicon.ico", back));
    const posted = await fetch(`${back}?state=${page.searchParams.get("state")}`, { method: "POST" });
    strange.push([favicon.status, await favicon.text()], [posted.status, await posted.text()]);
    await issuer.visit(page);
  };
  assert.equal((await signIn(issuer, { open })).challenge, "alice@example.com");
  assert.deepEqual(
    strange.map(([status]) => status),
    [400, 400, 400, 400, 400, 404, 404],
  );
  for (const [, page] of strange) assert.doesNotMatch(page, /mine|guess|denied/);
});

test("the listener is on loopback only, and refuses headers of unusual size", async (t) => {
  const issuer = await identityProvider(t);
  const open = async (page: URL): Promise<void> => {
    const back = new URL(page.searchParams.get("redirect_uri") ?? "");
    assert.equal(back.hostname, "127.0.0.1");
    const status = await new Promise((resolve, reject) => {
      request(back, { headers: { long: "a".repeat(20_000) } }, (response) => resolve(response.resume().statusCode))
        .on("error", reject)
        .end();
    });
    assert.equal(status, 431);
    await issuer.visit(page);
  };
  await signIn(issuer, { open });
});

test("an issuer requires TLS, except on this machine", async (t) => {
  const issuer = await identityProvider(t);
  for (const name of ["http://issuer.example", "issuer.example", "file:///etc", ""]) {
    await assert.rejects(signIn(issuer, { issuer: name }), { code: "USAGE", message: /the issuer is not an https URL/ });
  }
});

test("an invalid issuer, and one with endpoints elsewhere, have their own errors", async (t) => {
  const elsewhere = await scriptedServer(t);
  const configuration = "GET /.well-known/openid-configuration";
  const server = await scriptedServer(t, {
    [configuration]: [{ status: 404 }, { status: 302, headers: { location: elsewhere.origin } }, { body: "{" }, { body: "{}" }],
  });
  const issuer = { issuer: server.origin, server, visit: async () => "" };
  await assert.rejects(signIn(issuer), { code: "UNREACHABLE", message: /answers 404; expected an issuer's configuration/ });
  await assert.rejects(signIn(issuer), { code: "UNREACHABLE", message: /answers 302/ });
  await assert.rejects(signIn(issuer), { code: "MALFORMED", message: /not JSON/ });
  await assert.rejects(signIn(issuer), { code: "MALFORMED", message: /issuer is missing/ });
  assert.deepEqual(elsewhere.seen, []);
});

test("the code and the token are sent only to the issuer", async (t) => {
  const elsewhere = await scriptedServer(t);
  const issuer = await identityProvider(t, { token: () => ({ status: 307, headers: { location: elsewhere.origin } }) });
  await assert.rejects(signIn(issuer), { code: "UNREACHABLE", message: /answers 307/ });
  assert.deepEqual(elsewhere.seen, []);
});

test("a credential in the issuer's error text is not shown", async (t) => {
  const text = mintToken();
  const body = JSON.stringify({ error: "invalid_grant", error_description: `I would have given ${text}` });
  const issuer = await identityProvider(t, { token: () => ({ status: 400, body }) });
  await assert.rejects(signIn(issuer), { code: "SIGN_IN_FAILED", message: /: invalid_grant: I would have given …$/ });
});
