import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { refuse } from "../../test/fakes/fulcio.ts";
import { person, putImage, putIndex } from "../../test/fakes/people.ts";
import { scriptedServer, type ScriptedAnswer } from "../../test/fakes/scripted-registry.ts";
import { encodeUtf8, toBase64 } from "../core/bytes.ts";
import { digestOf } from "../core/digest.ts";
import { TouchmarkError } from "../core/errors.ts";
import { mediaTypes, parseManifest } from "../core/oci.ts";
import { parseReference } from "../core/reference.ts";
import type { Repository } from "../core/repository.ts";
import type { Verdict } from "../core/verdict.ts";
import { createHttpClient } from "../net/http-client.ts";
import type { HttpClient } from "../net/http.ts";
import { createCredentials } from "../registry/credentials/credentials.ts";
import { createRegistries } from "../registry/registries.ts";
import { bench } from "../../test/cli/harness.ts";
import { attached, desk, logPath, signal, type Desk } from "./flush-fixture.test.ts";
import type { FlushedImage } from "./flush.ts";

const down = { [logPath]: { status: 503 } };
const otherKey = toBase64(person("other").publicKey.spki);

function states(images: readonly FlushedImage[]): readonly string[] {
  return images.flatMap(({ uploads }) => uploads.map((one) => (one.state === "flushed" ? one.state : `${one.state}: ${one.code}`)));
}

function answerOf({ decision, reason }: Verdict): string {
  return reason ? `${decision}: ${reason.code}` : decision;
}

/** What the one finding of the verdict says of logs. */
function logCheck({ requirements }: Verdict): string | undefined {
  const findings = requirements.flatMap((requirement) => requirement.findings);
  assert.equal(findings.length, 1, "one signature is listed once");
  const check = findings[0]?.checks.find(({ name }) => name === "log");
  return check && (check.outcome === "passed" ? check.outcome : `${check.outcome}: ${check.code}`);
}

describe("a signature that waits for its log", () => {
  it("is made without the log, says so, and passes only where that is allowed", async (t) => {
    const at = await desk(t);
    at.log.on(down);
    await at.sign();
    assert.deepEqual(at.logged, []);
    const [manifest] = attached(at);
    assert.equal(manifest?.annotations["dev.touchmark.log-upload"], "pending");
    const [, record] = manifest?.layers ?? [];
    assert.equal(record?.mediaType, "application/vnd.dev.touchmark.log-upload.v1+json");
    assert.deepEqual(JSON.parse(Buffer.from(at.repository.blobs.get(record.digest) ?? []).toString()), { logs: [at.log.origin] });

    const refused = await at.verify();
    assert.equal(answerOf(refused), "deny: LOG_ENTRY_PENDING");
    assert.match(refused.reason?.remedy ?? "", /touchmark log flush/);
    const allowed = await at.verify(true);
    assert.equal(answerOf(allowed), "allow");
    assert.equal(logCheck(allowed), "failed: LOG_ENTRY_PENDING", "what is let pass is reported as it is");
    assert.notEqual(refused.policy.digest, allowed.policy.digest);
  });

  it("never passes without a timestamp, nor without saying that it waits", async (t) => {
    const at = await desk(t);
    await at.sign();
    await change(at, ({ bundle }) => delete bundle.verificationMaterial.timestampVerificationData);
    assert.equal(answerOf(await at.verify(true)), "deny: LOG_ENTRY_MISSING");
    const other = await desk(t);
    await other.sign();
    await change(other, ({ manifest }) => delete manifest.annotations["dev.touchmark.log-upload"]);
    assert.equal(answerOf(await other.verify(true)), "deny: LOG_ENTRY_MISSING");
    assert.deepEqual(states(await other.flush()), []);
  });

  it("by a key needs no log, before as after", async (t) => {
    const at = await desk(t);
    await at.sign({ by: "key" });
    assert.equal(answerOf(await at.verify(false, at.byKey.trust)), "allow");
    assert.deepEqual(states(await at.flush()), ["flushed"]);
    const verdict = await at.verify(false, at.byKey.trust);
    assert.equal(answerOf(verdict), "allow");
    assert.equal(logCheck(verdict), "passed");
  });
});

