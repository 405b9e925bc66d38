import assert from "node:assert/strict";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test, type TestContext } from "node:test";
import { createCredentials, type Credentials } from "./credentials.ts";

const signal = new AbortController().signal;

type Tree = Readonly<Record<string, unknown>>;

/** A home folder with these files; text is written as it is, everything else as JSON. */
async function homeWith(t: TestContext, tree: Tree): Promise<string> {
  const home = await mkdtemp(join(tmpdir(), "touchmark-home-"));
  t.after(() => rm(home, { recursive: true, force: true }));
  await Promise.all(
    Object.entries(tree).map(async ([name, content]) => {
      const path = join(home, name);
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, typeof content === "string" ? content : JSON.stringify(content), { mode: 0o755 });
    }),
  );
  return home;
}

async function docker(t: TestContext, config: unknown, more: Tree = {}): Promise<Credentials> {
  const home = await homeWith(t, { ".docker/config.json": config, ...more });
  return createCredentials({ home, env: { PATH: join(home, "bin"), HOME: home } });
}

function auth(user: string): { readonly auth: string } {
  return { auth: Buffer.from(`${user}:pass:${user}`).toString("base64") };
}

async function userFor(credentials: Credentials, registry: string, repository = "app"): Promise<string | undefined> {
  const found = await credentials.find(registry, repository, signal);
  return found?.kind === "password" ? found.username : found?.token;
}

test("without a credential file there are no credentials", async (t) => {
  const credentials = createCredentials({ home: await homeWith(t, {}), env: {} });
  assert.equal(await credentials.find("registry.example.com", "app", signal), undefined);
});

test("a password may contain colons, and its source is named", async (t) => {
  const home = await homeWith(t, { ".docker/config.json": { auths: { "registry.example.com": auth("alice") } } });
  const found = await createCredentials({ home, env: {} }).find("registry.example.com", "app", signal);
  assert.deepEqual(found, { kind: "password", username: "alice", password: "pass:alice", source: join(home, ".docker/config.json") });
});

test("credentials are used only for their registry, never for one with a similar name", async (t) => {
  const auths = {
    "example.com": auth("plain"),
    "registry.example.com:5000": auth("port"),
    "https://old.example.com/v1/": auth("old"),
    "podman.example.com/team": auth("team"),
  };
  const credentials = await docker(t, { auths });
  for (const registry of [
    "evil-example.com",
    "example.com.evil.com",
    "example.co",
    "sub.example.com",
    "example.com:5000",
    "registry.example.com",
    "registry.example.com:500",
    "registry.example.com:50000",
    "old.example.com.evil.com",
    "evil.com/example.com",
    "podman.example.com",
  ]) {
    assert.equal(await userFor(credentials, registry), undefined, registry);
  }
  assert.equal(await userFor(credentials, "example.com"), "plain");
  assert.equal(await userFor(credentials, "registry.example.com:5000"), "port");
  assert.equal(await userFor(credentials, "old.example.com"), "old");
});

test("podman's namespaces match by whole components, the longest first", async (t) => {
  const keys = ["example.com/team", "example.com/team/app", "example.com"];
  const credentials = await docker(t, { auths: Object.fromEntries(keys.map((key) => [key, auth(key)])) });
  for (const [repository, user] of [
    ["team/app", "example.com/team/app"],
    ["team/app/sub", "example.com/team/app"],
    ["team/apple", "example.com/team"],
    ["team", "example.com/team"],
    ["teams/app", "example.com"],
    ["other/team/app", "example.com"],
  ] as const) {
    assert.equal(await userFor(credentials, "example.com", repository), user, repository);
  }
});

test("Docker Hub is found under each of its names", async (t) => {
  for (const key of ["https://index.docker.io/v1/", "docker.io", "index.docker.io"]) {
    const credentials = await docker(t, { auths: { [key]: auth("hub") } });
    assert.equal(await userFor(credentials, "docker.io", "library/alpine"), "hub", key);
    assert.equal(await userFor(credentials, "evil-docker.io"), undefined);
  }
});

test("an identity token takes precedence over a password", async (t) => {
  const credentials = await docker(t, { auths: { "example.com": { ...auth("alice"), identitytoken: "refresh" } } });
  assert.deepEqual(await credentials.find("example.com", "app", signal).then((found) => found?.kind), "identity");
});

test("the files of both tools are searched, a named one first", async (t) => {
  const home = await homeWith(t, {
    "named.json": { auths: { "a.example.com": auth("named") } },
    "docker/config.json": { auths: { "a.example.com": auth("docker"), "b.example.com": auth("docker"), "x.example.com": {} } },
    "run/containers/auth.json": { auths: { "b.example.com": auth("run"), "c.example.com": auth("run"), "x.example.com": auth("run") } },
    ".config/containers/auth.json": { auths: { "c.example.com": auth("config"), "d.example.com": auth("config") } },
  });
  const env = { REGISTRY_AUTH_FILE: join(home, "named.json"), DOCKER_CONFIG: join(home, "docker"), XDG_RUNTIME_DIR: join(home, "run") };
  const credentials = createCredentials({ home, env });
  const found = await Promise.all(["a", "b", "c", "d", "x", "e"].map((name) => userFor(credentials, `${name}.example.com`)));
  assert.deepEqual(found, ["named", "docker", "run", "config", "run", undefined]);
});

