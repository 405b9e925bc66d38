/** Both ways of sign-in at an independent issuer: the npm package `oidc-provider`, certified by the OpenID Foundation. */
import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { test, type TestContext } from "node:test";
import { wallClock } from "../../../../../test/fakes/wall-clock.ts";
import { createHttpClient } from "../../../../net/http-client.ts";
import { obtainIdentityToken } from "../obtain.ts";
import type { Provider } from "../provider.ts";
import { browserSignIn } from "./browser.ts";
import { deviceSignIn } from "./device.ts";

interface Grant {
  addOIDCScope(scope: string): void;
  save(): Promise<string>;
}

/** The used part of a package without types. */
interface OpenIdProvider {
  readonly Grant: new (of: { readonly accountId: string; readonly clientId: string }) => Grant;
  callback(): (request: IncomingMessage, response: ServerResponse) => void;
  interactionFinished(request: IncomingMessage, response: ServerResponse, result: object): Promise<void>;
}

interface Context {
  body: unknown;
  readonly oidc: { readonly provider: OpenIdProvider; readonly session: { readonly accountId: string } };
}

// Not the package's main module, which warns about newer versions of Node. Not literals, since the compiler would look for types.
const front: string = "oidc-provider/lib/provider.js";
const memory: string = "oidc-provider/lib/adapters/memory_adapter.js";

async function startIssuer(t: TestContext): Promise<string> {
  const [{ Provider }, { createMemoryAdapter }]: [
    { Provider: new (issuer: string, configuration: object) => OpenIdProvider },
    { createMemoryAdapter: () => unknown },
  ] = await Promise.all([import(front), import(memory)]);
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const issuer = `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`;
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const page = (name: string) => (context: Context, form?: unknown) => void (context.body = `${name} ${String(form)}`);
  const minutes = (): number => 600;
  const provider = new Provider(issuer, {
    adapter: createMemoryAdapter(),
    clients: [
      {
        client_id: "sigstore",
        application_type: "native",
        token_endpoint_auth_method: "none",
        redirect_uris: ["http://127.0.0.1/auth/callback"],
        grant_types: ["authorization_code", "urn:ietf:params:oauth:grant-type:device_code"],
      },
    ],
    jwks: { keys: [{ ...privateKey.export({ format: "jwk" }), kid: "1", alg: "ES256", use: "sig" }] },
    clientDefaults: { id_token_signed_response_alg: "ES256" },
    enabledJWA: { idTokenSigningAlgValues: ["ES256"] },
    cookies: { keys: ["a key for the test's cookies"] },
    claims: { openid: ["sub"], email: ["email", "email_verified"] },
    conformIdTokenClaims: false,
    findAccount: (_context: unknown, accountId: string) => ({
      accountId,
      claims: () => ({ sub: accountId, email: "alice@example.com", email_verified: true }),
    }),
    ttl: { AccessToken: minutes, DeviceCode: minutes, IdToken: minutes, Interaction: minutes, Session: minutes, Grant: minutes },
    interactions: { url: (_context: unknown, { uid }: { readonly uid: string }) => `/sign-in/${uid}` },
    async loadExistingGrant({ oidc }: Context) {
      const grant = new oidc.provider.Grant({ accountId: oidc.session.accountId, clientId: "sigstore" });
      grant.addOIDCScope("openid email");
      await grant.save();
      return grant;
    },
    features: {
      devInteractions: { enabled: false },
      deviceFlow: {
        enabled: true,
        userCodeInputSource: page("input"),
        userCodeConfirmSource: page("confirm"),
        successSource: page("done"),
      },
    },
    renderError: (context: Context, out: object) => void (context.body = JSON.stringify(out)),
  });
  const answer = provider.callback();
  server.on("request", (request, response) => {
    if (request.url?.startsWith("/sign-in/"))
      void provider.interactionFinished(request, response, { login: { accountId: "alice" }, consent: {} });
    else answer(request, response);
  });
  t.after(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return issuer;
}

/** A browser with cookies and without scripts. */
class Browser {
  readonly #cookies = new Map<string, string>();

  async visit(page: URL, form?: URLSearchParams): Promise<string> {
    const cookie = Array.from(this.#cookies, ([name, value]) => `${name}=${value}`).join("; ");
    const posting = form && { method: "POST", body: form };
    const response = await fetch(page, { ...posting, headers: { cookie }, redirect: "manual" });
    for (const line of response.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      this.#cookies.set(name, value);
    }
    const location = response.headers.get("location");
    const text = await response.text();
    return location === null ? text : this.visit(new URL(location, page));
  }
}

function obtain(provider: Provider): ReturnType<typeof obtainIdentityToken> {
  const signal = AbortSignal.timeout(20_000);
  return obtainIdentityToken({ providers: [provider], env: {}, http: createHttpClient(), audience: "sigstore", now: wallClock, signal });
}

test("a user signs in with a browser", async (t) => {
  const issuer = await startIssuer(t);
  const pages: Promise<string>[] = [];
  const open = (page: URL): number => pages.push(new Browser().visit(page));
  const token = await obtain(browserSignIn({ issuer, open, say: () => {} }));
  assert.deepEqual([token.issuer, token.subject, token.challenge], [issuer, "alice", "alice@example.com"]);
  assert.match((await Promise.all(pages)).join(""), /Signed in/);
});

test("a user signs in with a code", async (t) => {
  const issuer = await startIssuer(t);
  const said: string[] = [];
  let sleeps = 0;
  const sleep = async (): Promise<void> => {
    if (++sleeps === 1) return; // a poll before the user has signed in
    const [, page = ""] = /Sign in at (\S+)/.exec(said.join("")) ?? [];
    const browser = new Browser();
    let shown = await browser.visit(new URL(page));
    for (let steps = 0; shown.includes("<form") && steps < 3; steps++) {
      const fields = Array.from(shown.matchAll(/name="(\w+)" value="([^"]*)"/g), ([, name = "", value = ""]) => [name, value]);
      shown = await browser.visit(new URL("/device", page), new URLSearchParams(fields));
    }
    assert.match(shown, /^done/);
  };
  const token = await obtain(deviceSignIn({ issuer, say: (text) => said.push(text), sleep }));
  assert.deepEqual([token.issuer, token.subject], [issuer, "alice"]);
  assert.equal(sleeps, 2);
});
