import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { scriptedServer, type Script, type ScriptedServer, type ScriptLine } from "../../test/fakes/scripted-registry.ts";
import { digestOf } from "../core/digest.ts";
import { malformed } from "../core/errors.ts";
import { mediaTypes } from "../core/oci/manifest.ts";
import type { Warning } from "../core/warning.ts";
import type { Repository } from "../core/repository.ts";
import { createHttpClient } from "../net/http-client.ts";
import type { Credential } from "./credentials/credential.ts";
import type { Credentials } from "./credentials/credentials.ts";
import { HelperFailed } from "./credentials/helper.ts";
import { createRegistries } from "./registries.ts";

const signal = new AbortController().signal;
const index = { headers: { "content-type": mediaTypes.ociIndex }, body: '{"schemaVersion":2,"manifests":[]}' };
const alice: Credential = { kind: "password", username: "alice", password: "wonder", source: "/home/alice/.docker/config.json" };
const aliceBasic = `Basic ${Buffer.from("alice:wonder").toString("base64")}`;

interface Asked {
  readonly credentials: Credentials;
  /** Registries and repositories whose credentials were looked up. */
  readonly lookups: string[];
}

function holding(credential: Credential | undefined): Asked {
  const lookups: string[] = [];
  const find: Credentials["find"] = async (registry, repository) => {
    lookups.push(`${registry}/${repository}`);
    return credential;
  };
  return { credentials: { find }, lookups };
}

function open(server: ScriptedServer, credential?: Credential): Repository {
  const registries = createRegistries({ http: createHttpClient({ sleep: async () => {} }), ...holding(credential) });
  return registries.open({ kind: "registry", registry: server.host, repository: "app" });
}

/** Accepts requests with this authorization; challenges all others. */
function guarded(authorization: string, challenge: string, answer: ScriptLine = index): ScriptLine {
  return (seen, response) => {
    if (seen.headers["authorization"] === authorization) return typeof answer === "function" ? answer(seen, response) : answer;
    return { status: 401, headers: { "www-authenticate": challenge } };
  };
}

function bearer(realm: string): string {
  return `Bearer realm="${realm}",service="registry.example.com",scope="repository:app:pull"`;
}

async function withTokens(t: TestContext, script: Script): Promise<ScriptedServer> {
  const server = await scriptedServer(t, script);
  server.on({ "GET /v2/app/manifests/v1": guarded("Bearer good", bearer(`${server.origin}/token`)) });
  return server;
}

const goodToken = { body: '{"token":"good"}' };

test("the first request has no authorization, and without a challenge no other is sent", async (t) => {
  const server = await scriptedServer(t, { "GET /v2/app/manifests/v1": index });
  const { credentials, lookups } = holding(alice);
  const registries = createRegistries({ http: createHttpClient(), credentials });
  await registries.open({ kind: "registry", registry: server.host, repository: "app" }).manifest("v1", signal);
  assert.deepEqual([server.lines, lookups], [["GET /v2/app/manifests/v1"], []]);
  assert.equal(server.seen[0]?.headers["authorization"], undefined);
});

test("Basic: user name and password are sent after a challenge, and then without one", async (t) => {
  const server = await scriptedServer(t, { "GET /v2/app/manifests/v1": guarded(aliceBasic, 'Basic realm="x"') });
  const repository = open(server, alice);
  assert.ok(await repository.manifest("v1", signal));
  assert.ok(await repository.manifest("v1", signal));
  assert.equal(server.lines.length, 3);
});

test("Bearer: a token is requested for the scope with the credentials, and cached", async (t) => {
  const server = await withTokens(t, { "GET /token?*": goodToken });
  const repository = open(server, alice);
  await repository.manifest("v1", signal);
  await repository.manifest("v1", signal);
  assert.deepEqual(server.lines, [
    "GET /v2/app/manifests/v1",
    "GET /token?service=registry.example.com&scope=repository%3Aapp%3Apull",
    "GET /v2/app/manifests/v1",
    "GET /v2/app/manifests/v1",
  ]);
  assert.equal(server.seen[1]?.headers["authorization"], aliceBasic);
});

test("Bearer: without credentials the token is anonymous", async (t) => {
  const server = await withTokens(t, { "GET /token?*": { body: '{"access_token":"good"}' } });
  assert.ok(await open(server).manifest("v1", signal));
  assert.equal(server.seen[1]?.headers["authorization"], undefined);
});

