/** Uploading the pending log entries of an image. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { bench } from "../../test/cli/harness.ts";
import { refuse } from "../../test/fakes/fulcio.ts";
import { putImage, putIndex } from "../../test/fakes/signers.ts";
import type { ScriptedAnswer } from "../../test/fakes/scripted-registry.ts";
import { TouchmarkError } from "../core/errors.ts";
import { parseManifest } from "../core/oci/manifest.ts";
import { parseReference } from "../core/oci/reference.ts";
import type { Repository } from "../core/repository.ts";
import { createHttpClient } from "../net/http-client.ts";
import type { HttpClient } from "../net/http.ts";
import { createCredentials } from "../registry/credentials/credentials.ts";
import { createRegistries } from "../registry/registries.ts";
import { signal, logPath, desk, attached, states, answerOf, logCheck } from "./upload-fixture.test.ts";

/** A registry without the referrers API. */
function withoutReferrers(http: HttpClient): HttpClient {
  return {
    ...http,
    async request(request) {
      if (request.url.pathname.includes("/referrers/"))
        return { status: 404, url: request.url, headers: new Map(), body: new Uint8Array() };
      const answer = await http.request(request);
      return { ...answer, headers: new Map([...answer.headers].filter(([name]) => name !== "oci-subject")) };
    },
  };
}

describe("uploading pending entries", () => {
  it("logs the signature, completes it and deletes the pending one, once", async (t) => {
    const at = await desk(t);
    await at.sign();
    const [waiting] = attached(at);
    const [image] = await at.flush();
    const [upload] = image?.uploads ?? [];
    assert.ok(upload?.state === "flushed");
    assert.deepEqual([upload.waiting, upload.already, upload.kept], [waiting?.digest, false, undefined]);
    assert.deepEqual(upload.by, { identity: "alice@example.com", issuer: "https://issuer.example" });
    assert.equal(upload.logged.length, 1);
    assert.deepEqual(
      attached(at).map(({ digest, layers, annotations }) => [digest, layers.length, annotations["dev.touchmark.log-upload"]]),
      [[upload.manifest, 1, undefined]],
    );
    const verdict = await at.verify();
    assert.equal(answerOf(verdict), "allow");
    assert.equal(logCheck(verdict), "passed");
    assert.deepEqual(states(await at.flush()), []);
    assert.equal(at.logged.length, 1);
  });

  it("leaves a complete signature alone, and opens no services", async (t) => {
    const at = await desk(t);
    await at.sign({ logUpload: "now" });
    const before = [...at.repository.manifests.keys()];
    const services = () => assert.fail("nothing waits");
    assert.deepEqual(await at.flush({ services }), [
      { reference: "registry.example/app:1", repository: "registry.example/app", digest: at.image.digest, uploads: [], unread: [] },
    ]);
    assert.deepEqual([...at.repository.manifests.keys()], before);
  });

  it("requires no SCT if the instance has none, as signing does", async (t) => {
    const at = await desk(t);
    await at.sign();
    const { root } = at.flushServices;
    const flushing = (certificateLogs: typeof root.certificateLogs) =>
      at.flush({ services: async () => ({ ...at.flushServices, root: { ...root, certificateLogs } }) });
    assert.deepEqual(states(await flushing(root.logs)), ["refused: SCT_INVALID"]);
    assert.deepEqual(states(await flushing([])), ["flushed"]);
  });

  it("covers every image of an index", async (t) => {
    const at = await desk(t);
    await at.sign();
    await putIndex(at.repository, [at.image, await putImage(at.repository, "y")], "1");
    assert.deepEqual(
      (await at.flush()).map(({ uploads }) => uploads.length),
      [0],
    );
    assert.deepEqual(
      (await at.flush({ recursive: true })).map(({ uploads }) => uploads.length),
      [0, 1, 0],
    );
    assert.deepEqual(
      (await at.flush({ recursive: true })).map(({ uploads }) => uploads.length),
      [0, 0, 0],
    );
  });

  it("loses nothing while the log is down, and logs it once it is up", async (t) => {
    const at = await desk(t);
    await at.sign();
    const before = [...at.repository.manifests.keys()];
    for (const [answer, code] of [
      [{ status: 503 }, "SERVICE_UNAVAILABLE"],
      [refuse(400, "no"), "SERVICE_REFUSED"],
      [{ status: 201, body: "{}" }, "MALFORMED"],
    ] as const) {
      at.log.on({ [logPath]: answer });
      assert.deepEqual(states(await at.flush()), [`pending: ${code}`]);
      assert.deepEqual([...at.repository.manifests.keys()], before);
      assert.equal(answerOf(await at.verify(true)), "allow");
    }
    at.log.on({ [logPath]: at.keeping.usual });
    assert.deepEqual(states(await at.flush()), ["flushed"]);
    assert.equal(answerOf(await at.verify()), "allow");
  });

  it("takes no entry of another signature for this one's", async (t) => {
    const at = await desk(t);
    await at.sign();
    const [first] = attached(at);
    await at.sign();
    const { usual } = at.keeping;
    const answers: ScriptedAnswer[] = [];
    at.log.on({
      async [logPath](seen, response) {
        const answer = await usual(seen, response);
        if (answer) answers.push(answer);
        return answers[0];
      },
    });
    assert.deepEqual(states(await at.flush()).toSorted(), ["flushed", "pending: LOG_ENTRY_INVALID"]);
    assert.ok(first);
    at.log.on({ [logPath]: at.keeping.usual });
    assert.deepEqual(states(await at.flush()), ["flushed"], "the log says that it holds it already, and where");
    assert.equal(attached(at).length, 2);
  });
});

