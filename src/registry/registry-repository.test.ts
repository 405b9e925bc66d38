import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import {
  scriptedServer,
  type Script,
  type ScriptedAnswer,
  type ScriptedServer,
  type ScriptLine,
} from "../../test/fakes/scripted-registry.ts";
import { digestOf, hexOf, type Digest } from "../core/digest.ts";
import { emptyConfig, maxManifestBytes, mediaTypes, type Descriptor } from "../core/oci.ts";
import type { Repository } from "../core/repository.ts";
import { createHttpClient } from "../net/http-client.ts";
import { createRegistries } from "./registries.ts";

const signal = AbortSignal.timeout(20_000);
const subject: Descriptor = { mediaType: mediaTypes.ociManifest, digest: digestOf(Buffer.from("subject")), size: 7 };
const tag = `sha256-${hexOf(subject.digest)}`;
const api = `GET /v2/app/referrers/${subject.digest}`;
const fallback = `GET /v2/app/manifests/${tag}`;
const absent: ScriptedAnswer = { status: 404, body: '{"errors":[{"code":"NAME_UNKNOWN"}]}' };

function open(server: ScriptedServer): Repository {
  const http = createHttpClient({ sleep: async () => {} });
  const alice = { kind: "password", username: "alice", password: "wonder", source: "test" } as const;
  const registries = createRegistries({ http, credentials: { find: async () => alice } });
  return registries.open({ kind: "registry", registry: server.host, repository: "app" });
}

async function opened(t: TestContext, script: Script): Promise<{ readonly server: ScriptedServer; readonly repository: Repository }> {
  const server = await scriptedServer(t, script);
  return { server, repository: open(server) };
}

function imageOf(word: string, of?: Descriptor): Buffer {
  return Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: mediaTypes.ociManifest,
      artifactType: "application/x-test",
      config: emptyConfig.descriptor,
      layers: [],
      annotations: { word },
      ...(of && { subject: of }),
    }),
  );
}

function descriptorOf(bytes: Uint8Array): Descriptor {
  return { mediaType: mediaTypes.ociManifest, digest: digestOf(bytes), size: bytes.length };
}

function served(bytes: Uint8Array, mediaType: string = mediaTypes.ociManifest, more: Record<string, string> = {}): ScriptedAnswer {
  return { headers: { "content-type": mediaType, ...more }, body: bytes };
}

function indexOf(...words: readonly string[]): Buffer {
  return Buffer.from(
    JSON.stringify({ schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests: words.map((word) => descriptorOf(Buffer.from(word))) }),
  );
}

function listing(...words: readonly string[]): ScriptedAnswer {
  return served(indexOf(...words), mediaTypes.ociIndex);
}

function digestsOf(...words: readonly string[]): readonly Digest[] {
  return words.map((word) => digestOf(Buffer.from(word)));
}

async function listed(repository: Repository): Promise<readonly Digest[]> {
  const entries = await repository.referrers(subject.digest, signal);
  return entries.map(({ digest }) => digest);
}

// Manifests

test("a manifest comes by tag or digest, under the type it was served as", async (t) => {
  const bytes = imageOf("v1");
  const { digest } = descriptorOf(bytes);
  const answer = served(bytes, `${mediaTypes.ociManifest}; charset=utf-8`, { "docker-content-digest": digest });
  const { server, repository } = await opened(t, { "GET /v2/app/manifests/v1": answer, [`GET /v2/app/manifests/${digest}`]: answer });
  const expected = { descriptor: descriptorOf(bytes), bytes };
  assert.deepEqual(await repository.manifest("v1", signal), expected);
  assert.deepEqual(await repository.manifest(digest, signal), expected);
  assert.match(server.seen[0]?.headers["accept"] ?? "", /^application\/vnd.oci.image.index.v1\+json, application\/vnd.oci.image.manifest/);
});

test("a manifest that is not there is undefined", async (t) => {
  const { repository } = await opened(t, { "GET /v2/app/manifests/v1": absent });
  assert.equal(await repository.manifest("v1", signal), undefined);
});

test("T19: another manifest than the digest asked for is refused", async (t) => {
  const asked = digestOf(Buffer.from("asked"));
  const given = imageOf("given");
  const { repository } = await opened(t, {
    [`GET /v2/app/manifests/${asked}`]: served(given, mediaTypes.ociManifest, { "docker-content-digest": asked }),
  });
  await assert.rejects(repository.manifest(asked, signal), { code: "DIGEST_MISMATCH", message: /was asked for sha256:/ });
});