test("Bearer: an identity token is exchanged for an access token", async (t) => {
  const server = await withTokens(t, { "POST /token": { body: '{"access_token":"good"}' } });
  assert.ok(await open(server, { kind: "identity", token: "refresh&me", source: "x" }).manifest("v1", signal));
  const [, exchanged] = server.seen;
  assert.deepEqual(Object.fromEntries(new URLSearchParams(Buffer.from(exchanged?.body ?? []).toString())), {
    grant_type: "refresh_token",
    service: "registry.example.com",
    client_id: "touchmark",
    scope: "repository:app:pull",
    refresh_token: "refresh&me",
  });
  assert.equal(exchanged?.headers["authorization"], undefined);
});

test("concurrent requests share one token", async (t) => {
  const server = await withTokens(t, { "GET /token?*": goodToken });
  const repository = open(server, alice);
  await Promise.all([1, 2, 3, 4].map(() => repository.manifest("v1", signal)));
  assert.equal(server.lines.filter((line) => line.startsWith("GET /token")).length, 1);
});

test("an aborted request does not cancel the shared token for the others", async (t) => {
  const giveUp = new AbortController();
  const slow: ScriptLine = (_, response) => {
    giveUp.abort();
    setImmediate(() => response.end(goodToken.body));
    return undefined;
  };
  const server = await withTokens(t, { "GET /token?*": slow });
  const repository = open(server, alice);
  const [left, stayed] = await Promise.allSettled([repository.manifest("v1", giveUp.signal), repository.manifest("v1", signal)]);
  assert.deepEqual([left.status, stayed.status], ["rejected", "fulfilled"]);
});

test("an expired token is renewed once for all requests that used it", async (t) => {
  const server = await withTokens(t, { "GET /token?*": [{ body: '{"token":"old"}' }, goodToken] });
  server.on({ "GET /v2/app/manifests/old": guarded("Bearer old", bearer(`${server.origin}/token`)) });
  const repository = open(server, alice);
  await repository.manifest("old", signal);
  await Promise.all([1, 2, 3].map(() => repository.manifest("v1", signal)));
  assert.equal(server.lines.filter((line) => line.startsWith("GET /token")).length, 2);
});

test("a token that is refused immediately is not requested again and again", async (t) => {
  const server = await withTokens(t, { "GET /token?*": { body: '{"token":"bad"}' } });
  await assert.rejects(open(server, alice).manifest("v1", signal), {
    code: "UNAUTHORIZED",
    message: `${server.host} refuses GET /v2/app/manifests/v1; the credentials of ${alice.source} were sent`,
  });
  assert.equal(server.lines.length, 3);
});

test("after a failed token request, the next request tries again", async (t) => {
  const server = await withTokens(t, { "GET /token?*": [{ status: 501 }, goodToken] });
  const repository = open(server, alice);
  await assert.rejects(repository.manifest("v1", signal), { code: "REGISTRY_ERROR" });
  assert.ok(await repository.manifest("v1", signal));
});

test("wrong credentials are UNAUTHORIZED, and the message quotes the registry but not the password", async (t) => {
  const server = await scriptedServer(t, {
    "GET /v2/app/manifests/v1": {
      status: 401,
      headers: { "www-authenticate": 'Basic realm="x"' },
      body: '{"errors":[{"code":"UNAUTHORIZED","message":"who\\u001b[31m are you?"}]}',
    },
  });
  await assert.rejects(open(server, alice).manifest("v1", signal), (error: Error) => {
    assert.match(error.message, /UNAUTHORIZED: who \[31m are you\?\); the credentials of \/home\/alice\/.docker\/config.json were sent$/);
    assert.doesNotMatch(error.message, /wonder|YWxp/);
    return "code" in error && error.code === "UNAUTHORIZED";
  });
});