describe("uploading pending entries: difficult registries and concurrent writers", () => {
  const undeletable = { deleteManifest: () => Promise.reject(new TouchmarkError("UNSUPPORTED", "nothing may be deleted")) };

  it("leaves the pending signature if the registry refuses deletion, and counts both as one", async (t) => {
    const at = await desk(t);
    await at.sign();
    const repository = { ...at.repository, ...undeletable };
    const [upload] = (await at.flush({}, repository))[0]?.uploads ?? [];
    assert.equal(upload?.state === "flushed" && upload.kept?.code, "UNSUPPORTED");
    assert.equal(attached(at).length, 2);
    const verdict = await at.verify();
    assert.equal(answerOf(verdict), "allow");
    assert.equal(logCheck(verdict), "passed");
    const [again] = (await at.flush({}, repository))[0]?.uploads ?? [];
    assert.ok(again?.state === "flushed" && again.already);
    assert.equal(attached(at).length, 2, "nothing more is written");
    assert.equal(at.logged.length, 1);
  });

  it("deletes the pending signature that an interrupted upload has left", async (t) => {
    const at = await desk(t);
    await at.sign();
    const gone = new AbortController();
    const interrupted: Repository = {
      ...at.repository,
      async deleteManifest() {
        gone.abort(new TouchmarkError("INTERRUPTED", "interrupted"));
        throw new TouchmarkError("INTERRUPTED", "interrupted");
      },
    };
    await assert.rejects(at.flush({ signal: gone.signal }, interrupted), { code: "INTERRUPTED" });
    assert.equal(attached(at).length, 2);
    const [upload] = (await at.flush())[0]?.uploads ?? [];
    assert.deepEqual(upload?.state === "flushed" && [upload.already, upload.kept], [true, undefined]);
    assert.equal(attached(at).length, 1);
    assert.equal(at.logged.length, 1);
  });

  for (const persisted of [false, true]) {
    it(`mends a write that failed${persisted ? " and persisted all the same" : ""}`, async (t) => {
      const at = await desk(t);
      await at.sign();
      const failing: Repository = {
        ...at.repository,
        async putManifest(bytes, mediaType, tag, s) {
          if (persisted) await at.repository.putManifest(bytes, mediaType, tag, s);
          throw new TouchmarkError("UNREACHABLE", "reset");
        },
      };
      assert.deepEqual(states(await at.flush({}, failing)), ["pending: UNREACHABLE"]);
      assert.equal(attached(at).length, persisted ? 2 : 1);
      const [upload] = (await at.flush())[0]?.uploads ?? [];
      assert.equal(upload?.state === "flushed" && upload.already, persisted);
      assert.equal(attached(at).length, 1);
      assert.equal(answerOf(await at.verify()), "allow");
    });
  }

  it("may be run by two at once", async (t) => {
    const at = await desk(t);
    await at.sign();
    const both = await Promise.all([at.flush(), at.flush()]);
    assert.deepEqual(both.map(states), [["flushed"], ["flushed"]]);
    assert.ok(attached(at).every(({ layers }) => layers.length === 1));
    const verdict = await at.verify();
    assert.equal(answerOf(verdict), "allow");
    assert.equal(logCheck(verdict), "passed");
    assert.deepEqual(states(await at.flush()), []);
  });

  it("works without the referrers API, and removes the pending signature from the fallback tag", async (t) => {
    const at = await desk(t);
    const { address, folder } = await bench(t);
    const registries = createRegistries({
      http: withoutReferrers(createHttpClient()),
      credentials: createCredentials({ env: {}, home: folder }),
    });
    const repository = registries.open(parseReference(`${address}/app`));
    const image = await putImage(repository, "x", "1");
    await at.sign({ repository });
    const tag = image.digest.replace(":", "-");
    const listed = async () => {
      const stored = await repository.manifest(tag, signal);
      const index = stored && parseManifest(stored.bytes, stored.descriptor.mediaType);
      return index?.kind === "index" ? index.manifests.map(({ digest }) => digest) : [];
    };
    const before = await listed();
    const [upload] = (await at.flush({}, repository))[0]?.uploads ?? [];
    assert.ok(upload?.state === "flushed");
    assert.deepEqual([before, await listed()], [[upload.waiting], [upload.manifest]]);
    assert.equal(answerOf(await at.verify(false, at.trust, repository)), "allow");
  });

  it("does not report that nothing is pending for an unread location", async (t) => {
    const at = await desk(t);
    await at.sign();
    const referrers = () => Promise.reject(new TouchmarkError("UNREACHABLE", "gone"));
    const [image] = await at.flush({}, { ...at.repository, referrers });
    assert.deepEqual(
      image?.unread.map(({ code }) => code),
      ["UNREACHABLE"],
    );
  });

  it("ends where the services cannot be opened", async (t) => {
    const at = await desk(t);
    await at.sign();
    const services = () => Promise.reject(new TouchmarkError("SERVICE_MISSING", "nothing says which"));
    await assert.rejects(at.flush({ services }), { code: "SERVICE_MISSING" });
    assert.equal(attached(at).length, 1);
  });
});
