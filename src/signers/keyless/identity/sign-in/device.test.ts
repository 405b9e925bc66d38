import assert from "node:assert/strict";
import { test } from "node:test";
import { testClock } from "../../../../../test/fakes/clock.ts";
import { type Bends, identityProvider, type IdentityProvider } from "../../../../../test/fakes/identity-provider.ts";
import type { Code } from "../../../../core/errors.ts";
import { createHttpClient } from "../../../../net/http-client.ts";
import type { IdentityToken } from "../identity-token.ts";
import { obtainIdentityToken } from "../obtain.ts";
import { deviceSignIn } from "./device.ts";

interface Watched {
  readonly token: Promise<IdentityToken>;
  readonly said: string[];
  /** Seconds between polls. */
  readonly waits: number[];
}

function signIn({ issuer }: IdentityProvider, signal: AbortSignal = AbortSignal.timeout(10_000)): Watched {
  const said: string[] = [];
  const waits: number[] = [];
  const sleep = async (ms: number, sleeping: AbortSignal): Promise<void> => {
    assert.equal(sleeping, signal);
    waits.push(ms / 1000);
  };
  const provider = deviceSignIn({ issuer, say: (text) => said.push(text), sleep });
  const token = obtainIdentityToken({
    providers: [provider],
    env: {},
    http: createHttpClient(),
    audience: "sigstore",
    now: testClock,
    signal,
  });
  return { token, said, waits };
}

test("a user signs in on another device, and the polls respect the issuer's interval", async (t) => {
  const polls = ["authorization_pending", "slow_down", "authorization_pending", "slow_down"];
  const issuer = await identityProvider(t, { polls });
  const { token, said, waits } = signIn(issuer);
  assert.equal((await token).challenge, "alice@example.com");
  assert.deepEqual(said, [`Sign in at ${issuer.issuer}/device with the code WDJB-MJHT\n`]);
  assert.deepEqual(waits, [7, 7, 12, 12, 17]);
});

test("the URL with the code in it is preferred, and the code is shown too", async (t) => {
  const begun = (right: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> => ({
    ...right,
    verification_uri_complete: `${String(right["verification_uri"])}?user_code=WDJB-MJHT`,
  });
  const { token, said } = signIn(await identityProvider(t, { begun }));
  await token;
  assert.match(said.join(""), /\/device\?user_code=WDJB-MJHT with the code WDJB-MJHT/);
});

test("the interval is bounded, whatever the issuer states", async (t) => {
  const intervals = [undefined, 0, 1_000_000];
  const waited: number[] = [];
  for (const interval of intervals) {
    const { token, waits } = signIn(await identityProvider(t, { begun: (right) => ({ ...right, interval }) }));
    await token;
    waited.push(...waits);
  }
  assert.deepEqual(waited, [5, 1, 60]);
});

const pending = Array.from({ length: 100 }, () => "authorization_pending");

test("polling stops when the code expires, or at the timeout", async (t) => {
  const short = signIn(await identityProvider(t, { polls: pending, begun: (right) => ({ ...right, expires_in: 20 }) }));
  await assert.rejects(short.token, { code: "SIGN_IN_FAILED", message: /was not completed/ });
  assert.deepEqual(short.waits, [7, 7, 7]);
  const long = signIn(await identityProvider(t, { polls: pending, begun: (right) => ({ ...right, expires_in: 1e9 }) }));
  await assert.rejects(long.token, { code: "SIGN_IN_FAILED", message: /was not completed/ });
  assert.equal(long.waits.length, Math.ceil(600 / 7));
});

const failures: readonly (readonly [what: string, bends: Bends, code: Code, message: RegExp])[] = [
  ["a user who refuses", { polls: ["authorization_pending", "access_denied"] }, "SIGN_IN_FAILED", /refuses the sign-in: access_denied/],
  ["a code that has expired", { polls: ["expired_token"] }, "SIGN_IN_FAILED", /was not completed/],
  ["an unknown error", { polls: ["strange_day"] }, "SIGN_IN_FAILED", /refuses the sign-in: strange_day: no$/],
  ["a token of another issuer", { claims: { iss: "https://issuer.example" } }, "SIGN_IN_FAILED", /another issuer made/],
  ["a token for another client", { claims: { aud: "other" } }, "IDENTITY_TOKEN_INVALID", /the audience "other"/],
  ["a gateway's error", { token: () => ({ status: 502, body: "bad gateway" }) }, "UNREACHABLE", /answers 502/],
  ["no codes", { configuration: (right) => ({ ...right, device_authorization_endpoint: undefined }) }, "UNSUPPORTED", /no codes/],
  ["no device code", { begun: (right) => ({ ...right, device_code: undefined }) }, "MALFORMED", /device_code is missing/],
  ["no lifetime", { begun: (right) => ({ ...right, expires_in: undefined }) }, "MALFORMED", /expires_in is missing/],
  [
    "a plain HTTP page",
    { begun: (right) => ({ ...right, verification_uri: "http://elsewhere.example" }) },
    "MALFORMED",
    /verification_uri is not/,
  ],
  [
    "a page that is not an HTTPS URL",
    { begun: (right) => ({ ...right, verification_uri: "javascript:alert(1)" }) },
    "MALFORMED",
    /verification_uri is not/,
  ],
];

for (const [what, bends, code, message] of failures) {
  test(`${what} is refused`, async (t) => {
    await assert.rejects(signIn(await identityProvider(t, bends)).token, { code, message });
  });
}

test("the terminal shows no more than a line of the issuer's text", async (t) => {
  const issuer = await identityProvider(t, { begun: (right) => ({ ...right, user_code: `\u001B[2J\nA${"B".repeat(99)}` }) });
  const { token, said } = signIn(issuer);
  await token;
  assert.match(said.join(""), /^Sign in at \S+ with the code \[2J AB+…\n$/);
});

test("an abort ends the waiting", async (t) => {
  const issuer = await identityProvider(t, { polls: pending });
  const signal = AbortSignal.timeout(50);
  const provider = deviceSignIn({ issuer: issuer.issuer, say: () => {} });
  const surroundings = { env: {}, http: createHttpClient(), audience: "sigstore", signal };
  await assert.rejects(provider.token(surroundings), { code: "TIMEOUT", message: /ran out/ });
});