test("T19: a manifest under a tag has the digest that the registry says", async (t) => {
  const { repository } = await opened(t, {
    "GET /v2/app/manifests/v1": served(imageOf("v1"), mediaTypes.ociManifest, { "docker-content-digest": digestOf(Buffer.from("other")) }),
    "GET /v2/app/manifests/v2": served(imageOf("v2"), mediaTypes.ociManifest, { "docker-content-digest": "md5:0" }),
  });
  await assert.rejects(repository.manifest("v1", signal), { code: "DIGEST_MISMATCH" });
  await assert.rejects(repository.manifest("v2", signal), { code: "MALFORMED" });
});

test("T04, T24: a manifest over 4 MiB is refused", async (t) => {
  const { repository } = await opened(t, { "GET /v2/app/manifests/v1": served(Buffer.alloc(maxManifestBytes + 1)) });
  await assert.rejects(repository.manifest("v1", signal), { code: "LIMIT_EXCEEDED" });
});

test("T30: what is neither tag nor digest does not get into a URL", async (t) => {
  const { repository } = await opened(t, {});
  for (const target of ["../../other/manifests/v1", "sha256:abc", "a?b", "", "sha256:../../x"]) {
    await assert.rejects(repository.manifest(target, signal), { code: "INVALID_REFERENCE" }, target);
  }
});

test("T30: a reference with a path in its name is not opened", () => {
  const registries = createRegistries({ http: createHttpClient(), credentials: { find: async () => undefined } });
  for (const repository of ["../app", "app/../other", "app?x", ""]) {
    assert.throws(() => registries.open({ kind: "registry", registry: "registry.example.com", repository }), { code: "INVALID_REFERENCE" });
  }
});

test("the registry's own errors are told apart, and quoted", async (t) => {
  const body = '{"errors":[{"code":"TOOMANYREQUESTS","message":"slow down"}]}';
  const { repository } = await opened(t, {
    "GET /v2/app/manifests/busy": { status: 429, body },
    "GET /v2/app/manifests/broken": { status: 500, body: "<html>oops</html>" },
    "GET /v2/app/manifests/odd": { status: 418, body: JSON.stringify({ errors: [{ code: "TEAPOT", message: "x".repeat(10_000) }] }) },
  });
  await assert.rejects(repository.manifest("busy", signal), { code: "RATE_LIMITED", message: /\(TOOMANYREQUESTS: slow down\)$/ });
  await assert.rejects(repository.manifest("broken", signal), {
    code: "REGISTRY_ERROR",
    message: /answers 500 to GET http.* for 127.0.0.1:\d+\/app$/,
  });
  await assert.rejects(
    repository.manifest("odd", signal),
    (error: Error) => error.message.length < 500 && /answers 418/.test(error.message),
  );
});

// Blobs

const content = Buffer.from("0123456789");
const blob: Descriptor = { mediaType: "text/plain", digest: digestOf(content), size: 10 };
const blobPath = `/v2/app/blobs/${blob.digest}`;

test("a blob comes whole, or is undefined", async (t) => {
  const { repository } = await opened(t, { [`GET ${blobPath}`]: [{ body: content }, absent] });
  assert.deepEqual(await repository.blob(blob, 10, signal), content);
  assert.equal(await repository.blob(blob, 10, signal), undefined);
});

test("a blob that its descriptor holds is not fetched", async (t) => {
  const { repository } = await opened(t, {});
  assert.deepEqual(await repository.blob({ ...blob, data: content }, 10, signal), content);
  await assert.rejects(repository.blob({ ...blob, data: content }, 9, signal), { code: "LIMIT_EXCEEDED" });
});

test("T04, T18: a blob over the bound is not even asked for", async (t) => {
  const { server, repository } = await opened(t, {});
  await assert.rejects(repository.blob(blob, 9, signal), { code: "LIMIT_EXCEEDED", message: /has 10 bytes, over the limit of 9/ });
  assert.deepEqual(server.lines, []);
});

test("T19: a longer, a shorter and another blob are refused", async (t) => {
  for (const [body, message] of [
    ["01234567890", /more than its 10 bytes/],
    ["012345678", /9 of its 10 bytes/],
    ["0123456780", /another digest/],
  ] as const) {
    const { repository } = await opened(t, { [`GET ${blobPath}`]: { body } });
    await assert.rejects(repository.blob(blob, 1000, signal), { code: "DIGEST_MISMATCH", message });
  }
});

