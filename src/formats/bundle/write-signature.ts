/** Writes the signature of an image as a statement, and that of a file over the file itself, as cosign 3 does. */
import { TouchmarkError } from "../../core/errors.ts";
import type { SignatureClaim } from "../../core/evidence.ts";
import { maxWholeBytes, wholeFile, type FileSubject } from "../../core/file-subject.ts";
import { bundleHint } from "../../core/keys/public-key.ts";
import { imagePayloadIn } from "../../core/statements/image-payload.ts";
import type { MadeSignature } from "../../core/signer.ts";
import { refuseExpiry } from "../checks.ts";
import type { FileArtifact, ToSign, WriteOptions, Writer } from "../writer.ts";
import { encodeSignStatement, signPredicateType } from "./sign-statement.ts";
import { encodeMessageBundle } from "./sigstore-bundle.ts";
import { assembleStatement, bundleStatementToSign, type BundleToSign } from "./write-statement.ts";

export const bundleSignatureWriter: Writer<SignatureClaim> = {
  prepare({ claim, subject, options }) {
    refuseExpiry("bundle", options);
    return subject.kind === "file"
      ? fileToSign(subject, claim, options)
      : bundleStatementToSign(encodeSignStatement(claim), signPredicateType);
  },

  assemble: (toSign: BundleToSign, subject, signed, at) =>
    subject.kind === "file" ? assembleFile(subject, signed) : assembleStatement(toSign, subject, signed, at),

  readingFor: async () => wholeFile,
};

function fileToSign(
  { reference, mediaType, bytes }: FileSubject,
  claim: SignatureClaim,
  { allowsImagePayload = false }: WriteOptions,
): ToSign {
  if (mediaType !== undefined || Object.keys(claim.annotations).length > 0) {
    throw new TouchmarkError("USAGE", "the signature of a file in a bundle carries neither annotations nor a media type", {
      hint: "One of the Notary Project does.",
      remedy: { id: "sign-for-notary-project" },
    });
  }
  const payload = bytes && !allowsImagePayload ? imagePayloadIn(bytes) : undefined;
  if (payload !== undefined) {
    throw new TouchmarkError("USAGE", `${reference} is ${payload}: its signature could be passed off as one of an image`, {
      hint: "To sign an image, name the image. Sign this file only if you made it and know what it is for.",
      remedy: { id: "sign-image-payload" },
    });
  }
  if (bytes) return { bytes, content: { kind: "message", message: bytes } };
  throw new TouchmarkError("LIMIT_EXCEEDED", `${reference} has more than the ${maxWholeBytes / 1024 ** 2} MiB that can be signed`, {
    hint: "Sign its checksum in its place: sha256sum FILE > SHA256SUMS.",
  });
}

function assembleFile({ digest }: FileSubject, { signature, by, material }: MadeSignature): FileArtifact {
  if (material?.pending) throw new TouchmarkError("UNSUPPORTED", "a file cannot be completed once its signature is logged: log it now");
  return { kind: "file", bytes: encodeMessageBundle(digest, signature, { hint: bundleHint(by.publicKey), ...material }) };
}
