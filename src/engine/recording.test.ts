/** What every operation records, and that no result is lost to a recorder. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { anyKeyOf } from "../../test/fakes/expectation.ts";
import { memoryRepository } from "../../test/fakes/memory-repository.ts";
import { keyFormats, person, putImage } from "../../test/fakes/signers.ts";
import { encodeUtf8 } from "../core/bytes.ts";
import { digestOf } from "../core/digest.ts";
import { parseReference } from "../core/oci/reference.ts";
import type { RecordedEvent, Recorder } from "../core/recorder.ts";
import { defaultFormat } from "../formats/all.ts";
import { attest } from "./attest.ts";
import { copy } from "./copy.ts";
import { readDetachedSignature } from "./detached-signature.ts";
import { RecordFailed, Recording, type RecordSettings } from "./recording.ts";
import { sign } from "./sign.ts";
import { signFile } from "./sign-file.ts";
import { desk } from "./upload-fixture.test.ts";
import { createImageVerifier } from "./verifier.ts";
import { verify } from "./verify.ts";
import { verifyFile } from "./verify-file.ts";

const { signal } = new AbortController();
const at = Date.UTC(2026, 10, 21);
const [alice, mallory] = [person("alice"), person("mallory")];
const reference = parseReference("registry.example/app:1");
const silent: Recorder = { record: async () => undefined };
const broken: Recorder = { record: () => Promise.reject(new Error("the disk is full")) };
const hanging: Recorder = { record: () => new Promise(() => undefined) };
const bytes = encodeUtf8("a file");
const file = { kind: "file", reference: "app.tar", digest: digestOf(bytes), bytes } as const;

/** Each operation with this recorder, on an image of its own. */
const operations: Readonly<Record<string, (settings: RecordSettings) => Promise<unknown>>> = {
  async signed(settings) {
    const repository = memoryRepository();
    await putImage(repository, "x", "1");
    const common = { formats: keyFormats, annotations: {}, at, recursive: false, force: false, signal };
    return sign(repository, reference, { ...common, signer: alice.signer, ...settings });
  },
  async attested(settings) {
    const repository = memoryRepository();
    await putImage(repository, "x", "1");
    const claim = { predicateType: "https://example.com/p", predicate: encodeUtf8("{}") };
    return attest(repository, reference, {
      formats: keyFormats,
      at,
      recursive: false,
      signal,
      signer: alice.signer,
      ...claim,
      ...settings,
    });
  },
  "file-signed": async (settings) =>
    signFile(file, { format: defaultFormat, signer: alice.signer, annotations: {}, signature: { at }, signal, ...settings }),
  async decided(settings) {
    const repository = memoryRepository();
    await putImage(repository, "x", "1");
    return verify(repository, reference, { formats: keyFormats, basis: anyKeyOf(alice.trust), at, recursive: false, signal, ...settings });
  },
  async "decided of a file"(settings) {
    const made = await signFile(file, {
      format: defaultFormat,
      signer: alice.signer,
      annotations: {},
      signature: { at },
      recorder: silent,
      signal,
    });
    const given = await readDetachedSignature({ path: "app.json", bytes: made.evidence }, [defaultFormat], signal);
    return verifyFile(file, { given, basis: anyKeyOf(alice.trust), at, signal, ...settings });
  },
  async copied(settings) {
    const source = memoryRepository();
    await putImage(source, "x", "1");
    return copy(source, reference, memoryRepository("registry.example/copy"), {
      formats: keyFormats,
      tag: "1",
      force: false,
      at,
      signal,
      ...settings,
    });
  },
};

function recording(): { readonly events: RecordedEvent[]; readonly recorder: Recorder } {
  const events: RecordedEvent[] = [];
  return { events, recorder: { record: async (event) => void events.push(event) } };
}

