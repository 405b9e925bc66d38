/**
 * Sign-in with a browser on another device (RFC 8628): the user types a code there while this client polls the token
 * endpoint.
 *
 *     POST DEVICE client_id, scope
 *     200 {"device_code","user_code","verification_uri","verification_uri_complete"?,"expires_in","interval"?}
 *
 *     POST TOKEN grant_type, device_code, client_id
 *     200 {"id_token",…} | 4xx {"error":"authorization_pending"|"slow_down"|CODE}
 */
import { TouchmarkError } from "../../../../core/errors.ts";
import type { Fields } from "../../../../core/json/json.ts";
import { pause } from "../../../../core/async/pause.ts";
import { printableText } from "../../../../core/printable.ts";
import type { Provider, Surroundings } from "../provider.ts";
import { checkIssued } from "./issued.ts";
import { discover, safeLink, type Issuer } from "./issuer.ts";
import { postForm, oauthRefusal } from "./oauth.ts";
import { challengeOf, randomText } from "./secrets.ts";

export interface DeviceSignIn {
  /** URL, exactly as in its tokens. */
  readonly issuer: string;
  /** Shows a message to the user. */
  readonly say: (text: string) => void;
  /** Waits this many milliseconds, unless the signal is aborted. */
  readonly sleep?: (ms: number, signal: AbortSignal) => Promise<void>;
}

const name = "the sign-in with a code";
const grant = "urn:ietf:params:oauth:grant-type:device_code";
/** Seconds. Bounds of the code's lifetime and of the polling interval. */
const limits = { patience: 600, shortest: 1, usual: 5, longest: 60 } as const;

export function deviceSignIn(options: DeviceSignIn): Provider {
  return { name, token: (surroundings) => signIn(options, surroundings) };
}

async function signIn({ issuer: issuerName, say, sleep = pause }: DeviceSignIn, surroundings: Surroundings): Promise<string> {
  const issuer = await discover(issuerName, surroundings);
  const verifier = randomText(); // PKCE is not part of the RFC; Dex, which sigstore runs, and others check it here as well
  const begun = await begin(issuer, verifier, surroundings);
  const deviceCode = begun.string("device_code");
  const patience = Math.min(begun.size("expires_in"), limits.patience);
  let interval = begun.has("interval") ? begun.size("interval") : limits.usual;
  say(`Sign in at ${pageIn(begun, issuer)} with the code ${printableText(begun.string("user_code"), 60)}\n`);

  for (let waited = 0; waited < patience;) {
    interval = Math.min(Math.max(interval, limits.shortest), limits.longest);
    await sleep(interval * 1000, surroundings.signal);
    waited += interval;
    const form = { grant_type: grant, device_code: deviceCode, client_id: surroundings.audience, code_verifier: verifier };
    const answer = await postForm(issuer.token, form, surroundings);
    if ("given" in answer) return checkIssued(answer.given, issuer, name).text;
    if (answer.refused.error === "slow_down") interval += 5;
    else if (answer.refused.error === "expired_token") break;
    else if (answer.refused.error !== "authorization_pending") throw oauthRefusal(issuer.name, answer.refused);
  }
  throw new TouchmarkError("SIGN_IN_FAILED", "the sign-in was not completed before its code expired");
}

async function begin(issuer: Issuer, verifier: string, surroundings: Surroundings): Promise<Fields> {
  if (issuer.device === undefined)
    throw new TouchmarkError("UNSUPPORTED", `${issuer.name} gives no codes to sign in with`, { hint: "Use a browser." });
  const answer = await postForm(
    issuer.device,
    { client_id: surroundings.audience, scope: "openid email", code_challenge: challengeOf(verifier), code_challenge_method: "S256" },
    surroundings,
  );
  if ("refused" in answer) throw oauthRefusal(issuer.name, answer.refused);
  return answer.given;
}

/** Returns the URL with the code in it, if there is one. */
function pageIn(begun: Fields, issuer: Issuer): string {
  const member = begun.has("verification_uri_complete") ? "verification_uri_complete" : "verification_uri";
  return safeLink(begun, member, new URL(issuer.name)).href;
}
