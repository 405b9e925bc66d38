/**
 * Bearer tokens (distribution, docs/spec/auth/token.md and oauth.md): the registry names a token service, which issues
 * a token for a scope, with credentials or anonymously:
 *
 *     GET REALM?service=SERVICE&scope=repository:NAME:pull                       [Authorization: Basic …]
 *     POST REALM    grant_type=refresh_token&service=…&scope=…&client_id=…&refresh_token=…
 *     200 {"token":TEXT} | {"access_token":TEXT}
 */
import { encodeUtf8 } from "../core/bytes.ts";
import { malformed, TouchmarkError } from "../core/errors.ts";
import { Fields, parseJson } from "../core/json/json.ts";
import type { HttpClient, HttpRequest } from "../net/http.ts";
import { isLoopback } from "../net/loopback.ts";
import { printableUrl } from "../core/printable.ts";
import { type Access, scopeOf } from "./access.ts";
import type { Challenge } from "./challenge.ts";
import { basicAuthorization, type IdentityCredential, type PasswordCredential } from "./credentials/credential.ts";
import { registryRefusal } from "./refusal.ts";
import { registryLimits } from "./limits.ts";

export interface TokenRequest {
  readonly http: HttpClient;
  readonly access: Access;
  readonly challenge: Challenge;
  readonly credential: PasswordCredential | IdentityCredential | undefined;
  readonly signal: AbortSignal;
}

/** Throws UNAUTHORIZED if the service refuses, INSECURE_REGISTRY if it would get credentials over plain HTTP. */
export async function fetchToken({ http, access, challenge, credential, signal }: TokenRequest): Promise<string> {
  const realm = realmOf(challenge, access);
  const query = queryOf(challenge, access);
  const request = credential?.kind === "identity" ? exchange(realm, query, credential.token) : ask(realm, query, credential);
  const response = await http.request({ ...request, maxBytes: registryLimits.tokenAnswerBytes, signal });
  if (response.status !== 200)
    throw registryRefusal(response, `a token for ${access.registry.name}/${access.repository}`, credential ?? {});
  const what = `the answer of ${printableUrl(response.url)}`;
  const fields = new Fields(parseJson(response.body, what), what);
  const token = fields.optionalString("token") ?? fields.string("access_token");
  if (!/^[\x21-\x7e]+$/.test(token)) throw malformed(`${what} holds a token that no header can carry`);
  return token;
}

function realmOf({ parameters }: Challenge, { registry }: Access): URL {
  const realm = URL.parse(parameters.get("realm") ?? "");
  if (realm === null || !/^https?:$/.test(realm.protocol) || realm.username !== "" || realm.password !== "") {
    throw malformed(`${registry.name} names a token service that is not a valid URL`);
  }
  // Without TLS, whoever is between us and the registry may name any host: credentials go to none but its own.
  const allowed = realm.protocol === "https:" || (registry.base.protocol === "http:" && isSameHost(realm, registry.base));
  if (!allowed) throw new TouchmarkError("INSECURE_REGISTRY", `${registry.name} names a token service without TLS: ${printableUrl(realm)}`);
  return realm;
}

function isSameHost({ hostname: one }: URL, { hostname: other }: URL): boolean {
  return one === other || (isLoopback(one) && isLoopback(other));
}

/** Returns our own scope, and the registry's if it differs. */
function queryOf({ parameters }: Challenge, access: Access): URLSearchParams {
  const query = new URLSearchParams();
  const service = parameters.get("service");
  if (service !== undefined) query.set("service", service);
  const scopes = new Set([scopeOf(access), ...(parameters.get("scope")?.split(" ") ?? [])]);
  for (const scope of scopes) if (scope !== "") query.append("scope", scope);
  return query;
}

type Asking = Pick<HttpRequest, "method" | "url" | "headers" | "body">;

function ask(realm: URL, query: URLSearchParams, credential: PasswordCredential | undefined): Asking {
  const url = new URL(realm);
  for (const [name, value] of query) url.searchParams.append(name, value);
  return { method: "GET", url, ...(credential && { headers: { authorization: basicAuthorization(credential) } }) };
}

function exchange(realm: URL, query: URLSearchParams, refreshToken: string): Asking {
  const form = new URLSearchParams({ grant_type: "refresh_token", client_id: "touchmark", refresh_token: refreshToken });
  for (const name of new Set(query.keys())) form.set(name, query.getAll(name).join(" "));
  return {
    method: "POST",
    url: realm,
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: encodeUtf8(form.toString()),
  };
}
