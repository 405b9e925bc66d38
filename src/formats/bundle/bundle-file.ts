/** Bundles as files of their own: beside a file that is signed, or taken along from an image. */
import { digestOf } from "../../core/digest.ts";
import { bundleHint } from "../../core/public-key.ts";
import { reading } from "../checks.ts";
import type { FileFormat } from "../format.ts";
import { bundleMediaType, encodeMessageBundle, maxBundleBytes, parseBundle } from "./sigstore-bundle.ts";
import { verifyEvidence, type BundleEvidence } from "./verify-evidence.ts";

export const bundleFile: FileFormat = {
  maxBytes: maxBundleBytes,

  owns: (bytes) => "value" in reading(() => parseBundle(bytes)),

  read(bytes, path): BundleEvidence {
    return {
      format: "bundle",
      place: { kind: "file", path },
      layer: { mediaType: bundleMediaType, digest: digestOf(bytes), size: bytes.length },
      bundle: reading(() => parseBundle(bytes)),
    };
  },

  verify: (evidence: BundleEvidence, file, trust, at) => verifyEvidence(evidence, file, trust, at),

  assemble: (file, { signature, by, seals }) => encodeMessageBundle(file.digest, signature, { hint: bundleHint(by.publicKey), ...seals }),
};
