/** The signature of an envelope with everything that is needed to store it again. */
import { equalBytes } from "../../core/bytes.ts";
import { TouchmarkError } from "../../core/errors.ts";
import { reading, type Reading } from "../checks.ts";
import type { SignatureParts } from "../writer.ts";
import { envelopeKinds } from "./envelope-kinds.ts";
import { parseEnvelope } from "./envelope.ts";
import type { NotationEvidence } from "./evidence.ts";
import { parseNotaryPayload } from "./payload.ts";
import type { NotationToSign } from "./write.ts";

/**
 * A problem for evidence that cannot be read, and for an envelope that we would write with other signed bytes: its signature is not
 * valid in any other envelope.
 */
export function notationParts({ content }: NotationEvidence): Reading<SignatureParts> {
  if ("problem" in content) return content;
  const { type, bytes } = content.value;
  return reading(() => {
    const kind = envelopeKinds[type];
    const { algorithm, attributes, payload, toBeSigned, signature, chain, timestamp } = parseEnvelope(kind, bytes);
    const signing = { algorithm, attributes, payload };
    if (!equalBytes(kind.toBeSigned(signing), toBeSigned))
      throw new TouchmarkError("UNSUPPORTED", "the envelope has signed headers that are not written here, and cannot be written anew");
    const { annotations = {}, ...subject } = parseNotaryPayload(payload);
    const request = { subject, annotations, chain, kind, at: attributes.signingTime };
    const { scheme } = algorithm;
    const toSign: NotationToSign = { bytes: toBeSigned, scheme, prepared: { request, signing, scheme, toBeSigned } };
    const by = { publicKey: chain[0].publicKey, chain };
    return { toSign, signed: { signature, by, material: { entries: [], timestamps: timestamp ? [timestamp] : [] } } };
  });
}
