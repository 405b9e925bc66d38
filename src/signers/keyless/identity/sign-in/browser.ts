/**
 * Sign-in with a browser on this machine: OpenID Connect's authorization code flow (Core 1.0, section 3.1) for a native
 * application (RFC 8252) with PKCE (RFC 7636).
 */
import { TouchmarkError } from "../../../../core/errors.ts";
import { interruption } from "../../../../core/async/interruption.ts";
import { printableText } from "../../../../core/printable.ts";
import type { Provider, Surroundings } from "../provider.ts";
import { type Callback, listenForCallback } from "./callback.ts";
import { checkIssued } from "./issued.ts";
import { discover, type Issuer } from "./issuer.ts";
import { postForm, oauthRefusal } from "./oauth.ts";
import { challengeOf, randomText, sameText } from "./secrets.ts";

export interface BrowserSignIn {
  /** URL, exactly as in its tokens. */
  readonly issuer: string;
  /** Opens a page in the user's browser. Never throws: the page's URL is also shown to the user. */
  readonly open: (page: URL) => unknown;
  /** Shows a message to the user. */
  readonly say: (text: string) => void;
  /** Milliseconds to wait for the callback: two minutes. */
  readonly patience?: number;
}

const name = "the sign-in with a browser";

export function browserSignIn(options: BrowserSignIn): Provider {
  return { name, token: (surroundings) => signIn(options, surroundings) };
}

async function signIn({ issuer: issuerName, open, say, patience = 120_000 }: BrowserSignIn, surroundings: Surroundings): Promise<string> {
  const issuer = await discover(issuerName, surroundings);
  const [state, nonce, verifier] = [randomText(), randomText(), randomText()];
  using callback = await listenForCallback(state);
  const page = pageOf(issuer, {
    response_type: "code",
    client_id: surroundings.audience,
    redirect_uri: callback.url,
    scope: "openid email",
    state,
    nonce,
    code_challenge: challengeOf(verifier),
    code_challenge_method: "S256",
  });
  say(`Sign in with your browser: ${page.href}\n`);
  open(page);
  const code = codeIn(await answerOf(callback, patience, surroundings.signal), issuer);
  const answer = await postForm(
    issuer.token,
    { grant_type: "authorization_code", code, redirect_uri: callback.url, client_id: surroundings.audience, code_verifier: verifier },
    surroundings,
  );
  if ("refused" in answer) throw oauthRefusal(issuer.name, answer.refused);
  const { text, claims } = checkIssued(answer.given, issuer, name);
  if (sameText(claims.optionalString("nonce") ?? "", nonce)) return text;
  throw new TouchmarkError("SIGN_IN_FAILED", `${issuer.name} gives a token of another sign-in: its nonce differs`);
}

function pageOf({ name: issuer, authorization }: Issuer, query: Readonly<Record<string, string>>): URL {
  if (authorization === undefined)
    throw new TouchmarkError("UNSUPPORTED", `${issuer} has no page to sign in at`, { hint: "Use a device code." });
  const page = new URL(authorization);
  for (const [key, value] of Object.entries(query)) page.searchParams.set(key, value);
  return page;
}

function answerOf({ answer }: Callback, patience: number, signal: AbortSignal): Promise<URLSearchParams> {
  const { promise: given, resolve, reject } = Promise.withResolvers<URLSearchParams>();
  const late = new TouchmarkError("SIGN_IN_FAILED", `the sign-in was not completed within ${patience / 1000} s`);
  const timer = setTimeout(() => reject(late), patience);
  const abort = (): void => reject(interruption(signal));
  signal.addEventListener("abort", abort);
  if (signal.aborted) abort();
  void answer.then(resolve);
  return given.finally(() => {
    clearTimeout(timer);
    signal.removeEventListener("abort", abort);
  });
}

/** Returns the code, unless the issuer refused or another issuer responded (RFC 9207). */
function codeIn(query: URLSearchParams, { name: issuer }: Issuer): string {
  const error = query.get("error");
  if (error !== null) throw oauthRefusal(issuer, { error, description: query.get("error_description") ?? undefined });
  const answerer = query.get("iss") ?? issuer;
  if (answerer !== issuer) {
    throw new TouchmarkError("SIGN_IN_FAILED", `the sign-in was begun at ${issuer} and answered by ${printableText(answerer, 100)}`);
  }
  const code = query.get("code");
  if (code === null || code === "") throw new TouchmarkError("SIGN_IN_FAILED", `${issuer} sends the browser back without a code`);
  return code;
}
