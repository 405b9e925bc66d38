import assert from "node:assert/strict";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it, test, type TestContext } from "node:test";
import { inspect } from "node:util";
import { testClock, testTime } from "../../../../test/fakes/clock.ts";
import { mintToken } from "../../../../test/fakes/identity-provider.ts";
import { type ScriptedServer, scriptedServer } from "../../../../test/fakes/scripted-registry.ts";
import { TouchmarkError, type Code } from "../../../core/errors.ts";
import { createHttpClient } from "../../../net/http-client.ts";
import type { HttpClient } from "../../../net/http.ts";
import { ambientProviders } from "./ambient.ts";
import { buildkite } from "./buildkite.ts";
import { circleci } from "./circleci.ts";
import { githubActions } from "./github-actions.ts";
import { gitlab } from "./gitlab.ts";
import { tokenVariable } from "./given.ts";
import { google } from "./google.ts";
import type { IdentityToken } from "./identity-token.ts";
import { mountedToken } from "./mounted-token.ts";
import { type IdentityOptions, obtainIdentityToken } from "./obtain.ts";
import type { Provider } from "./provider.ts";

type Env = Readonly<Record<string, string | undefined>>;

/** A path in this folder that does not exist. */
const absent = join(import.meta.dirname, "absent");
const secret = "ask-me-with-this-0123456789abcdef";
const http = createHttpClient({ sleep: async () => {} });

function obtain(provider: Provider, env: Env, changes: Partial<IdentityOptions> = {}): Promise<IdentityToken> {
  const signal = AbortSignal.timeout(10_000);
  return obtainIdentityToken({ providers: [provider], env, http, audience: "sigstore", now: testClock, signal, ...changes });
}

/** An error of this code that does not contain a token, however it is printed. */
function fails(code: Code, message: RegExp, ...hidden: readonly string[]): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof TouchmarkError, String(error));
    assert.equal(error.code, code, error.message);
    assert.match(error.message, message);
    for (const text of [secret, ...hidden]) assert.ok(!inspect(error, { depth: 9 }).includes(text), error.message);
    return true;
  };
}

async function folder(t: TestContext): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), "touchmark-"));
  t.after(() => rm(path, { recursive: true }));
  return path;
}

interface Asked {
  readonly provider: Provider;
  readonly env: (server: ScriptedServer) => Env;
  readonly line: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** How this provider wraps a token. */
  readonly wrap: (token: string) => string;
}

const asked: readonly Asked[] = [
  {
    provider: githubActions,
    env: ({ origin }) => ({ ACTIONS_ID_TOKEN_REQUEST_URL: `${origin}/token?api-version=2.0`, ACTIONS_ID_TOKEN_REQUEST_TOKEN: secret }),
    line: "GET /token?api-version=2.0&audience=sigstore",
    headers: { authorization: `bearer ${secret}` },
    body: "",
    wrap: (value) => JSON.stringify({ count: value.length, value }),
  },
  {
    provider: buildkite,
    env: ({ origin }) => ({
      BUILDKITE_AGENT_ACCESS_TOKEN: secret,
      BUILDKITE_AGENT_ENDPOINT: `${origin}/v3/`,
      BUILDKITE_JOB_ID: "0190/1",
    }),
    line: "POST /v3/jobs/0190%2F1/oidc/tokens",
    headers: { authorization: `Token ${secret}`, "content-type": "application/json" },
    body: '{"audience":"sigstore"}',
    wrap: (token) => JSON.stringify({ token }),
  },
  {
    provider: google(absent),
    env: ({ host }) => ({ GCE_METADATA_HOST: host }),
    line: "GET /computeMetadata/v1/instance/service-accounts/default/identity?audience=sigstore&format=full",
    headers: { "metadata-flavor": "Google" },
    body: "",
    wrap: (token) => token,
  },
];