test("a registry that repeats the credentials in its refusal does not get them printed", async (t) => {
  const secret = 'w"ö n/d&er';
  const basic = `Basic ${Buffer.from(`alice:${secret}`).toString("base64")}`;
  const spellings = [basic, `alice:${secret}`, secret, encodeURIComponent(secret), JSON.stringify(secret)];
  const said = (texts: readonly string[]): string => JSON.stringify({ errors: texts.map((message) => ({ code: "DENIED", message })) });
  const server = await scriptedServer(t, {
    "GET /v2/app/manifests/*": ({ headers, path }) => ({
      status: headers["authorization"] === undefined ? 401 : 403,
      headers: { "www-authenticate": 'Basic realm="x"' },
      body: said([`you sent ${spellings[Number(path.split("/").at(-1))]}`]),
    }),
  });
  for (const i of spellings.keys()) {
    await assert.rejects(open(server, { ...alice, password: secret }).manifest(`${i}`, signal), (error: Error) => {
      assert.match(error.message, /DENIED: you sent (?:Basic |")?\[credential\]"?\)/);
      return true;
    });
  }
});

test("over plain HTTP no token service on another host gets the credentials", async (t) => {
  const other = bearer("http://tokens.example/token");
  const server = await scriptedServer(t, { "GET /v2/app/manifests/v1": { status: 401, headers: { "www-authenticate": other } } });
  for (const credential of [alice, { kind: "identity", token: "refresh", source: "x" } as const])
    await assert.rejects(open(server, credential).manifest("v1", signal), { code: "INSECURE_REGISTRY", message: /tokens\.example/ });
});

test("a token that the registry itself accepts is sent to no token service", async (t) => {
  const server = await withTokens(t, { "GET /token?*": goodToken });
  assert.ok(await open(server, { kind: "registry-token", token: "good", source: "x" }).manifest("v1", signal));
  assert.deepEqual(server.lines, ["GET /v2/app/manifests/v1", "GET /v2/app/manifests/v1"]);
});

test("a helper that failed is a warning for an image that anybody may read, and the reason of the refusal for any other", async (t) => {
  const failure = new HelperFailed("the credential helper docker-credential-x is not on the PATH", { hint: "Try it by hand" });
  const find: Credentials["find"] = async () => Promise.reject(failure);
  const server = await withTokens(t, {
    "GET /token?*": goodToken,
    "GET /v2/app/manifests/private": { status: 401, headers: { "www-authenticate": 'Basic realm="x"' } },
  });
  const warnings: string[] = [];
  const onWarning = ({ message }: Warning): void => void warnings.push(message);
  const registries = createRegistries({ http: createHttpClient(), credentials: { find }, onWarning });
  const repository = registries.open({ kind: "registry", registry: server.host, repository: "app" });
  assert.ok(await repository.manifest("v1", signal));
  assert.deepEqual(warnings, [`${failure.message}; ${server.host}/app is used without credentials`]);
  await assert.rejects(repository.manifest("private", signal), { code: "UNAUTHORIZED", message: failure.message });
});

test("a broken file of credentials is named, and the registry is not blamed", async (t) => {
  const server = await withTokens(t, { "GET /token?*": goodToken });
  const broken = malformed("/home/alice/.docker/config.json is not JSON");
  const registries = createRegistries({ http: createHttpClient(), credentials: { find: async () => Promise.reject(broken) } });
  const repository = registries.open({ kind: "registry", registry: server.host, repository: "app" });
  await assert.rejects(repository.manifest("v1", signal), { code: "MALFORMED", message: broken.message });
});

test("missing credentials, a refusal by the token service, and a refusal without a challenge are UNAUTHORIZED too", async (t) => {
  const server = await withTokens(t, {
    "GET /token?*": { status: 401 },
    "GET /v2/app/manifests/basic": { status: 401, headers: { "www-authenticate": 'Basic realm="x"' } },
    "GET /v2/app/manifests/denied": { status: 403, body: "<html>" },
    "GET /v2/app/manifests/silent": { status: 401 },
    "GET /v2/app/manifests/digest": { status: 401, headers: { "www-authenticate": 'Digest realm="x"' } },
  });
  const expected = {
    v1: /refuses a token for 127.0.0.1:\d+\/app; no credentials were found for it/,
    basic: /asks for a user name and password for app; no credentials were found/,
    denied: /it did not ask for credentials/,
    silent: /in no way that is spoken here/,
    digest: /in no way that is spoken here/,
  };
  for (const [tag, message] of Object.entries(expected)) {
    await assert.rejects(open(server).manifest(tag, signal), { code: "UNAUTHORIZED", message });
  }
});

