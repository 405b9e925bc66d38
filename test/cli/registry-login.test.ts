/** Credentials for a registry from flags, against a registry that asks for them. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { encodeUtf8, streamOf } from "../../src/core/bytes.ts";
import { digestOf } from "../../src/core/digest.ts";
import { mediaTypes } from "../../src/core/oci/manifest.ts";
import { scriptedServer, type Handler, type ScriptedServer } from "../fakes/scripted-registry.ts";
import { bench, type Bench, type Outcome } from "./harness.ts";

const image = JSON.stringify({
  schemaVersion: 2,
  mediaType: mediaTypes.ociManifest,
  config: { mediaType: mediaTypes.ociConfig, digest: digestOf(encodeUtf8("{}")), size: 2 },
  layers: [],
});
const basic = (pair: string): string => `Basic ${Buffer.from(pair).toString("base64")}`;

interface Place extends Bench {
  readonly server: ScriptedServer;
  /** Runs with this text on stdin. */
  readonly type: (text: string, ...words: readonly string[]) => Promise<Outcome>;
}

/** A registry with one image without signatures, for whoever sends this header. */
async function guarded(t: TestContext, authorization: string): Promise<Place> {
  const made = await bench(t);
  await made.run("keys", "generate", "--output-key-prefix", made.path("touchmark"));
  const answer: Handler = ({ headers, path }) => {
    if (headers["authorization"] !== authorization) return { status: 401, headers: { "www-authenticate": 'Basic realm="x"' } };
    if (path.endsWith("/manifests/1.0")) return { headers: { "content-type": mediaTypes.ociManifest }, body: image };
    return { status: 404 };
  };
  const server = await scriptedServer(t, { "GET /v2/*": answer, "HEAD /v2/*": answer });
  return { ...made, server, type: (text, ...words) => made.runWith({ stdin: () => streamOf(encodeUtf8(text)) }, ...words) };
}

const guide = readFileSync(join(import.meta.dirname, "../../docs/guides/registry-login.md"), "utf8");

test("the guide's command sends the user name, and the password that is on stdin", async (t) => {
  const place = await guarded(t, basic("ci:wonder"));
  const [, command = ""] = /echo "\$PASSWORD" \| touchmark (.*)/.exec(guide) ?? [];
  const words = command.replace("registry.example", place.server.host).replace("touchmark.pub", place.path("touchmark.pub")).split(" ");
  const { status, stdout, stderr } = await place.type("wonder\n", ...words);
  assert.equal(status, 10, stderr);
  assert.doesNotMatch(stdout + stderr, /wonder/);
});

test("every command that opens a repository takes them, in place of what the user's files hold", async (t) => {
  const place = await guarded(t, "Bearer t");
  const files = { auths: { [place.server.host]: { auth: Buffer.from("old:old").toString("base64") } } };
  await mkdir(place.path(".docker"));
  await writeFile(place.path(".docker/config.json"), JSON.stringify(files));
  const reference = `${place.server.host}/app:1.0`;
  for (const [status, ...words] of [
    [0, "tree"],
    [10, "verify", "--key", place.path("touchmark.pub")],
    [0, "log", "flush"],
    [0, "doctor", "registry"],
  ] as const) {
    const operand = words[0] === "doctor" ? `${place.server.host}/app` : reference;
    assert.equal((await place.run(...words, "--registry-token", "t", operand)).status, status, words.join(" "));
  }
});

test("a wrong password is refused, and is in no message", async (t) => {
  const place = await guarded(t, basic("ci:wonder"));
  const { status, stderr } = await place.run(
    "tree",
    "--registry-username",
    "ci",
    "--registry-password",
    "wander",
    `${place.server.host}/app:1.0`,
  );
  assert.equal(status, 31);
  assert.match(stderr, /the credentials of --registry-username were sent/);
  assert.doesNotMatch(stderr, /wander/);
});

test("an empty password on stdin is a usage error", async (t) => {
  const place = await guarded(t, basic("ci:wonder"));
  const { status, stderr } = await place.type(
    "\n",
    "tree",
    "--registry-username",
    "ci",
    "--registry-password-stdin",
    `${place.server.host}/app:1.0`,
  );
  assert.equal(status, 2);
  assert.match(stderr, /stdin holds no password/);
});

test("flags that do not fit together, or leave open which registry they are for, are a usage error", async (t) => {
  const { run } = await bench(t);
  const one = "registry.example/app:1.0";
  for (const [flags, message] of [
    ["--registry-username ci", /--registry-username needs a password: --registry-password-stdin/],
    ["--registry-password p", /needs a user name/],
    ["--registry-password-stdin", /needs a user name/],
    ["--registry-username ci --registry-password p --registry-password-stdin", /exclude each other/],
    ["--registry-token t --registry-username ci", /exclude each other/],
  ] as const) {
    const { status, stderr } = await run("tree", ...flags.split(" "), one);
    assert.equal(status, 2, flags);
    assert.match(stderr, message);
  }
  const copied = await run("copy", "--registry-token", "t", one, "other.example/app:1.0");
  assert.equal(copied.status, 2);
  assert.match(copied.stderr, /are for one registry, and several are named: registry.example, other.example/);
  const none = await run("tree", "--registry-token", "t", "oci:folder:1.0");
  assert.equal(none.status, 2);
  assert.match(none.stderr, /are for one registry, and none is named/);
});
