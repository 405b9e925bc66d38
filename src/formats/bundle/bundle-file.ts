/** Bundles as files of their own: beside a file that is signed, or taken along from an image. */
import { digestOf } from "../../core/digest.ts";
import { TouchmarkError } from "../../core/errors.ts";
import { bundleHint } from "../../core/public-key.ts";
import { reading } from "../checks.ts";
import type { FileFormat } from "../format.ts";
import { bundleMediaType, encodeMessageBundle, maxBundleBytes, parseBundle } from "./sigstore-bundle.ts";
import { bundleEvidence, verifyEvidence, type BundleEvidence } from "./verify-evidence.ts";

export const bundleFile: FileFormat = {
  maxBytes: maxBundleBytes,

  owns: (bytes) => "value" in reading(() => parseBundle(bytes)),

  read(bytes, path): BundleEvidence {
    const layer = { mediaType: bundleMediaType, digest: digestOf(bytes), size: bytes.length };
    return bundleEvidence({ format: "bundle", place: { kind: "file", path }, layer }, bytes);
  },

  verify: (evidence: BundleEvidence, file, trust, at) => verifyEvidence(evidence, file, trust, at),

  assemble(file, { signature, by, seals }) {
    if (seals?.pending) throw new TouchmarkError("UNSUPPORTED", "a file cannot be completed once its signature is logged: log it now");
    return encodeMessageBundle(file.digest, signature, { hint: bundleHint(by.publicKey), ...seals });
  },
};
