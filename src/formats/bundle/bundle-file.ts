/** Sigstore bundles as files: for a signed file, or exported from an image. The signature is over the file itself. */
import { digestOf } from "../../core/digest.ts";
import { TouchmarkError } from "../../core/errors.ts";
import { maxWholeBytes, wholeFile } from "../../core/file-subject.ts";
import { bundleHint } from "../../core/keys/public-key.ts";
import { findingOf, reading, refuseExpiry } from "../checks.ts";
import type { FileFormat } from "../format.ts";
import { bundleMediaType, encodeMessageBundle, maxBundleBytes, parseBundle } from "./sigstore-bundle.ts";
import { bundleEvidence, verifyBundleEvidence, type BundleEvidence } from "./verify-evidence.ts";

export const bundleFile: FileFormat = {
  maxBytes: maxBundleBytes,

  owns: (bytes) => "value" in reading(() => parseBundle(bytes)),

  read(bytes, path): BundleEvidence {
    const layer = { mediaType: bundleMediaType, digest: digestOf(bytes), size: bytes.length };
    return bundleEvidence({ format: "bundle", location: { kind: "file", path }, layer }, bytes);
  },

  readingOf: async () => wholeFile,

  async verify(evidence: BundleEvidence, file, trust, at) {
    if (file.mediaType === undefined) return verifyBundleEvidence(evidence, file, trust, at);
    const detail = `says nothing of a media type, and ${JSON.stringify(file.mediaType)} is asked for`;
    return findingOf(evidence, at, { checks: [{ name: "subject", outcome: "failed", code: "SUBJECT_MISMATCH", detail }] });
  },

  readingFor: async () => wholeFile,

  prepare({ file: { reference, mediaType, bytes }, claim, options }) {
    refuseExpiry("bundle", options);
    if (mediaType !== undefined || Object.keys(claim.annotations).length > 0) {
      throw new TouchmarkError("USAGE", "the signature of a file in a bundle carries neither annotations nor a media type", {
        hint: "One of the Notary Project does.",
        remedy: { id: "sign-for-notary-project" },
      });
    }
    if (bytes) return { bytes, content: { kind: "message", message: bytes } };
    throw new TouchmarkError("LIMIT_EXCEEDED", `${reference} has more than the ${maxWholeBytes / 1024 ** 2} MiB that can be signed`, {
      hint: "Sign its checksum in its place: sha256sum FILE > SHA256SUMS.",
    });
  },

  assemble(_toSign, file, { signature, by, material }) {
    if (material?.pending) throw new TouchmarkError("UNSUPPORTED", "a file cannot be completed once its signature is logged: log it now");
    return encodeMessageBundle(file.digest, signature, { hint: bundleHint(by.publicKey), ...material });
  },
};