test("a blob whose connection breaks in the middle is fetched again", async (t) => {
  const broken: ScriptLine = (_, response) => {
    response.writeHead(200, { "content-length": "10" });
    response.write("01234", () => response.destroy());
    return undefined;
  };
  const { repository } = await opened(t, { [`GET ${blobPath}`]: [broken, { body: content }] });
  assert.deepEqual(await repository.blob(blob, 10, signal), content);
});

test("T30, T34: a blob that lies elsewhere is fetched from there without credentials, and checked", async (t) => {
  const storage = await scriptedServer(t, { "GET /good?signature=x": { body: content }, "GET /bad?signature=x": { body: "9876543210" } });
  const server = await scriptedServer(t);
  const asking: ScriptLine = ({ headers }) => {
    if (headers["authorization"] === undefined) return { status: 401, headers: { "www-authenticate": "Basic realm=x" } };
    const where = storage.lines.length === 0 ? "good" : "bad";
    return { status: 307, headers: { location: `${storage.origin}/${where}?signature=x` } };
  };
  server.on({ [`GET ${blobPath}`]: asking });
  const repository = open(server);
  assert.deepEqual(await repository.blob(blob, 10, signal), content);
  await assert.rejects(repository.blob(blob, 10, signal), { code: "DIGEST_MISMATCH" });
  assert.deepEqual(
    storage.seen.map(({ headers }) => headers["authorization"]),
    [undefined, undefined],
  );
});

// Referrers

test("the referrers API and the fallback tag are united, each digest once", async (t) => {
  const { repository } = await opened(t, { [api]: listing("a", "b", "a"), [fallback]: listing("b", "c") });
  assert.deepEqual(await listed(repository), digestsOf("a", "b", "c"));
});

test("the referrers API and the fallback tag are asked side by side", async (t) => {
  const both = Promise.withResolvers<void>();
  let waiting = 0;
  const together: ScriptLine = (_, response) => {
    if (++waiting === 2) both.resolve();
    void both.promise.then(() => response.writeHead(404).end());
    return undefined;
  };
  const { repository } = await opened(t, { [api]: together, [fallback]: together });
  assert.deepEqual(await listed(repository), []);
});

for (const [what, answer] of [
  ["404", absent],
  ["405", { status: 405 }],
  ["400 UNSUPPORTED", { status: 400, body: '{"errors":[{"code":"UNSUPPORTED"}]}' }],
] as const) {
  test(`a registry that answers ${what} has no referrers API`, async (t) => {
    const { repository } = await opened(t, { [api]: answer, [fallback]: listing("a") });
    assert.deepEqual(await listed(repository), digestsOf("a"));
  });
}

test("T27: a listing that could not be read is never an empty one", async (t) => {
  const html = served(Buffer.from("<html>"), "text/html");
  for (const [script, code] of [
    [{ [api]: { status: 500 }, [fallback]: listing("a") }, "REGISTRY_ERROR"],
    [{ [api]: { status: 503 }, [fallback]: absent }, "REGISTRY_ERROR"],
    [{ [api]: { status: 400 }, [fallback]: absent }, "REGISTRY_ERROR"],
    [{ [api]: { status: 403 }, [fallback]: absent }, "UNAUTHORIZED"],
    [{ [api]: { status: 429 }, [fallback]: absent }, "RATE_LIMITED"],
    [{ [api]: html, [fallback]: absent }, "REGISTRY_ERROR"],
    [{ [api]: served(Buffer.from("{"), mediaTypes.ociIndex), [fallback]: absent }, "MALFORMED"],
    [{ [api]: absent, [fallback]: { status: 500 } }, "REGISTRY_ERROR"],
    [{ [api]: listing("a"), [fallback]: { status: 403 } }, "UNAUTHORIZED"],
    [{ [api]: absent, [fallback]: served(imageOf("not an index")) }, "MALFORMED"],
  ] as const) {
    const { repository } = await opened(t, { ...script });
    await assert.rejects(repository.referrers(subject.digest, signal), { code });
  }
});

test("T33: a listing that is an image too is refused", async (t) => {
  const both = { ...JSON.parse(indexOf("a").toString()), config: emptyConfig.descriptor, layers: [] };
  const { repository } = await opened(t, { [api]: served(Buffer.from(JSON.stringify(both)), mediaTypes.ociIndex), [fallback]: absent });
  await assert.rejects(repository.referrers(subject.digest, signal), { code: "MALFORMED" });
});