test("entries are read as Docker and podman read them", async (t) => {
  const base64 = (text: string): string => Buffer.from(text).toString("base64");
  for (const [what, config, expected] of [
    ["user name and password instead of auth", { auths: { "example.com": { username: "u", password: "p" } } }, "password u p"],
    ["Base64 without padding", { auths: { "example.com": { auth: base64("user:pass").replaceAll("=", "") } } }, "password user pass"],
    [
      "Base64 with line feeds",
      { auths: { "example.com": { auth: `${base64("user:pass").slice(0, 4)}\n${base64("user:pass").slice(4)}\n` } } },
      "password user pass",
    ],
    ["NULs after the password", { auths: { "example.com": { auth: base64("user:pass\0\0") } } }, "password user pass"],
    ["a key with a path", { auths: { "https://example.com/v2/app": auth("u") } }, "password u pass:u"],
    ["an empty name of a helper", { credHelpers: { "example.com": "" }, auths: { "example.com": auth("u") } }, "password u pass:u"],
    ["a token for the registry itself", { auths: { "example.com": { registrytoken: "t" } } }, "registry-token t"],
    ["a token for its token service", { auths: { "example.com": { identitytoken: "t", ...auth("u") } } }, "identity t"],
    ["an empty file", "", "nothing"],
    ["a file of white space", " \n", "nothing"],
  ] as const) {
    const found = await (await docker(t, config)).find("example.com", "app", signal);
    const said = !found
      ? "nothing"
      : found.kind === "password"
        ? `password ${found.username} ${found.password}`
        : `${found.kind} ${found.token}`;
    assert.equal(said, expected, what);
  }
});

test("the text of DOCKER_AUTH_CONFIG comes before all files", async (t) => {
  const home = await homeWith(t, { ".docker/config.json": { auths: { "a.example.com": auth("file"), "b.example.com": auth("file") } } });
  const credentials = createCredentials({
    home,
    env: { DOCKER_AUTH_CONFIG: JSON.stringify({ auths: { "a.example.com": auth("text") } }) },
  });
  assert.deepEqual(await Promise.all(["a", "b"].map((name) => userFor(credentials, `${name}.example.com`))), ["text", "file"]);
  const broken = createCredentials({ home, env: { DOCKER_AUTH_CONFIG: "{" } });
  await assert.rejects(userFor(broken, "a.example.com"), { code: "MALFORMED", message: /DOCKER_AUTH_CONFIG/ });
});

test("an error in a file is reported, and another registry's entry does not matter", async (t) => {
  await assert.rejects(async () => userFor(await docker(t, "{"), "example.com"), { code: "MALFORMED" });
  await assert.rejects(async () => userFor(await docker(t, { auths: [] }), "example.com"), { code: "MALFORMED" });
  const credentials = await docker(t, {
    auths: { "bad.example.com": { auth: "***" }, "colon.example.com": { auth: "eA==" }, "example.com": auth("alice") },
  });
  assert.equal(await userFor(credentials, "example.com"), "alice");
  await assert.rejects(userFor(credentials, "bad.example.com"), { code: "MALFORMED" });
  await assert.rejects(userFor(credentials, "colon.example.com"), { code: "MALFORMED" });
});

test("a file is read when needed, and once", async (t) => {
  const home = await homeWith(t, {});
  const credentials = createCredentials({ home, env: {} });
  await mkdir(join(home, ".docker"));
  await writeFile(join(home, ".docker/config.json"), JSON.stringify({ auths: { "example.com": auth("alice") } }));
  assert.equal(await userFor(credentials, "example.com"), "alice");
  await rm(join(home, ".docker/config.json"));
  assert.equal(await userFor(credentials, "example.com"), "alice");
});

/** A credential helper: a program that records its input and runs the rest of the script. */
function helper(script: string): string {
  return `#!${process.execPath}
const { readFileSync, writeFileSync } = require("node:fs");
const asked = readFileSync(0, "utf8");
writeFileSync(process.env.HOME + "/asked", process.argv[2] + " " + asked);
const give = (Username, Secret) => console.log(JSON.stringify({ ServerURL: asked, Username, Secret }));
${script}
`;
}

test("a credential helper is asked only for its registry, and takes precedence over the file's entry", async (t) => {
  const home = await homeWith(t, {
    ".docker/config.json": {
      credHelpers: { "ecr.example.com": "ecr" },
      credsStore: "",
      auths: { "ecr.example.com": auth("file"), "other.example.com": auth("file") },
    },
    "bin/docker-credential-ecr": helper('give("AWS", "secret")'),
  });
  const credentials = createCredentials({ home, env: { PATH: join(home, "bin"), HOME: home } });
  const found = await credentials.find("ecr.example.com", "app", signal);
  assert.deepEqual(found, { kind: "password", username: "AWS", password: "secret", source: "docker-credential-ecr" });
  assert.equal(await readFile(join(home, "asked"), "utf8"), "get ecr.example.com");
  assert.equal(await userFor(credentials, "other.example.com"), "file");
});