for (const { provider, env, line, headers, body, wrap } of asked) {
  describe(provider.name, () => {
    it("returns a token for our audience", async (t) => {
      const text = mintToken();
      const server = await scriptedServer(t, { [line]: { body: wrap(text) } });
      const token = await obtain(provider, env(server));
      assert.equal(token.reveal(), text);
      assert.equal(token.source, provider.name);
      assert.deepEqual(server.lines, [line]);
      const [seen] = server.seen;
      for (const [name, value] of Object.entries(headers)) assert.equal(seen?.headers[name], value);
      assert.equal(Buffer.from(seen?.body ?? "").toString(), body);
    });

    const statuses = [
      [401, "UNAUTHORIZED"],
      [403, "UNAUTHORIZED"],
      [429, "RATE_LIMITED"],
      [500, "UNREACHABLE"],
    ] as const;
    for (const [status, code] of statuses) {
      it(`is an error with ${status}, and its response is not quoted`, async (t) => {
        const server = await scriptedServer(t, { [line]: { status, body: `who is ${secret}?` } });
        await assert.rejects(
          obtain(provider, env(server)),
          fails(code, new RegExp(`answers ${status} to the request for an identity token`)),
        );
      });
    }

    it("is not followed to another host", async (t) => {
      const other = await scriptedServer(t);
      const server = await scriptedServer(t, { [line]: { status: 307, headers: { location: `${other.origin}/` } } });
      await assert.rejects(obtain(provider, env(server)), fails("UNREACHABLE", /answers 307/));
      assert.deepEqual(other.seen, []);
    });

    it("has a timeout", async (t) => {
      const server = await scriptedServer(t, { [line]: () => undefined });
      const hasty = createHttpClient({ timeouts: { connect: 5000, silence: 50 } });
      await assert.rejects(obtain(provider, env(server), { http: hasty }), fails("TIMEOUT", /did not answer/));
    });

    it("is aborted by the signal", async (t) => {
      const controller = new AbortController();
      const server = await scriptedServer(t, {
        [line]: () => {
          controller.abort();
          return undefined;
        },
      });
      await assert.rejects(obtain(provider, env(server), { signal: controller.signal }), fails("INTERRUPTED", /interrupted/));
    });

    it("has a bounded response", async (t) => {
      const server = await scriptedServer(t, { [line]: { body: wrap("a".repeat(70_000)) } });
      await assert.rejects(obtain(provider, env(server)), fails("LIMIT_EXCEEDED", /longer than/));
    });

    const others = mintToken({ aud: "other" });
    const late = mintToken({ exp: Math.floor(testTime / 1000) - 120 });
    const useless: readonly (readonly [what: string, token: string, message: RegExp])[] = [
      ["for another audience", others, /the audience "other"/],
      ["that has expired", late, /valid until/],
      ["that is invalid", "Sign in first", /three parts/],
    ];
    for (const [what, token, message] of useless) {
      it(`returns a token ${what}, which is refused`, async (t) => {
        const server = await scriptedServer(t, { [line]: { body: wrap(token) } });
        await assert.rejects(obtain(provider, env(server)), fails("IDENTITY_TOKEN_INVALID", message, token));
      });
    }
  });
}

test("a response without the expected token has its own error", async (t) => {
  for (const { provider, env, line } of asked.slice(0, 2)) {
    const server = await scriptedServer(t, { [line]: [{ body: "<html>" }, { body: "{}" }] });
    await assert.rejects(obtain(provider, env(server)), fails("MALFORMED", /the answer of .* is not JSON/));
    await assert.rejects(obtain(provider, env(server)), fails("MALFORMED", /is missing, expected a string/));
  }
});

test("no request is sent over plain HTTP, except on this machine", async () => {
  const github = { ACTIONS_ID_TOKEN_REQUEST_URL: "http://github.example/?a=b", ACTIONS_ID_TOKEN_REQUEST_TOKEN: secret };
  await assert.rejects(obtain(githubActions, github), fails("USAGE", /ACTIONS_ID_TOKEN_REQUEST_URL is not an https URL/));
  const agent = { BUILDKITE_AGENT_ACCESS_TOKEN: secret, BUILDKITE_JOB_ID: "1", BUILDKITE_AGENT_ENDPOINT: "http://buildkite.example" };
  await assert.rejects(obtain(buildkite, agent), fails("USAGE", /BUILDKITE_AGENT_ENDPOINT is not an https URL/));
});

test("a job without permission for a token gets an error that names what is missing", async () => {
  const cases: readonly (readonly [provider: Provider, env: Env, hint: RegExp])[] = [
    [githubActions, { GITHUB_ACTIONS: "true" }, /id-token: write/],
    [gitlab, { GITLAB_CI: "true" }, /id_tokens: \{ SIGSTORE_ID_TOKEN: \{ aud: sigstore \} \}/],
    [buildkite, { BUILDKITE: "true", BUILDKITE_JOB_ID: "1" }, /BUILDKITE_AGENT_ACCESS_TOKEN/],
    [circleci, { CIRCLECI: "true", PATH: absent }, /circleci run oidc get/],
  ];
  for (const [provider, env, hint] of cases) {
    const error: unknown = await obtain(provider, env).catch((reason: unknown) => reason);
    assert.ok(fails("IDENTITY_TOKEN_MISSING", /./)(error));
    assert.match(error instanceof TouchmarkError ? error.hint : "", hint);
  }
});

test("GitLab's variable is named after the audience", async () => {
  const surroundings = { http, signal: AbortSignal.timeout(10_000) };
  const env = { GITLAB_CI: "true", HTTPS___CA_EXAMPLE_ID_TOKEN: "one", SIGSTORE_ID_TOKEN: "two" };
  assert.equal(await gitlab.token({ ...surroundings, env, audience: "https://ca.example" }), "one");
  assert.equal(await gitlab.token({ ...surroundings, env, audience: "sigstore" }), "two");
  const digit = { GITLAB_CI: "true", _CA_ID_TOKEN: "three" };
  assert.equal(await gitlab.token({ ...surroundings, env: digit, audience: "1ca" }), "three");
});