function page(next: string, ...words: readonly string[]): ScriptedAnswer {
  return served(indexOf(...words), mediaTypes.ociIndex, { link: `<${next}>; rel="next"` });
}

test("pages are followed to the last one", async (t) => {
  const path = `/v2/app/referrers/${subject.digest}`;
  const { repository } = await opened(t, {
    [api]: page(`${path}?page=2`, "a"),
    [`${api}?page=2`]: page("?page=3", "b"),
    [`${api}?page=3`]: listing("c"),
    [fallback]: absent,
  });
  assert.deepEqual(await listed(repository), digestsOf("a", "b", "c"));
});

test("T38: a page on another host, or elsewhere on this one, is not followed", async (t) => {
  const evil = await scriptedServer(t);
  for (const next of [
    `${evil.origin}/v2/app/referrers/${subject.digest}`,
    "/v2/other/referrers/x",
    `/v2/app/referrers/../../other/x`,
    "//[",
  ]) {
    const { repository } = await opened(t, { [api]: page(next, "a"), [fallback]: absent });
    await assert.rejects(repository.referrers(subject.digest, signal), { code: "REGISTRY_ERROR", message: /it is not followed/ });
  }
  assert.deepEqual(evil.lines, []);
});

test("T38, T18: pages without end, and entries without number, are refused", async (t) => {
  const path = `/v2/app/referrers/${subject.digest}`;
  const endless = await opened(t, { [api]: page(`${path}?n`, "a"), [`${api}?n`]: page(`${path}?n`, "a"), [fallback]: absent });
  await assert.rejects(endless.repository.referrers(subject.digest, signal), { code: "LIMIT_EXCEEDED" });
  assert.equal(endless.server.lines.length, 101);
  const words = Array.from({ length: 5001 }, (_, i) => `${i}`);
  const many = await opened(t, { [api]: page(`${path}?2`, ...words), [`${api}?2`]: listing(...words), [fallback]: absent });
  await assert.rejects(many.repository.referrers(subject.digest, signal), { code: "LIMIT_EXCEEDED" });
});

test("a page that is missing in the middle is an error, not the end", async (t) => {
  const { repository } = await opened(t, { [api]: page("?page=2", "a"), [`${api}?page=2`]: absent, [fallback]: absent });
  await assert.rejects(repository.referrers(subject.digest, signal), { code: "REGISTRY_ERROR" });
});

test("the fallback tag of a sha512 digest is cut to what a tag may be", async (t) => {
  const digest = digestOf(Buffer.from("subject"), "sha512");
  const { repository } = await opened(t, {
    [`GET /v2/app/referrers/${digest}`]: absent,
    [`GET /v2/app/manifests/sha512-${hexOf(digest).slice(0, 64)}`]: listing("a"),
  });
  assert.deepEqual((await repository.referrers(digest, signal)).length, 1);
});

// Storing blobs

const uploads = "POST /v2/app/blobs/uploads/";
const query = `digest=${encodeURIComponent(blob.digest)}`;

function opensAt(location: string): ScriptedAnswer {
  return { status: 202, headers: { location } };
}

test("a blob that is there is not sent", async (t) => {
  const { server, repository } = await opened(t, { [`HEAD ${blobPath}`]: {} });
  await repository.putBlob(content, signal);
  assert.equal(server.lines.length, 1);
});

test("a blob is sent whole to where the registry says, however it says it", async (t) => {
  const { server, repository } = await opened(t, {
    [`HEAD ${blobPath}`]: absent,
    [uploads]: [opensAt("/upload/1?state=x"), opensAt("2")],
    [`PUT /upload/1?state=x&${query}`]: { status: 201 },
    [`PUT /v2/app/blobs/uploads/2?${query}`]: { status: 201 },
    [`PUT /upload/3?${query}`]: { status: 201 },
  });
  await repository.putBlob(content, signal);
  await repository.putBlob(content, signal);
  server.on({ [uploads]: opensAt(`${server.origin}/upload/3`) });
  await repository.putBlob(content, signal);
  const puts = server.seen.filter(({ method }) => method === "PUT");
  assert.deepEqual(
    puts.map(({ body }) => Buffer.from(body).toString()),
    ["0123456789", "0123456789", "0123456789"],
  );
});

