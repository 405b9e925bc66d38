/** A long-lived verifier: what it shares, what it remembers and for how long, and what it reads first. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { anyKeyOf } from "../../test/fakes/expectation.ts";
import { memoryRepository, type MemoryRepository } from "../../test/fakes/memory-repository.ts";
import { putImage, putReferrer } from "../../test/fakes/signers.ts";
import { encodeUtf8 } from "../core/bytes.ts";
import type { Finding } from "../core/finding.ts";
import { parseReference } from "../core/oci/reference.ts";
import { mediaTypes, type Descriptor } from "../core/oci/manifest.ts";
import { digestOf } from "../core/digest.ts";
import type { RecordedEvent } from "../core/recorder.ts";
import type { Repository } from "../core/repository.ts";
import { formats } from "../formats/all.ts";
import { findingKey, FindingMemory } from "./finding-memory.ts";
import { RecordFailed } from "./recording.ts";
import { repositoryMemory } from "./remembering-repository.ts";
import { createImageVerifier, type Verifier, type VerifierSettings } from "./verifier.ts";
import { alice, at, bundleType, mallory, nobodyListens, signal, signed } from "./verify-fixture.test.ts";

const name = "registry.example/app:1";
const reference = parseReference(name);

interface Place {
  readonly repository: MemoryRepository;
  readonly image: Descriptor;
  readonly clock: { now: number };
  readonly verifier: Verifier;
}

async function place(
  settings: Partial<VerifierSettings> = {},
  over = (repository: MemoryRepository): Repository => repository,
): Promise<Place> {
  const repository = memoryRepository();
  const image = await putImage(repository, "x", "1");
  await signed(alice, repository, name);
  const clock = { now: at };
  repository.calls.length = 0;
  const open = (): Repository => over(repository);
  const basis = (): ReturnType<typeof anyKeyOf> => anyKeyOf(alice.trust);
  const verifier = createImageVerifier({ formats, open, basis, recorder: nobodyListens, clock: () => clock.now, ...settings });
  return { repository, image, clock, verifier };
}

const answer = async (verifier: Verifier): Promise<string> => {
  const [verdict] = await verifier.verify(reference, { signal });
  return verdict?.reason?.code ?? verdict?.decision ?? "none";
};

describe("a verifier", () => {
  it("answers fifty concurrent requests about one image by one verification", async () => {
    const { repository, verifier } = await place();
    const answers = await Promise.all(Array.from({ length: 50 }, () => answer(verifier)));
    assert.deepEqual(new Set(answers), new Set(["allow"]));
    assert.ok(repository.calls.length <= 6, repository.calls.join());
  });

  it("remembers content, listings and findings: a second request resolves the tag only", async () => {
    const { repository, verifier } = await place();
    await answer(verifier);
    repository.calls.length = 0;
    assert.equal(await answer(verifier), "allow");
    assert.deepEqual(repository.calls, ["manifest"]);
  });

  it("notices a signature that was deleted once its listing is no longer remembered", async () => {
    const { repository, image, clock, verifier } = await place({ limits: { listingTime: 5000 } });
    assert.equal(await answer(verifier), "allow");
    const [signature] = await repository.referrers(image.digest, signal);
    assert.ok(signature);
    await repository.deleteManifest(signature.digest, signal);
    clock.now += 4999;
    assert.equal(await answer(verifier), "allow");
    clock.now += 1;
    assert.equal(await answer(verifier), "NO_SIGNATURE");
  });

  it("remembers no more listings than its limit, over all repositories", async () => {
    const { repository, image } = await place();
    const memory = repositoryMemory({ contentBytes: 0, listingTime: 1000, listings: 2 }, () => 0);
    const repositories = ["a", "b", "c"].map((one) => memory({ ...repository, name: `registry.example/${one}` }));
    for (const one of [...repositories, ...repositories.slice(0, 1)]) await one.referrers(image.digest, signal);
    assert.deepEqual(
      repository.calls,
      Array.from({ length: 4 }, () => "referrers"),
    );
  });

  it("notices at once that a tag names another image", async () => {
    const { repository, verifier } = await place();
    assert.equal(await answer(verifier), "allow");
    await putImage(repository, "another", "1");
    assert.equal(await answer(verifier), "NO_SIGNATURE");
  });

  it("uses for each verification the trust at its start", async () => {
    let trust = alice.trust;
    const { verifier } = await place({ basis: () => anyKeyOf(trust) });
    const before = verifier.verify(reference, { signal });
    trust = mallory.trust;
    const after = verifier.verify(reference, { signal });
    assert.deepEqual(
      (await Promise.all([before, after])).map(([verdict]) => [verdict?.decision, verdict?.trust]),
      [
        ["allow", alice.trust.digest],
        ["deny", mallory.trust.digest],
      ],
    );
  });

  it("shares nothing with another verifier", async () => {
    const { repository, clock, verifier } = await place();
    await answer(verifier);
    repository.calls.length = 0;
    const basis = (): ReturnType<typeof anyKeyOf> => anyKeyOf(alice.trust);
    const other = createImageVerifier({ formats, open: () => repository, basis, recorder: nobodyListens, clock: () => clock.now });
    await answer(other);
    assert.ok(repository.calls.length > 3, repository.calls.join());
  });

  it("goes on for other callers when one aborts", async () => {
    const { verifier } = await place();
    const leaving = new AbortController();
    const left = assert.rejects(verifier.verify(reference, { signal: leaving.signal }), { code: "INTERRUPTED" });
    const stays = answer(verifier);
    leaving.abort();
    await left;
    assert.equal(await stays, "allow");
  });

  it("lets a caller leave while the trust is loaded", async () => {
    const { verifier } = await place({ basis: () => new Promise(() => {}) });
    const leaving = new AbortController();
    const left = assert.rejects(verifier.verify(reference, { signal: leaving.signal }), { code: "INTERRUPTED" });
    leaving.abort();
    await left;
  });

  it("records each question with the one who asked, also of a verification that is shared", async () => {
    const events: RecordedEvent[] = [];
    const { verifier, repository } = await place({ recorder: { record: async (event) => void events.push(event) } });
    await Promise.all(["ada", "bo", undefined].map((actor) => verifier.verify(reference, { actor, signal })));
    const seen = events.map(({ kind, actor = "nobody" }) => `${kind} for ${actor}`);
    assert.deepEqual(seen.toSorted(), ["decided for ada", "decided for bo", "decided for nobody"]);
    assert.equal(repository.calls.filter((call) => call.startsWith("referrers")).length, 1);
  });

  it("loses no verdict to a recorder that fails", async () => {
    const recorder = { record: () => Promise.reject(new Error("the disk is full")) };
    const failures: unknown[] = [];
    const warned = await place({ recorder, onRecordFailure: (failure) => void failures.push(failure) });
    assert.equal(await answer(warned.verifier), "allow");
    assert.equal(failures.length, 1);
    const strict = await place({ recorder });
    await assert.rejects(strict.verifier.verify(reference, { signal }), (error) => {
      assert.ok(error instanceof RecordFailed);
      assert.equal(error.result[0].decision, "allow");
      return true;
    });
  });
});

describe("cached findings", () => {
  const finding = (from: number, until: number, outcome: "passed" | "undecided" = "passed"): Finding => ({
    format: "bundle",
    location: { kind: "referrers" },
    layer: `sha256:${"0".repeat(64)}`,
    verifiedTimestamps: [],
    checks: [
      outcome === "passed"
        ? { name: "revocation", outcome, detail: "not revoked" }
        : { name: "revocation", outcome, code: "UNREACHABLE", detail: "down" },
    ],
    holds: { from, until },
  });

  it("are of one type of image: a registry may first say another", () => {
    const digest = digestOf(encodeUtf8("x"));
    const evidence = {
      format: "bundle",
      location: { kind: "referrers" },
      manifest: digest,
      layer: { mediaType: "x", digest, size: 1 },
    } as const;
    const keys = [mediaTypes.ociManifest, mediaTypes.dockerManifest].map((mediaType) => {
      const descriptor = { mediaType, digest, size: 1 };
      return findingKey(
        evidence,
        { kind: "image", repository: "r", reference: "r:1", digest, descriptor, manifest: encodeUtf8("x") },
        digest,
      );
    });
    assert.equal(new Set(keys).size, 2);
  });

  it("end with the interval in which they hold", () => {
    const memory = new FindingMemory(10);
    memory.keep("a", finding(10, 20), 15);
    assert.ok(memory.find("a", 20));
    assert.equal(memory.find("a", 21), undefined);
    assert.equal(memory.find("a", 15), undefined, "what did not hold is forgotten");
  });

  it("end after a day, however long an authority says that its answers hold", () => {
    const memory = new FindingMemory(10);
    const day = 24 * 60 * 60_000;
    memory.keep("a", finding(0, 365 * day), 10);
    assert.ok(memory.find("a", day + 10));
    assert.equal(memory.find("a", day + 11), undefined);
  });

  it("are not those of a revoked certificate, which may only be on hold", () => {
    const memory = new FindingMemory(2);
    const revoked = { name: "revocation", outcome: "failed", code: "REVOKED", detail: "was revoked" } as const;
    memory.keep("a", { ...finding(0, 100), checks: [revoked] }, 1);
    assert.equal(memory.find("a", 1), undefined);
  });

  it("are not those that are undecided, and not more than the bound", () => {
    const memory = new FindingMemory(2);
    memory.keep("undecided", finding(0, 100, "undecided"), 1);
    assert.equal(memory.find("undecided", 1), undefined);
    for (const key of ["a", "b", "c"]) memory.keep(key, finding(0, 100), 1);
    assert.deepEqual(
      ["a", "b", "c"].map((key) => memory.find(key, 1) !== undefined),
      [false, true, true],
    );
  });
});

describe("reading in stages", () => {
  const predicate = "dev.sigstore.bundle.predicateType";
  const attestationsOf = (calls: readonly string[]): number => calls.filter((call) => call === "blob").length;

  /** Lists entries with other labels than their manifests have. */
  const relabelled =
    (change: (entry: Descriptor) => Descriptor) =>
    (repository: MemoryRepository): Repository => ({
      ...repository,
      referrers: async (digest, until) => (await repository.referrers(digest, until)).map(change),
    });

  async function withAttestations(sizes: readonly number[], over?: (repository: MemoryRepository) => Repository): Promise<Place> {
    const labels = new Map<string, string>();
    const label = relabelled((entry) => ({
      ...entry,
      annotations: { ...entry.annotations, [predicate]: labels.get(entry.digest) ?? entry.annotations?.[predicate] ?? "" },
    }));
    const made = await place({}, over ?? label);
    for (const [i, size] of sizes.entries()) {
      const bytes = encodeUtf8(`${i}${"x".repeat(size)}`);
      const { digest } = await putReferrer(made.repository, {
        subject: made.image,
        artifactType: bundleType,
        layer: { mediaType: bundleType, bytes },
      });
      labels.set(digest, "https://spdx.dev/Document");
    }
    made.repository.calls.length = 0;
    return made;
  }

  it("fetches no attestation if one signature suffices", async () => {
    const { repository, verifier } = await withAttestations([1000, 2000, 3000]);
    assert.equal(await answer(verifier), "allow");
    assert.equal(attestationsOf(repository.calls), 1, repository.calls.join());
  });

  it("opens a signature that the listing calls an attestation before it reports no signature", async () => {
    const lying = relabelled((entry) => ({ ...entry, annotations: { ...entry.annotations, [predicate]: "https://spdx.dev/Document" } }));
    const { verifier } = await place({}, lying);
    assert.equal(await answer(verifier), "allow");
  });

  it("opens what is listed without types, small first", async () => {
    const bare = relabelled(({ mediaType, digest, size }) => ({ mediaType, digest, size }));
    const { verifier } = await withAttestations([10, 20], bare);
    assert.equal(await answer(verifier), "allow");
  });

  it("reads small evidence first: large blobs do not hide a signature of a kilobyte that is listed last", async () => {
    const repository = memoryRepository();
    const image = await putImage(repository, "x", "1");
    for (let i = 0; i < 10; i++) {
      const layer = { mediaType: bundleType, bytes: encodeUtf8(`${i}`), size: 31 * 1024 * 1024 };
      await putReferrer(repository, { subject: image, artifactType: bundleType, layer });
    }
    await signed(alice, repository, name);
    const basis = (): ReturnType<typeof anyKeyOf> => anyKeyOf(alice.trust);
    const verifier = createImageVerifier({ formats, open: () => repository, basis, recorder: nobodyListens, clock: () => at });
    assert.equal(await answer(verifier), "allow");
  });
});