describe("CircleCI", () => {
  async function program(t: TestContext, script: string): Promise<Env> {
    const path = await folder(t);
    await writeFile(join(path, "circleci"), `#!/bin/sh\n${script}\n`);
    await chmod(join(path, "circleci"), 0o755);
    return { CIRCLECI: "true", PATH: path };
  }

  it("creates a token for our audience", async (t) => {
    const text = mintToken();
    const env = await program(t, `[ "$*" = 'run oidc get --claims {"aud":"sigstore"}' ] && echo ${text}`);
    assert.equal((await obtain(circleci, env)).reveal(), text);
  });

  it("fails, and its output is not quoted", async (t) => {
    const env = await program(t, `echo ${secret}; echo ${secret} >&2; exit 3`);
    await assert.rejects(obtain(circleci, env), fails("IDENTITY_TOKEN_MISSING", /the program circleci failed \(3\)/));
  });

  it("has a bounded output", async (t) => {
    const env = await program(t, `while :; do echo ${secret}${secret}${secret}; done`);
    await assert.rejects(obtain(circleci, env), fails("IDENTITY_TOKEN_MISSING", /failed/));
  });

  it("is aborted by the signal", async (t) => {
    const env = await program(t, "exec /bin/sleep 60");
    await assert.rejects(obtain(circleci, env, { signal: AbortSignal.abort() }), fails("INTERRUPTED", /interrupted/));
    await assert.rejects(obtain(circleci, env, { signal: AbortSignal.timeout(20) }), fails("TIMEOUT", /ran out/));
  });
});

describe("a mounted token", () => {
  it("is read each time, since it is renewed", async (t) => {
    const path = join(await folder(t), "oidc-token");
    for (const sub of ["spiffe://example.org/signer", "system:serviceaccount:default:signer"]) {
      await writeFile(path, `${mintToken({ sub })}\n`);
      assert.equal((await obtain(mountedToken(path), {})).subject, sub);
    }
  });

  it("is an error if it cannot be read, or is something else", async (t) => {
    const path = await folder(t);
    await assert.rejects(obtain(mountedToken(path), {}), fails("FILE_NOT_FOUND", /it is a folder/));
    await writeFile(join(path, "large"), "a".repeat(70_000));
    await assert.rejects(obtain(mountedToken(join(path, "large")), {}), fails("LIMIT_EXCEEDED", /large/));
    await writeFile(join(path, "bytes"), Buffer.from([0xff, 0xfe]));
    await assert.rejects(obtain(mountedToken(join(path, "bytes")), {}), fails("MALFORMED", /not UTF-8/));
  });
});

describe("a Google machine", () => {
  const line = "GET /computeMetadata/v1/instance/service-accounts/default/identity?*";

  it("has no identity without a service account", async (t) => {
    const { host } = await scriptedServer(t, { [line]: { status: 404 } });
    await assert.rejects(obtain(google(absent), { GCE_METADATA_HOST: host }), fails("IDENTITY_TOKEN_MISSING", /tried Google Cloud/));
  });

  it("is detected by its firmware, and the request goes to its link-local address", async (t) => {
    const file = join(await folder(t), "product_name");
    const urls: URL[] = [];
    const refusing: HttpClient = {
      ...http,
      request: async ({ url }) => {
        urls.push(url);
        throw new TouchmarkError("UNREACHABLE", "nothing is asked in a test");
      },
    };
    const surroundings = { env: {}, http: refusing, audience: "sigstore", signal: AbortSignal.timeout(10_000) };
    for (const product of ["Standard PC", "Google Compute Engineering", "a".repeat(300)]) {
      await writeFile(file, product);
      assert.equal(await google(file).token(surroundings), undefined, product);
    }
    await writeFile(file, "Google Compute Engine\n");
    await assert.rejects(google(file).token(surroundings));
    assert.deepEqual(
      urls.map(({ host }) => host),
      ["169.254.169.254"],
    );
  });
});

test("if no provider is available, the error names all of them", async () => {
  const none = [tokenVariable, githubActions, gitlab, buildkite, circleci, mountedToken(absent), google(absent)];
  const surroundings = { env: { SIGSTORE_ID_TOKEN: "" }, http, audience: "sigstore", now: testClock, signal: AbortSignal.timeout(10_000) };
  await assert.rejects(
    obtainIdentityToken({ providers: none, ...surroundings }),
    fails("IDENTITY_TOKEN_MISSING", /tried SIGSTORE_ID_TOKEN, GitHub Actions, GitLab CI, Buildkite, CircleCI, .*absent, Google Cloud$/),
  );
});

test("the first available provider decides, even if its token is unusable", async () => {
  const env = { SIGSTORE_ID_TOKEN: mintToken({ sub: "first" }), GITLAB_CI: "true" };
  const options = { providers: ambientProviders, http, audience: "sigstore", now: testClock, signal: AbortSignal.timeout(10_000) };
  const token = await obtainIdentityToken({ ...options, env });
  assert.deepEqual([token.subject, token.source], ["first", "SIGSTORE_ID_TOKEN"]);
  const useless = { ...env, SIGSTORE_ID_TOKEN: mintToken({ aud: "other" }) };
  await assert.rejects(obtainIdentityToken({ ...options, env: useless }), fails("IDENTITY_TOKEN_INVALID", /SIGSTORE_ID_TOKEN/));
});