test("T34: credentials stay home when the upload goes elsewhere, and no question from there is answered", async (t) => {
  const storage = await scriptedServer(t, {
    [`PUT /1?${query}`]: { status: 201 },
    [`PUT /2?${query}`]: { status: 401, headers: { "www-authenticate": "Basic realm=x" } },
  });
  const guard =
    (answer: ScriptLine): ScriptLine =>
    (seen, response) => {
      if (seen.headers["authorization"] === undefined) return { status: 401, headers: { "www-authenticate": "Basic realm=x" } };
      return typeof answer === "function" ? answer(seen, response) : answer;
    };
  const { server, repository } = await opened(t, { [`HEAD ${blobPath}`]: guard(absent), [uploads]: guard(opensAt(`${storage.origin}/1`)) });
  await repository.putBlob(content, signal);
  server.on({ [uploads]: guard(opensAt(`${storage.origin}/2`)) });
  await assert.rejects(repository.putBlob(content, signal), { code: "UNAUTHORIZED" });
  assert.deepEqual(
    storage.seen.map(({ headers }) => headers["authorization"]),
    [undefined, undefined],
  );
});

test("an upload without a place, or to what is no web address, is refused", async (t) => {
  const { repository } = await opened(t, {
    [`HEAD ${blobPath}`]: absent,
    [uploads]: [{ status: 202 }, opensAt("http://["), opensAt("file:///tmp/x")],
  });
  await assert.rejects(repository.putBlob(content, signal), { code: "REGISTRY_ERROR" });
  await assert.rejects(repository.putBlob(content, signal), { code: "REGISTRY_ERROR" });
  await assert.rejects(repository.putBlob(content, signal), { code: "UNREACHABLE" });
});

test("an upload that failed is an error", async (t) => {
  const { repository } = await opened(t, { [`HEAD ${blobPath}`]: absent, [uploads]: opensAt("/u"), [`PUT /u?${query}`]: { status: 404 } });
  await assert.rejects(repository.putBlob(content, signal), { code: "REGISTRY_ERROR", message: /answers 404 to PUT/ });
});

test("an upload that seems to have failed and was stored all the same is good", async (t) => {
  const lost: ScriptLine = (_, response) => void response.destroy();
  const { repository } = await opened(t, {
    [`HEAD ${blobPath}`]: [absent, {}],
    [uploads]: opensAt("/u"),
    [`PUT /u?${query}`]: [lost, { status: 404, body: '{"errors":[{"code":"BLOB_UPLOAD_UNKNOWN"}]}' }],
  });
  await repository.putBlob(content, signal);
});

// Storing manifests

test("a manifest is stored by digest, or under a tag", async (t) => {
  const bytes = imageOf("v1");
  const { server, repository } = await opened(t, {
    [`PUT /v2/app/manifests/${digestOf(bytes)}`]: { status: 201, headers: { "docker-content-digest": digestOf(bytes) } },
    "PUT /v2/app/manifests/v1": { status: 201 },
  });
  assert.deepEqual(await repository.putManifest(bytes, mediaTypes.ociManifest, undefined, signal), descriptorOf(bytes));
  assert.deepEqual(await repository.putManifest(bytes, mediaTypes.ociManifest, "v1", signal), descriptorOf(bytes));
  assert.deepEqual(
    server.seen.map(({ body, headers }) => [Buffer.from(body), headers["content-type"]]),
    [
      [bytes, mediaTypes.ociManifest],
      [bytes, mediaTypes.ociManifest],
    ],
  );
});

test("T19: a registry that says it stored something else is not believed to have stored it", async (t) => {
  const { repository } = await opened(t, {
    "PUT /v2/app/manifests/v1": { status: 201, headers: { "docker-content-digest": digestOf(content) } },
  });
  await assert.rejects(repository.putManifest(imageOf("v1"), mediaTypes.ociManifest, "v1", signal), { code: "DIGEST_MISMATCH" });
});

test("T30: a manifest is not stored under what is no tag", async (t) => {
  const { repository } = await opened(t, {});
  await assert.rejects(repository.putManifest(imageOf("v1"), mediaTypes.ociManifest, "../x", signal), { code: "INVALID_REFERENCE" });
});

const signature = imageOf("signature", subject);
const signaturePath = `PUT /v2/app/manifests/${digestOf(signature)}`;