test("the general helper serves all registries, Docker Hub by its URL, and may return an identity token", async (t) => {
  const home = await homeWith(t, {
    ".docker/config.json": { credsStore: "store", auths: { "https://index.docker.io/v1/": {} } },
    "bin/docker-credential-store": helper('give("<token>", "refresh")'),
  });
  const credentials = createCredentials({ home, env: { PATH: join(home, "bin"), HOME: home } });
  assert.deepEqual(await credentials.find("docker.io", "library/alpine", signal), {
    kind: "identity",
    token: "refresh",
    source: "docker-credential-store",
  });
  assert.equal(await readFile(join(home, "asked"), "utf8"), "get https://index.docker.io/v1/");
});

test("without a credential in the helper, the file's entry is used", async (t) => {
  const credentials = await docker(
    t,
    { credsStore: "store", auths: { "example.com": auth("file") } },
    {
      "bin/docker-credential-store": helper('console.log("credentials not found in native keychain"); process.exit(1)'),
    },
  );
  assert.equal(await userFor(credentials, "example.com"), "file");
});

test("a failed helper is an error that quotes none of its output", async (t) => {
  const scripts: Record<string, string> = {
    fails: 'console.log("secret"); console.error("secret"); process.exit(1)',
    talks: 'console.log("secret")',
    floods: 'for (let i = 0; i < 10000; i++) console.log("secret ".repeat(100))',
  };
  const config = {
    credHelpers: {
      "a.example.com": "fails",
      "b.example.com": "talks",
      "c.example.com": "floods",
      "d.example.com": "absent",
      "e.example.com": "../evil",
    },
  };
  const bin = Object.fromEntries(Object.entries(scripts).map(([name, script]) => [`bin/docker-credential-${name}`, helper(script)]));
  const credentials = await docker(t, config, bin);
  const failures = await Promise.allSettled(["a", "b", "c", "d", "e"].map((name) => userFor(credentials, `${name}.example.com`)));
  const errors = failures.map((failure) => (failure.status === "rejected" ? failure.reason : assert.fail("nothing failed")));
  assert.deepEqual(
    errors.map(({ code }) => code),
    ["UNAUTHORIZED", "UNAUTHORIZED", "UNAUTHORIZED", "UNAUTHORIZED", "UNAUTHORIZED"],
  );
  for (const { message } of errors) assert.doesNotMatch(message, /secret/);
  assert.match(errors[3].message, /docker-credential-absent is not on the PATH/);
  assert.match(errors[4].message, /"..\/evil" is not the name of a credential helper/);
});

test("a helper that answers with nothing, or with an empty name and secret, has no credential", async (t) => {
  for (const script of ["", 'give("", "")']) {
    const credentials = await docker(
      t,
      { credsStore: "empty", auths: { "b.example.com": auth("file") } },
      { "bin/docker-credential-empty": helper(script) },
    );
    assert.deepEqual(await Promise.all(["a", "b"].map((name) => userFor(credentials, `${name}.example.com`))), [undefined, "file"]);
  }
});

test("a helper that fails does not hide what a file has", async (t) => {
  const credentials = await docker(t, { credsStore: "absent", auths: { "example.com": auth("file") } });
  assert.equal(await userFor(credentials, "example.com"), "file");
});

test("a helper gets the variables of its service, and no secret of ours or of the job", async (t) => {
  const home = await homeWith(t, {
    ".docker/config.json": { credsStore: "ecr-login" },
    "bin/docker-credential-ecr-login": helper('give(Object.keys(process.env).sort().join(), "s")'),
  });
  const secrets = {
    TOUCHMARK_PASSWORD: "s",
    COSIGN_PASSWORD: "s",
    SIGSTORE_ID_TOKEN: "s",
    ACTIONS_ID_TOKEN_REQUEST_TOKEN: "s",
    DEPLOY_KEY: "s",
  };
  const env = { PATH: join(home, "bin"), HOME: home, AWS_PROFILE: "dev", ECR_LOGIN_CACHE: "x", ...secrets };
  const found = await userFor(createCredentials({ home, env }), "example.com");
  const seen = found?.split(",").filter((name) => /PASSWORD|TOKEN|KEY|AWS|ECR|PATH|HOME/.test(name));
  assert.deepEqual(seen, ["AWS_PROFILE", "ECR_LOGIN_CACHE", "HOME", "PATH"]);
});

test("an aborted signal ends a helper that hangs", async (t) => {
  const controller = new AbortController();
  const credentials = await docker(t, { credsStore: "hangs" }, { "bin/docker-credential-hangs": helper("setInterval(() => {}, 1000)") });
  setTimeout(() => controller.abort(), 20);
  await assert.rejects(credentials.find("example.com", "app", controller.signal), { code: "INTERRUPTED" });
});
