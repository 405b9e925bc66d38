/**
 * An OpenID Connect issuer on loopback with one public client, `sigstore`, and one user, whose browser is `visit`. Strict: a request that
 * breaks the protocol (RFC 6749, 7636, 8252, 8628) is refused as the protocol requires, without a login. Tests can change each of its
 * answers.
 */
import { createHash, generateKeyPairSync, sign } from "node:crypto";
import type { TestContext } from "node:test";
import type { Instant } from "../../src/core/instant.ts";
import { testTime } from "./clock.ts";
import { testRandom } from "./random.ts";
import { type ScriptedAnswer, type ScriptedServer, scriptedServer, type SeenRequest } from "./scripted-registry.ts";

type Claims = Readonly<Record<string, unknown>>;

const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });

/** An ES256 token of `alice` for `sigstore`, valid for ten minutes from that time, with these claims in place of its own; `undefined` omits one. */
export function mintToken(claims: Claims = {}, at: Instant = testTime): string {
  const now = Math.floor(at / 1000);
  const usual = { iss: "https://issuer.example", sub: "alice", aud: "sigstore", iat: now, exp: now + 600 };
  const signed = [
    { alg: "ES256", kid: "1" },
    { ...usual, ...claims },
  ]
    .map((part) => base64url(JSON.stringify(part)))
    .join(".");
  return `${signed}.${base64url(sign("sha256", Buffer.from(signed), { key: privateKey, dsaEncoding: "ieee-p1363" }))}`;
}

/** Changes to the issuer's answers; each function receives the correct one. */
export interface Bends {
  readonly configuration?: (right: Claims) => Claims;
  readonly begun?: (right: Claims) => Claims;
  /** The query with which the browser is redirected back. */
  readonly callback?: (right: Readonly<Record<string, string>>) => Readonly<Record<string, string>>;
  /** Claims in addition to the correct ones. */
  readonly claims?: Claims;
  readonly token?: (right: ScriptedAnswer) => ScriptedAnswer;
  /** The answers to device code polls, until they are used up. */
  readonly polls?: readonly string[];
}

export interface IdentityProvider {
  readonly issuer: string;
  readonly server: ScriptedServer;
  /** Opens the page in a browser with a logged-in user; returns the text of the last page. */
  visit(page: URL): Promise<string>;
}

export async function identityProvider(t: TestContext, bends: Bends = {}): Promise<IdentityProvider> {
  const server = await scriptedServer(t);
  const issuer = `${server.origin}/auth`;
  const codes = new Map<string, Readonly<Record<string, string>>>();
  const polls = [...(bends.polls ?? [])];
  const idToken = (claims: Claims): string =>
    mintToken({ iss: issuer, email: "alice@example.com", email_verified: true, ...claims, ...bends.claims });

  function authorize({ path }: SeenRequest): ScriptedAnswer {
    const query = Object.fromEntries(new URL(path, server.origin).searchParams);
    const wrong = breach(query, authorizationRules);
    if (wrong !== undefined) return { status: 400, body: `wrong ${wrong}` };
    const code = testRandom.bytes(16).toString("hex");
    codes.set(code, query);
    const back = new URL(query["redirect_uri"] ?? "");
    const right = { code, state: query["state"] ?? "", iss: issuer };
    for (const [name, value] of Object.entries(bends.callback?.(right) ?? right)) back.searchParams.set(name, value);
    return { status: 302, headers: { location: back.href } };
  }

  function begin({ body }: SeenRequest): ScriptedAnswer {
    const form = formIn(body);
    const wrong = breach(form, deviceRules);
    if (wrong !== undefined) return refusal("invalid_request", `wrong ${wrong}`);
    const device = testRandom.bytes(16).toString("hex");
    codes.set(device, form);
    const right = { device_code: device, user_code: "WDJB-MJHT", verification_uri: `${issuer}/device`, expires_in: 300, interval: 7 };
    return json(bends.begun?.(right) ?? right);
  }

  function exchange({ body }: SeenRequest): ScriptedAnswer {
    const form = formIn(body);
    const isDevice = form["grant_type"] === "urn:ietf:params:oauth:grant-type:device_code";
    if (!isDevice && form["grant_type"] !== "authorization_code") return refusal("unsupported_grant_type");
    const code = form[isDevice ? "device_code" : "code"] ?? "";
    const begun = codes.get(code);
    const isRight =
      begun !== undefined &&
      form["client_id"] === begun["client_id"] &&
      form["redirect_uri"] === begun["redirect_uri"] &&
      createHash("sha256")
        .update(form["code_verifier"] ?? "")
        .digest("base64url") === begun["code_challenge"];
    if (!isRight) return refusal("invalid_grant");
    const told = isDevice ? polls.shift() : undefined;
    if (told !== undefined) return refusal(told);
    codes.delete(code);
    const right = json({ access_token: "access", token_type: "Bearer", id_token: idToken({ nonce: begun["nonce"] }) });
    return bends.token?.(right) ?? right;
  }

  const configuration = {
    issuer,
    authorization_endpoint: `${issuer}/authorize`,
    token_endpoint: `${issuer}/token`,
    device_authorization_endpoint: `${issuer}/device/code`,
    jwks_uri: `${issuer}/keys`,
    code_challenge_methods_supported: ["S256"],
  };
  server.on({
    "GET /auth/.well-known/openid-configuration": () => json(bends.configuration?.(configuration) ?? configuration),
    "GET /auth/keys": json({ keys: [{ ...publicKey.export({ format: "jwk" }), kid: "1", alg: "ES256", use: "sig" }] }),
    "GET /auth/authorize?*": authorize,
    "POST /auth/token": exchange,
    "POST /auth/device/code": begin,
  });
  return { issuer, server, visit: async (page) => (await fetch(page)).text() };
}

type Rules = Readonly<Record<string, RegExp>>;

const pkceRules: Rules = { client_id: /^sigstore$/, scope: /\bopenid\b/, code_challenge: /^[\w-]{43}$/, code_challenge_method: /^S256$/ };
const deviceRules: Rules = pkceRules;
const authorizationRules: Rules = {
  ...pkceRules,
  response_type: /^code$/,
  redirect_uri: /^http:\/\/127\.0\.0\.1:\d+\/auth\/callback$/,
  state: /^[\w-]{43,}$/,
  nonce: /^[\w-]{43,}$/,
};

/** The first parameter that breaks the rules. */
function breach(parameters: Readonly<Record<string, string>>, rules: Rules): string | undefined {
  return Object.keys(rules).find((name) => !rules[name]?.test(parameters[name] ?? ""));
}

function formIn(body: Uint8Array): Readonly<Record<string, string>> {
  return Object.fromEntries(new URLSearchParams(Buffer.from(body).toString()));
}

function json(value: unknown): ScriptedAnswer {
  return { headers: { "content-type": "application/json" }, body: JSON.stringify(value) };
}

function refusal(error: string, description = "no"): ScriptedAnswer {
  return { ...json({ error, error_description: description }), status: 400 };
}

function base64url(part: string | Uint8Array): string {
  return Buffer.from(part).toString("base64url");
}
