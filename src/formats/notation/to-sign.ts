/** Prepares the bytes to sign. Modules that only signing needs are loaded on demand. */
import type { SignatureRequest, SignatureTerms, ToSign } from "../format.ts";
import { typeNamed } from "./envelope-types.ts";
import type { Target } from "./payload.ts";
import type { PreparedSignature, Terms } from "./sign.ts";

export interface NotationToSign<T extends Target> extends ToSign {
  readonly prepared: PreparedSignature<T>;
}

/** Throws what `prepareSignature` does. */
export async function toSign<T extends Target>(
  subject: T,
  { by: { chain = [] }, ...request }: Pick<SignatureRequest, "claim" | "by" | "options">,
): Promise<NotationToSign<T>> {
  const [terms, { prepareSignature }] = await Promise.all([termsOf(subject, request), import("./sign.ts")]);
  const prepared = await prepareSignature({ ...terms, chain });
  return { bytes: prepared.toBeSigned, scheme: prepared.scheme, prepared };
}

export async function termsOf<T extends Target>(
  subject: T,
  { claim: { annotations }, options }: Pick<SignatureTerms, "claim" | "options">,
): Promise<Terms<T>> {
  const { envelopeKinds } = await import("./envelope-kinds.ts");
  const kind = envelopeKinds[typeNamed[options.envelope ?? "jws"]];
  return { ...options, kind, annotations, subject };
}
