/** Prepares one piece of evidence in one format: the first step runs every check that could refuse it, the second makes it. */
import { TouchmarkError } from "../core/errors.ts";
import type { EnvelopeSigner, MadeSignature, Signer, SignerDescription } from "../core/signer.ts";
import type { Format } from "../formats/format.ts";
import type { Artifact, ClaimToSign, Writer, WriterOf, WriteRequest, WriteTerms } from "../formats/writer.ts";
import { signChecked } from "./sign-checked.ts";

/** A key that can be described before it signs, or a signer that makes whole envelopes. */
export type DescribedSigner =
  | { readonly signer: Signer; readonly described: Promise<SignerDescription> }
  | { readonly signer: EnvelopeSigner; readonly described?: undefined };

export interface MadeArtifact {
  readonly signed: Pick<MadeSignature, "by" | "material">;
  readonly artifact: Artifact;
}

/** Makes the evidence. Throws what the signer does, and an error for a signature that does not verify. */
export type MakeArtifact = (signal: AbortSignal) => Promise<MadeArtifact>;

/** Throws UNSUPPORTED for a format that does not write this kind of claim. */
export async function writerFor({ writers, name }: Format, { kind }: ClaimToSign): Promise<Writer> {
  const writer: WriterOf | undefined = writers[kind];
  if (writer) return writer.open();
  throw new TouchmarkError("UNSUPPORTED", `the format ${name} has no ${kind}s`, { hint: "Use the format bundle." });
}

/** Throws what the writer does, and UNSUPPORTED for a format that does not write this kind of claim, or has no whole envelopes. */
export async function prepare(format: Format, by: DescribedSigner, terms: WriteTerms): Promise<MakeArtifact> {
  const writer = await writerFor(format, terms.claim);
  if (by.described) return prepareSignature(writer, by.signer, { ...terms, by: await by.described });
  return prepareEnvelope(writer, by.signer, { ...terms, format: format.name });
}

async function prepareSignature(writer: Writer, signer: Signer, request: WriteRequest): Promise<MakeArtifact> {
  const { claim, subject, by, options } = request;
  const toSign = await writer.prepare(request);
  return async (signal) => {
    const signed = await signChecked(toSign, { signer, by, claim, signal });
    return { signed, artifact: await writer.assemble(toSign, subject, signed, options.at) };
  };
}

function prepareEnvelope(
  { envelopes }: Writer,
  signer: EnvelopeSigner,
  { format, ...terms }: WriteTerms & { readonly format: string },
): MakeArtifact {
  if (!envelopes) {
    throw new TouchmarkError("UNSUPPORTED", `the signer makes envelopes of its own, and a signature of format ${format} has none`);
  }
  const request = envelopes.prepare(terms);
  return async (signal) => {
    const { by, artifact } = await envelopes.accept(await signer.envelop(request, signal), terms);
    return { signed: { by }, artifact };
  };
}