describe("flush", () => {
  it("has the log keep it, completes it and takes away what waited, once", async (t) => {
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

  it("leaves what is complete alone, and asks for no services", async (t) => {
    const at = await desk(t);
    await at.sign({ logUpload: "now" });
    const before = [...at.repository.manifests.keys()];
    const services = () => assert.fail("nothing waits");
    assert.deepEqual(await at.flush({ services }), [
      { reference: "registry.example/app:1", repository: "registry.example/app", digest: at.image.digest, uploads: [], gaps: [] },
    ]);
    assert.deepEqual([...at.repository.manifests.keys()], before);
  });

  it("asks for no certificate log where the instance has none, as signing does", async (t) => {
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

describe("flush: what strangers wrote", () => {
  for (const [what, by, alter, answer] of [
    [
      "a log that the signing config does not name",
      "certificate",
      ({ record, stranger }) => (record.logs = [stranger]),
      "pending: SERVICE_MISSING",
    ],
    ["the log and another", "certificate", ({ record, stranger }) => record.logs.push(stranger), "pending: SERVICE_MISSING"],
    ["no log", "certificate", ({ record }) => (record.logs = []), "refused: MALFORMED_EVIDENCE"],
    ["what is no URL", "certificate", ({ record }) => (record.logs = [7]), "refused: MALFORMED_EVIDENCE"],
    ["nine logs", "certificate", ({ record }) => (record.logs = Array(9).fill("https://log.example")), "refused: LIMIT_EXCEEDED"],
    ["another signature", "certificate", ({ bundle }) => (signatureIn(bundle).sig = "MEUCIQ=="), "refused: TIMESTAMP_INVALID"],
    [
      "no timestamp",
      "certificate",
      ({ bundle }) => delete bundle.verificationMaterial.timestampVerificationData,
      "refused: LOG_ENTRY_MISSING",
    ],
    [
      "another statement",
      "certificate",
      ({ bundle }) => (bundle.dsseEnvelope.payload = toBase64(encodeUtf8("{}"))),
      "refused: MALFORMED_EVIDENCE",
    ],
    ["an entry of its own", "certificate", ({ bundle }) => (bundle.verificationMaterial.tlogEntries = [{}]), "refused: MALFORMED_EVIDENCE"],
    ["another key", "key", ({ record }) => (record.publicKey = otherKey), "refused: KEY_MISMATCH"],
    ["no key", "key", ({ record }) => delete record.publicKey, "refused: MALFORMED_EVIDENCE"],
    ["what is no key", "key", ({ record }) => (record.publicKey = "AAAA"), "refused: INVALID_KEY"],
  ] satisfies readonly (readonly [string, "key" | "certificate", (parts: Parts) => unknown, string])[]) {
    it(`asks no log about a record or bundle with ${what}, and changes nothing`, async (t) => {
      const at = await desk(t);
      await at.sign({ by });
      await change(at, alter, (await scriptedServer(t)).origin); // a request that comes to it fails the test
      const before = [...at.repository.manifests.keys()];
      assert.deepEqual(states(await at.flush()), [answer]);
      assert.deepEqual(at.logged, []);
      assert.deepEqual([...at.repository.manifests.keys()], before);
    });
  }

  it("asks no log about a signature for another image", async (t) => {
    const at = await desk(t);
    await at.sign();
    const other = await putImage(at.repository, "another", "1");
    await change(at, ({ manifest }) => (manifest.subject = other));
    assert.deepEqual(states(await at.flush()), ["refused: SUBJECT_MISMATCH"]);
    assert.deepEqual(at.logged, []);
  });

  it("asks no log about who has no certificate of the instance", async (t) => {
    const [at, stranger] = [await desk(t), await desk(t)];
    await stranger.sign({ repository: at.repository });
    assert.deepEqual(states(await at.flush()), ["refused: TIMESTAMP_MISSING"]);
    assert.deepEqual([...at.logged, ...stranger.logged], []);
  });

  it("asks no log about a manifest that holds more than one bundle, for it is taken away afterwards", async (t) => {
    const at = await desk(t);
    await at.sign();
    await change(at, ({ manifest }) => manifest.layers.push(manifest.layers[0]));
    assert.deepEqual(states(await at.flush()), ["refused: MALFORMED_EVIDENCE", "refused: MALFORMED_EVIDENCE"]);
    assert.deepEqual(at.logged, []);
  });

  it("is not kept from the signature by a copy that does not hold", async (t) => {
    const at = await desk(t);
    await at.sign();
    const waiting = [...at.repository.manifests];
    await at.flush();
    const nothing = Buffer.alloc(32).toString("base64");
    await change(at, ({ bundle }) => (bundle.verificationMaterial.tlogEntries[0].inclusionProof.rootHash = nothing));
    assert.equal(answerOf(await at.verify(true)), "deny: MALFORMED_EVIDENCE");
    for (const [digest, stored] of waiting) at.repository.manifests.set(digest, stored);
    assert.equal(attached(at).length, 2);
    assert.equal(answerOf(await at.verify(true)), "allow", "the broken copy does not hide the one that waits");
    assert.deepEqual(states(await at.flush()), ["flushed"]);
    assert.equal(answerOf(await at.verify()), "allow");
  });
});

describe("flush: what does not complete a signature", () => {
  it("is an answer that whoever verifies would not accept: nothing is written", async (t) => {
    const at = await desk(t);
    await at.sign();
    const before = [...at.repository.manifests.keys()];
    const services = async () => ({ ...at.flushServices, upload: async () => [] });
    assert.deepEqual(states(await at.flush({ services })), ["pending: LOG_ENTRY_INVALID"]);
    assert.deepEqual([...at.repository.manifests.keys()], before);
  });

  it("is a copy that says nothing of waiting, and is in no log", async (t) => {
    const at = await desk(t);
    await at.sign({ by: "key" });
    const waiting = [...at.repository.manifests];
    await change(at, ({ manifest }) => delete manifest.annotations["dev.touchmark.log-upload"]);
    for (const [digest, stored] of waiting) at.repository.manifests.set(digest, stored);
    const [upload] = (await at.flush())[0]?.uploads ?? [];
    assert.equal(upload?.state === "flushed" && upload.already, false);
    assert.equal(at.logged.length, 1);
  });

  it("is the entry of a log that nobody trusts, however much the manifest says that it waits", async (t) => {
    const [at, other] = [await desk(t), await desk(t)];
    await at.sign();
    await other.sign({ logUpload: "now" });
    const [complete] = attached(other);
    const stranger = JSON.parse(Buffer.from(other.repository.blobs.get(complete?.layers[0]?.digest ?? at.image.digest) ?? []).toString());
    await change(at, ({ bundle }) => (bundle.verificationMaterial.tlogEntries = stranger.verificationMaterial.tlogEntries));
    assert.equal(answerOf(await at.verify(true)), "deny: LOG_ENTRY_MISSING");
    assert.deepEqual(states(await at.flush()), ["refused: LOG_ENTRY_MISSING"]);
    assert.deepEqual(at.logged, []);
  });
});

describe("flush: registries and writers that get in the way", () => {
  const undeletable = { deleteManifest: () => Promise.reject(new TouchmarkError("UNSUPPORTED", "nothing may be deleted")) };

  it("leaves what waited where nothing may be deleted, and both are one signature", async (t) => {
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

  it("cleans up after one that was interrupted before it had taken away what waited", async (t) => {
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

  it("works where there is no referrers API, and the fallback tag forgets what waited", async (t) => {
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

  it("does not say that nothing waits where it could not look", async (t) => {
    const at = await desk(t);
    await at.sign();
    const referrers = () => Promise.reject(new TouchmarkError("UNREACHABLE", "gone"));
    const [image] = await at.flush({}, { ...at.repository, referrers });
    assert.deepEqual(
      image?.gaps.map(({ code }) => code),
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

/** To a registry that knows nothing of referrers. */
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

/** The JSON of what hangs on the image. */
interface Parts {
  // oxlint-disable-next-line typescript/no-explicit-any -- tests reach into it to break it
  readonly bundle: any;
  // oxlint-disable-next-line typescript/no-explicit-any -- tests reach into it to break it
  readonly record: any;
  // oxlint-disable-next-line typescript/no-explicit-any -- tests reach into it to break it
  readonly manifest: any;
  /** URL of a server that must not be asked. */
  readonly stranger: string;
}

/** Puts what hangs on the image back with parts changed. */
async function change(at: Desk, alter: (parts: Parts) => unknown, stranger = ""): Promise<void> {
  const { blobs, manifests } = at.repository;
  const [{ digest } = { digest: at.image.digest }] = attached(at);
  const manifest = JSON.parse(Buffer.from(manifests.get(digest)?.bytes ?? []).toString());
  const [bundle, record = {}] = manifest.layers.map((layer: { digest: typeof digest }) =>
    JSON.parse(Buffer.from(blobs.get(layer.digest) ?? []).toString()),
  );
  const parts = { bundle, record, manifest, stranger };
  const isAltered = JSON.stringify(parts);
  alter(parts);
  assert.notEqual(JSON.stringify(parts), isAltered);
  const layers = await Promise.all(
    [bundle, record].slice(0, manifest.layers.length).map(async (content, i) => {
      const bytes = encodeUtf8(JSON.stringify(content));
      await at.repository.putBlob(bytes, signal);
      return { ...manifest.layers[i], digest: digestOf(bytes), size: bytes.length };
    }),
  );
  manifests.delete(digest);
  const changed = { ...manifest, layers: [...layers, ...manifest.layers.slice(2)] };
  await at.repository.putManifest(encodeUtf8(JSON.stringify(changed)), mediaTypes.ociManifest, undefined, signal);
}

function signatureIn(bundle: Parts["bundle"]): { sig: string } {
  return bundle.dsseEnvelope.signatures[0];
}