test("a token is used only for its repository and its kind of access", async (t) => {
  const manifest = index.body;
  const server = await scriptedServer(t);
  const scoped: ScriptLine = ({ path, headers, method }) => {
    const [, name = ""] = path.split("/").slice(1);
    const scope = `repository:${name}:${method === "GET" ? "pull" : "pull,push"}`;
    const token = Buffer.from(scope).toString("hex");
    if (headers["authorization"] === `Bearer ${token}`) return { ...index, status: method === "PUT" ? 201 : 200 };
    assert.equal(headers["authorization"], undefined, "no token of another scope");
    return { status: 401, headers: { "www-authenticate": `Bearer realm="${server.origin}/token",service="s"` } };
  };
  server.on({
    "GET /token?*": ({ path }) => {
      const [scope = ""] = new URL(path, server.origin).searchParams.getAll("scope");
      return { body: JSON.stringify({ token: Buffer.from(scope).toString("hex") }) };
    },
    "GET /v2/a/manifests/v1": scoped,
    "GET /v2/b/manifests/v1": scoped,
    "PUT /v2/a/manifests/v1": scoped,
  });
  const registries = createRegistries({ http: createHttpClient(), ...holding(alice) });
  const a = registries.open({ kind: "registry", registry: server.host, repository: "a" });
  const b = registries.open({ kind: "registry", registry: server.host, repository: "b" });
  assert.ok(await a.manifest("v1", signal));
  assert.ok(await b.manifest("v1", signal));
  await a.putManifest(Buffer.from(manifest), mediaTypes.ociIndex, "v1", signal);
});

test("credentials are looked up for the registry of the request, whatever the challenge says", async (t) => {
  const server = await scriptedServer(t, { "GET /token?*": goodToken });
  const challenge = `Bearer realm="${server.origin}/token",service="docker.io",scope="repository:victim:pull"`;
  server.on({ "GET /v2/app/manifests/v1": guarded("Bearer good", challenge) });
  const { credentials, lookups } = holding(undefined);
  await createRegistries({ http: createHttpClient(), credentials })
    .open({ kind: "registry", registry: server.host, repository: "app" })
    .manifest("v1", signal);
  assert.deepEqual(lookups, [`${server.host}/app`]);
});

test("a realm that is not an HTTP URL, or contains credentials, is refused", async (t) => {
  for (const realm of ["", "/token", "https://user:secret@auth.example.com/", "file:///etc/passwd", "ftp://auth.example.com/"]) {
    const server = await scriptedServer(t, { "GET /v2/app/manifests/v1": { status: 401, headers: { "www-authenticate": bearer(realm) } } });
    await assert.rejects(open(server, alice).manifest("v1", signal), (error: Error) => {
      assert.doesNotMatch(error.message, /secret/);
      return "code" in error && error.code === "UNAUTHORIZED";
    });
  }
});

test("a challenge from a redirect's target is not answered", async (t) => {
  const evil = await scriptedServer(t);
  evil.on({ "GET /blob": { status: 401, headers: { "www-authenticate": bearer(`${evil.origin}/token`) } } });
  const digest = digestOf(Buffer.from("blob"));
  const server = await scriptedServer(t, {
    [`GET /v2/app/blobs/${digest}`]: { status: 307, headers: { location: `${evil.origin}/blob` } },
  });
  const descriptor = { mediaType: "text/plain", digest, size: 4 };
  await assert.rejects(open(server, alice).blob(descriptor, 100, signal), { code: "UNAUTHORIZED" });
  assert.deepEqual(evil.lines, ["GET /blob"], "its token service is not asked");
});

test("a token service's redirect to another origin does not get the password", async (t) => {
  const evil = await scriptedServer(t, { "GET /token": goodToken });
  const server = await withTokens(t, { "GET /token?*": { status: 307, headers: { location: `${evil.origin}/token` } } });
  assert.ok(await open(server, alice).manifest("v1", signal));
  assert.equal(evil.seen[0]?.headers["authorization"], undefined);
});

test("a token that is not valid in a header is refused", async (t) => {
  const server = await withTokens(t, { "GET /token?*": { body: '{"token":"good\\r\\nx-evil: yes"}' } });
  await assert.rejects(open(server, alice).manifest("v1", signal), { code: "UNAUTHORIZED" });
});

test("an endless token is refused", async (t) => {
  const server = await withTokens(t, { "GET /token?*": { body: JSON.stringify({ token: "x".repeat(100_000) }) } });
  await assert.rejects(open(server, alice).manifest("v1", signal), { code: "UNAUTHORIZED" });
});
