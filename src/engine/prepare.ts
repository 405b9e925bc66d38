/** Prepares one signature in one format: the first step runs every check that could refuse it, the second makes it. */
import { TouchmarkError } from "../core/errors.ts";
import type { EnvelopeSigner, MadeSignature, Signer, SignerDescription } from "../core/signer.ts";
import type { Artifact, Format, SignatureRequest, SignatureTerms } from "../formats/format.ts";
import { signChecked } from "./sign-checked.ts";

/** A key that can be described before it signs, or a signer that makes whole envelopes. */
export type Who =
  | { readonly signer: Signer; readonly described: Promise<SignerDescription> }
  | { readonly signer: EnvelopeSigner; readonly described?: undefined };

export interface Made {
  readonly signed: Pick<MadeSignature, "by" | "material">;
  readonly artifact: Artifact;
}

/** Makes the signature. Throws what the signer does, and an error for a signature that does not verify. */
export type Make = (signal: AbortSignal) => Promise<Made>;

/** Throws what the format does, and UNSUPPORTED for a format without whole envelopes. */
export async function prepare(format: Format, who: Who, terms: SignatureTerms): Promise<Make> {
  if (!who.described) return prepareEnvelope(format, who.signer, terms);
  return prepareSignature(format, who.signer, { ...terms, by: await who.described });
}

async function prepareSignature(format: Format, signer: Signer, request: SignatureRequest): Promise<Make> {
  const { claim, subject, by, options } = request;
  const toSign = await format.prepare(request);
  return async (signal) => {
    const signed = await signChecked(toSign, { signer, by, claim, signal });
    return { signed, artifact: await format.assemble(toSign, subject, signed, options.at) };
  };
}

async function prepareEnvelope(format: Format, signer: EnvelopeSigner, terms: SignatureTerms): Promise<Make> {
  const { envelopes } = format;
  if (!envelopes) {
    throw new TouchmarkError("UNSUPPORTED", `the signer makes envelopes of its own, and a signature of format ${format.name} has none`);
  }
  const request = await envelopes.prepare(terms);
  return async (signal) => {
    const { by, artifact } = await envelopes.accept(await signer.envelop(request, signal), terms);
    return { signed: { by }, artifact };
  };
}
