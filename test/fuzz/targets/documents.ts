/** JSON, and the documents of OCI and in-toto. */
import assert from "node:assert/strict";
import { Fields, parseJson } from "../../../src/core/json/json.ts";
import { descriptorToJson, mediaTypes, parseDescriptor, parseManifest } from "../../../src/core/oci/manifest.ts";
import { parseStatement, subjectIn } from "../../../src/core/statements/statement.ts";
import { entriesIn, rewriteIndex } from "../../../src/registry/index-document.ts";
import { onlyImageIn, parseIndex, taggedIn, tagsIn, untagged, withoutManifest } from "../../../src/registry/layout/layout-index.ts";
import { subjectOf } from "../../vectors/load.ts";
import { documents as made, files } from "../seeds.ts";
import { usualCodes, type FuzzTarget } from "../target.ts";

const descriptor = {
  mediaType: mediaTypes.ociManifest,
  digest: `sha256:${"0".repeat(64)}`,
  size: 2,
  annotations: { "org.opencontainers.image.ref.name": "1" },
  platform: { os: "linux", architecture: "arm64", variant: "v8" },
};
const data = {
  ...descriptor,
  annotations: {},
  digest: "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a",
  data: "e30=",
};
const words = [...Object.values(mediaTypes), "schemaVersion", "manifests", "layers", "blobs", "config", "subject", "data", "sha512:"];

export const documents: readonly FuzzTarget[] = [
  {
    name: "json",
    shape: "json",
    codes: usualCodes,
    seeds: () => made({ a: [1, -2.5e3, true, null, "\u00e9\\"], b: {} }, [], "text"),
    words: ["\\u0061", '{"a":1,"\\u0061":2}', "\\ud800", "[[[[", "1e999"],
    read(input) {
      const value = parseJson(input, "input");
      assert.deepEqual(JSON.parse(Buffer.from(input).toString("utf8")), value);
    },
  },
  {
    name: "manifest",
    shape: "json",
    codes: usualCodes,
    seeds: () => files("test/vectors/bundle/*/manifest.json", "test/vectors/cosign-legacy/annotated/manifest.json"),
    words,
    read: (input) => parseManifest(input, mediaTypes.ociManifest),
  },
  {
    name: "artifact-manifest",
    shape: "json",
    codes: usualCodes,
    seeds: () => made({ mediaType: mediaTypes.ociArtifact, artifactType: "a/b", blobs: [descriptor], subject: descriptor }),
    words,
    read: (input) => parseManifest(input, mediaTypes.ociArtifact),
  },
  {
    name: "index",
    shape: "json",
    codes: usualCodes,
    seeds: () => [
      ...files("test/vectors/layout/{crane,regctl}/index.json"),
      ...made({ schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests: [descriptor, data], subject: descriptor }),
    ],
    words,
    read(input) {
      const entries = parseIndex(input);
      taggedIn(entries, "1");
      onlyImageIn(entries);
      const first = entries[0]?.digest ?? `sha256:${"0".repeat(64)}`;
      const again = parseIndex(rewriteIndex(input, () => entriesIn(input)));
      assert.deepEqual(again, entries);
      assert.ok(!parseIndex(withoutManifest(input, first)).some(({ digest }) => digest === first));
      for (const tag of tagsIn(entries)) assert.ok(!tagsIn(parseIndex(untagged(input, tag))).includes(tag));
    },
  },
  {
    name: "descriptor",
    shape: "json",
    codes: usualCodes,
    seeds: () => made(descriptor, data, { ...descriptor, artifactType: "a/b" }),
    words,
    read(input) {
      const parsed = parseDescriptor(new Fields(parseJson(input, "input"), "input"));
      const again = Buffer.from(JSON.stringify(descriptorToJson(parsed)));
      assert.deepEqual(parseDescriptor(new Fields(parseJson(again, "again"), "again")), parsed);
    },
  },
  {
    name: "statement",
    shape: "json",
    codes: usualCodes,
    seeds: () =>
      made({
        _type: "https://in-toto.io/Statement/v1",
        subject: [{ name: "a", digest: { sha256: "0".repeat(64), sha1: "0" }, annotations: { a: "b" } }],
        predicateType: "https://example.com/v1",
        predicate: { a: 1 },
      }),
    words: ["https://in-toto.io/Statement/v0.1", "sha512", "sha384", "subject", "digest", "annotations"],
    read: (input) => subjectIn(parseStatement(input), subjectOf(Buffer.from("{}"))),
  },
];
