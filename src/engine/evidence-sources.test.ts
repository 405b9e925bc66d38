import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { anyKeyOf } from "../../test/fakes/expectation.ts";
import { memoryRepository } from "../../test/fakes/memory-repository.ts";
import { person, putImage } from "../../test/fakes/signers.ts";
import { digestOf } from "../core/digest.ts";
import { TouchmarkError } from "../core/errors.ts";
import type { EvidenceDocument } from "../core/evidence.ts";
import type { EvidenceSources } from "../core/evidence-source.ts";
import { parseReference } from "../core/oci/reference.ts";
import { defaultFormat } from "../formats/all.ts";
import type { Format } from "../formats/format.ts";
import { sign } from "./sign.ts";
import { verify } from "./verify.ts";

const { signal } = new AbortController();
const at = Date.UTC(2026, 10, 21);
const alice = person("alice");
const reference = parseReference("registry.example/app:1");
const recorder = { record: async () => undefined };

/** Bundles that a signature store serves as files: the format of bundles with one more location. */
const stored: Format = {
  ...defaultFormat,
  locations: (subject) => [...defaultFormat.locations(subject), { kind: "source", source: "signature store", holds: ["signature"] }],
  readDocuments: (documents, location, signalled) =>
    Promise.all(documents.map(async ({ name, bytes }) => ({ ...(await defaultFormat.files.read(bytes, name, signalled)), location }))),
};

/** An image without evidence in its repository, and the bundle of its signature. */
async function signedElsewhere() {
  const signed = memoryRepository();
  const image = await putImage(signed, "x", "1");
  const common = { annotations: {}, at, recorder, recursive: false, force: false, signal };
  const [made] = await sign(signed, reference, { ...common, formats: [defaultFormat], signer: alice.signer });
  assert.ok(made);
  const bundle = [...signed.blobs.values()].find((bytes) => defaultFormat.files.owns(bytes));
  assert.ok(bundle);
  const repository = memoryRepository();
  await putImage(repository, "x", "1");
  return { repository, image, bundle };
}

function sourceOf(documents: () => Promise<readonly EvidenceDocument[]>): EvidenceSources {
  return new Map([["signature store", { documents }]]);
}

async function verdictWith(sources?: EvidenceSources) {
  const { repository } = await signedElsewhere();
  const [verdict] = await verify(repository, reference, {
    formats: [stored],
    basis: anyKeyOf(alice.trust),
    sources,
    at,
    recorder,
    recursive: false,
    signal,
  });
  assert.ok(verdict);
  return verdict;
}

describe("evidence in a named source", () => {
  it("counts like evidence in the repository", async () => {
    const { bundle } = await signedElsewhere();
    const verdict = await verdictWith(sourceOf(async () => [{ name: "signature-1", bytes: bundle }]));
    assert.equal(verdict.decision, "allow");
    assert.deepEqual(verdict.findings[0]?.location, { kind: "source", source: "signature store", holds: ["signature"] });
    assert.equal(verdict.findings[0].layer, digestOf(bundle));
  });

  it("is not searched where the source is not configured", async () => {
    const verdict = await verdictWith();
    assert.deepEqual([verdict.decision, verdict.reason?.code, verdict.unread], ["deny", "NO_SIGNATURE", []]);
    assert.doesNotMatch(verdict.reason?.found ?? "", /signature store/);
  });

  it("is named among the locations where none was found", async () => {
    const verdict = await verdictWith(sourceOf(async () => []));
    assert.match(verdict.reason?.found ?? "", /no signature in referrers or signature store/);
  });

  it("leaves the verdict undecided where it cannot be read", async () => {
    const verdict = await verdictWith(sourceOf(async () => Promise.reject(new TouchmarkError("UNREACHABLE", "the store does not answer"))));
    assert.deepEqual([verdict.decision, verdict.reason?.code], ["undecided", "UNREACHABLE"]);
    assert.deepEqual(
      verdict.unread.map(({ location }) => location),
      ["signature store"],
    );
  });
});