describe("recording", () => {
  for (const [name, operation] of Object.entries(operations)) {
    it(`keeps an event with its time: ${name}`, async () => {
      const { events, recorder } = recording();
      await operation({ recorder });
      const kinds = new Set(events.map(({ kind }) => kind));
      assert.deepEqual([...kinds], [name === "attested" ? "signed" : name.replace(" of a file", "")]);
      assert.ok(events.every((event) => event.at === at));
      assert.ok(!JSON.stringify(events).includes('"statement"'));
    });

    it(`loses no result to a recorder that fails: ${name}`, async () => {
      const failures: unknown[] = [];
      const warned = await operation({ recorder: broken, onRecordFailure: (failure, event) => failures.push([failure, event.kind]) });
      assert.ok(failures.length > 0);
      await assert.rejects(operation({ recorder: broken }), (error) => {
        assert.ok(error instanceof RecordFailed);
        assert.match(error.message, /what was done could not be recorded: the disk is full|INTERNAL/);
        assert.deepEqual(shape(error.result), shape(Array.isArray(error.result) && !Array.isArray(warned) ? [warned] : warned));
        return true;
      });
    });

    it(`loses no result to a recorder that hangs, or to a callback that fails: ${name}`, async () => {
      const warned = await operation({ recorder: hanging, recordTime: 1, onRecordFailure: () => undefined });
      const whole = shape(Array.isArray(warned) || name !== "decided of a file" ? warned : [warned]);
      const onRecordFailure = (): never => {
        throw new Error("no room for warnings");
      };
      for (const settings of [
        { recorder: hanging, recordTime: 1 },
        { recorder: broken, onRecordFailure },
      ]) {
        await assert.rejects(operation(settings), (error) => {
          assert.ok(error instanceof RecordFailed);
          assert.deepEqual(shape(error.result), whole);
          return true;
        });
      }
    });
  }

  it("waits once for a recorder that hangs, however many events there are", async () => {
    const kept = new Recording({ recorder: hanging, recordTime: 50 });
    const begun = performance.now();
    for (let i = 0; i < 1000; i++) kept.keep({ kind: "copied", at, from: "a", to: "b", digest: file.digest });
    await assert.rejects(kept.result("done"), { code: "TIMEOUT", result: "done" });
    assert.ok(performance.now() - begun < 5000);
  });

  it("loses no uploaded log entry to a recorder that fails or hangs", async (t) => {
    for (const recorder of [broken, hanging]) {
      const place = await desk(t);
      await place.sign();
      await assert.rejects(place.flush({ recorder, recordTime: 1 }), (error) => {
        assert.ok(error instanceof RecordFailed);
        assert.equal(error.result[0].uploads[0].state, "flushed");
        return true;
      });
      assert.equal((await place.verify()).decision, "allow");
    }
  });

  it("says that a change of trust could not be recorded, with the verdicts", async () => {
    const recorder: Recorder = { record: async ({ kind }) => (kind === "trust-changed" ? hanging : silent).record(change) };
    const change: RecordedEvent = { kind: "copied", at, from: "a", to: "b", digest: file.digest };
    let trust = alice.trust;
    const repository = memoryRepository();
    await putImage(repository, "x", "1");
    const common = { formats: keyFormats, open: () => repository, basis: () => anyKeyOf(trust), clock: () => at };
    const verifier = createImageVerifier({ ...common, recorder, recordTime: 1 });
    await verifier.verify(reference, { signal });
    trust = mallory.trust;
    await assert.rejects(verifier.verify(reference, { signal }), (error) => {
      assert.ok(error instanceof RecordFailed);
      assert.deepEqual([error.code, error.result[0].trust], ["TIMEOUT", mallory.trust.digest]);
      return true;
    });
  });

  it("keeps an event of each pending log entry that was uploaded, and of none that was before", async (t) => {
    const place = await desk(t);
    const { events, recorder } = recording();
    await place.sign();
    await place.flush({ recorder });
    await place.flush({ recorder });
    assert.deepEqual(
      events.map((event) => event.kind),
      ["uploaded"],
    );
  });

  it("keeps an event when a repository is verified under another trust", async () => {
    const { events, recorder } = recording();
    let trust = alice.trust;
    const repository = memoryRepository();
    await putImage(repository, "x", "1");
    const verifier = createImageVerifier({
      formats: keyFormats,
      open: () => repository,
      basis: () => anyKeyOf(trust),
      recorder,
      clock: () => at,
    });
    await verifier.verify(reference, { signal });
    await verifier.verify(reference, { signal });
    trust = mallory.trust;
    await verifier.verify(reference, { signal });
    const changes = events.filter(({ kind }) => kind === "trust-changed");
    assert.deepEqual(changes, [
      { kind: "trust-changed", at, repository: repository.name, before: alice.trust.digest, after: mallory.trust.digest },
    ]);
  });
});

/** The names of the members, at all levels: two results of the same kind. */
function shape(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shape);
  if (value instanceof Uint8Array || typeof value !== "object" || value === null) return typeof value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, shape(member)]));
}
