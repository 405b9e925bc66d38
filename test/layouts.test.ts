/** Layouts that others wrote, folders and archives: they are read, with the signatures that came along. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { blobsOf, mediaTypes, parseManifest } from "../src/core/oci/manifest.ts";
import { parseReference } from "../src/core/oci/reference.ts";
import type { Repository } from "../src/core/repository.ts";
import { verify } from "../src/engine/verify.ts";
import { anyKeyOf } from "./fakes/expectation.ts";
import { ArchiveFiles } from "../src/registry/layout/archive-files.ts";
import { LayoutFiles } from "../src/registry/layout/layout-files.ts";
import { LayoutRepository } from "../src/registry/layout/layout-repository.ts";
import { parsePublicKey } from "../src/trust/parse-public-key.ts";
import { makeTrust } from "../src/trust/trust.ts";
import { keyFormats } from "./fakes/signers.ts";

const folder = join(import.meta.dirname, "vectors/layout");
const digest = "sha256:3cbe5d5aae5d06559586ed809f5a81d3d533da4cf1fb9a3c0db58fa4fee6f21d";
const { signal } = new AbortController();

function open(name: string): Repository {
  const path = join(folder, name);
  return new LayoutRepository(name, name.endsWith(".tar") ? new ArchiveFiles(path) : new LayoutFiles(path));
}

describe("a layout that another tool wrote", () => {
  for (const [name, target] of [
    ["crane", "latest"],
    ["regctl", "1"],
    ["regctl.tar", "latest"],
    ["skopeo.tar", "1"],
  ] as const) {
    test(`${name} is read`, async () => {
      const repository = open(name);
      const found = await repository.manifest(target, signal);
      assert.equal(found?.descriptor.digest, digest);
      const manifest = parseManifest(found.bytes, mediaTypes.ociManifest);
      assert.ok(manifest.kind === "image");
      for (const descriptor of blobsOf(manifest)) {
        assert.equal((await repository.blob(descriptor, 1000, signal))?.length, descriptor.size);
      }
    });
  }

  for (const format of keyFormats) {
    test(`the signature that regctl took along is verified, format ${format.name}`, async () => {
      const trust = makeTrust({ keys: [{ name: "key.pub", publicKey: parsePublicKey(readFileSync(join(folder, "key.pub")), "key.pub") }] });
      const [verdict] = await verify(open("regctl"), parseReference("oci:regctl:1"), {
        formats: [format],
        basis: anyKeyOf(trust),
        at: Date.UTC(2026, 10, 21),
        recorder: { record: async () => undefined },
        recursive: false,
        signal,
      });
      assert.equal(verdict?.decision, "allow");
    });
  }
});
