/** Writes Notary Project signatures of images and files, as notation does. */
import { TouchmarkError } from "../../core/errors.ts";
import type { SignatureClaim } from "../../core/evidence.ts";
import type { FileSubject } from "../../core/file-subject.ts";
import { manifestMediaTypes } from "../../core/oci/manifest.ts";
import type { ImageSubject, Subject } from "../../core/subject.ts";
import type { EnvelopeWriter, ToSign, WriteOptions, Writer, WriteTerms } from "../writer.ts";
import { notaryAlgorithmOf } from "./algorithms.ts";
import { envelopeKinds } from "./envelope-kinds.ts";
import { typeNamed } from "./envelope-types.ts";
import { acceptEnvelope, requestEnvelope } from "./foreign-envelope.ts";
import type { Target } from "./payload.ts";
import { assembleEnvelope, assembleSignature, prepareSignature, type PreparedSignature, type Terms } from "./sign.ts";
import { defaultMediaType } from "./envelope-file.ts";

export interface NotationToSign extends ToSign {
  readonly prepared: PreparedSignature;
}

/** Envelopes that a plugin makes whole are for images alone. */
const pluginEnvelopes: EnvelopeWriter<SignatureClaim> = {
  prepare: (terms) => requestEnvelope(termsOf(imageOf(terms.subject).descriptor, terms)),
  accept: (made, terms) => acceptEnvelope(made, termsOf(imageOf(terms.subject).descriptor, terms)),
};

export const notationWriter: Writer<SignatureClaim> = {
  /** Also throws what `prepareSignature` does. */
  async prepare({ subject, by: { chain = [] }, ...request }): Promise<NotationToSign> {
    const target = subject.kind === "file" ? fileTarget(subject, request.options) : subject.descriptor;
    const prepared = await prepareSignature<Target>({ ...termsOf(target, request), chain });
    return { bytes: prepared.toBeSigned, scheme: prepared.scheme, prepared };
  },

  assemble({ prepared }: NotationToSign, subject, { signature, material }) {
    const timestamp = material?.timestamps[0];
    if (subject.kind === "file") return { kind: "file", bytes: assembleEnvelope(prepared, signature, timestamp) };
    return assembleSignature(prepared, signature, timestamp);
  },

  envelopes: pluginEnvelopes,

  async readingFor(describe) {
    const { publicKey } = await describe();
    return { algorithm: notaryAlgorithmOf(publicKey)?.hash ?? "sha256", maxBytes: 0 };
  },
};

function termsOf<T extends Target>(
  subject: T,
  { claim: { annotations }, options }: Pick<WriteTerms<SignatureClaim>, "claim" | "options">,
): Terms<T> {
  const { envelope = "jws", at, expiry } = options;
  return { at, ...(expiry !== undefined && { expiry }), kind: envelopeKinds[typeNamed[envelope]], annotations, subject };
}

/** A file is signed by its digest, and so may be of any size. */
function fileTarget(
  { reference, digest, bytes, size = bytes?.length, mediaType = defaultMediaType }: FileSubject,
  { allowsImagePayload = false }: WriteOptions,
): Target {
  if (manifestMediaTypes.includes(mediaType) && !allowsImagePayload) {
    throw new TouchmarkError("USAGE", `${reference} is signed as ${mediaType}, which makes the signature one of an image`, {
      hint: "To sign an image, name the image. Sign this file only if you made it and know what it is for.",
      remedy: { id: "sign-image-payload" },
    });
  }
  if (size === undefined) throw new TouchmarkError("USAGE", `${reference} is a digest, and it is the file itself that is signed`);
  return { mediaType, digest, size };
}

function imageOf(subject: Subject): ImageSubject {
  if (subject.kind === "image") return subject;
  throw new TouchmarkError("UNSUPPORTED", "the plugin makes whole envelopes, which is possible for images only", {
    hint: "Sign files with a plugin that makes raw signatures (SIGNATURE_GENERATOR.RAW).",
  });
}
