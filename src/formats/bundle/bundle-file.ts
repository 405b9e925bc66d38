/** Sigstore bundles as files: for a signed file, or exported from an image. */
import { digestOf } from "../../core/digest.ts";
import { wholeFile } from "../../core/file-subject.ts";
import { reading } from "../checks.ts";
import type { DetachedSignatures } from "../format.ts";
import { readBundleEvidence } from "./evidence.ts";
import { bundleMediaType, parseBundle } from "./sigstore-bundle.ts";

export function bundleFiles(maxBytes: number): DetachedSignatures {
  return {
    maxBytes,
    suffixes: [],
    owns: (bytes) => "value" in reading(() => parseBundle(bytes, maxBytes)),
    read(bytes, path, signal) {
      const layer = { mediaType: bundleMediaType, digest: digestOf(bytes), size: bytes.length };
      return readBundleEvidence({ format: "bundle", location: { kind: "file", path }, layer }, bytes, { maxBytes, signal });
    },
    readingOf: () => wholeFile,
  };
}