test("a registry that lists the subject's referrers needs no fallback tag", async (t) => {
  const { server, repository } = await opened(t, { [signaturePath]: { status: 201, headers: { "oci-subject": subject.digest } } });
  await repository.putManifest(signature, mediaTypes.ociManifest, undefined, signal);
  assert.equal(server.lines.length, 1);
});

/** A registry without referrers API, which keeps what is put under the fallback tag; `meddle` comes after each write. */
function keepingTag(
  initial: Buffer | undefined,
  meddle: (stored: Buffer, writes: number) => Buffer = (stored) => stored,
): { readonly script: Script; current(): unknown } {
  let stored = initial;
  let writes = 0;
  return {
    script: {
      [signaturePath]: { status: 201 },
      [fallback]: () => (stored === undefined ? absent : served(stored, mediaTypes.ociIndex)),
      [`PUT /v2/app/manifests/${tag}`]: ({ body, headers }) => {
        assert.equal(headers["content-type"], mediaTypes.ociIndex);
        stored = meddle(Buffer.from(body), ++writes);
        return { status: 201 };
      },
    },
    current: () => JSON.parse(stored?.toString() ?? "null"),
  };
}

const entry = { ...descriptorOf(signature), artifactType: "application/x-test", annotations: { word: "signature" } };

test("on a registry without referrers API the signature is listed under the fallback tag", async (t) => {
  const kept = keepingTag(undefined);
  const { repository } = await opened(t, kept.script);
  await repository.putManifest(signature, mediaTypes.ociManifest, undefined, signal);
  assert.deepEqual(kept.current(), { schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests: [entry] });
});

test("an OCI-Subject of another digest does not count", async (t) => {
  const kept = keepingTag(undefined);
  const { repository } = await opened(t, {
    ...kept.script,
    [signaturePath]: { status: 201, headers: { "oci-subject": digestOf(content) } },
  });
  await repository.putManifest(signature, mediaTypes.ociManifest, undefined, signal);
  assert.ok(kept.current());
});

test("what others wrote under the fallback tag stays as it was, known to us or not", async (t) => {
  const others = {
    schemaVersion: 2,
    mediaType: mediaTypes.ociIndex,
    manifests: [{ ...subject, urls: ["x"], future: 1 }],
    annotations: { a: "b" },
    future: [1],
  };
  const kept = keepingTag(Buffer.from(JSON.stringify(others)));
  const { repository } = await opened(t, kept.script);
  await repository.putManifest(signature, mediaTypes.ociManifest, undefined, signal);
  assert.deepEqual(kept.current(), { ...others, manifests: [...others.manifests, entry] });
});

test("a signature that is listed already is not listed twice", async (t) => {
  const initial = Buffer.from(JSON.stringify({ schemaVersion: 2, manifests: [entry] }));
  const { server, repository } = await opened(t, keepingTag(initial).script);
  await repository.putManifest(signature, mediaTypes.ociManifest, undefined, signal);
  assert.deepEqual(server.lines, [signaturePath, fallback]);
});

test("a race for the fallback tag that was lost is run again, and both are listed", async (t) => {
  const kept = keepingTag(undefined, (stored, writes) => (writes === 1 ? indexOf("of the winner") : stored));
  const { repository } = await opened(t, kept.script);
  await repository.putManifest(signature, mediaTypes.ociManifest, undefined, signal);
  assert.deepEqual(kept.current(), {
    schemaVersion: 2,
    mediaType: mediaTypes.ociIndex,
    manifests: [descriptorOf(Buffer.from("of the winner")), entry],
  });
});

test("a race for the fallback tag that is always lost is a CONFLICT", async (t) => {
  const { server, repository } = await opened(t, keepingTag(undefined, (_, writes) => indexOf(`winner ${writes}`)).script);
  await assert.rejects(repository.putManifest(signature, mediaTypes.ociManifest, undefined, signal), { code: "CONFLICT" });
  assert.equal(server.lines.filter((line) => line === `PUT /v2/app/manifests/${tag}`).length, 10);
});

test("T18: a fallback tag that is full is not written to", async (t) => {
  const full = indexOf(...Array.from({ length: 10_000 }, (_, i) => `${i}`));
  const { server, repository } = await opened(t, keepingTag(full).script);
  await assert.rejects(repository.putManifest(signature, mediaTypes.ociManifest, undefined, signal), { code: "LIMIT_EXCEEDED" });
  assert.deepEqual(server.lines, [signaturePath, fallback]);
});
