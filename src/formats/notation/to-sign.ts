/** What a signer is given to sign. What only signing needs is loaded when somebody signs. */
import type { SignatureRequest, ToSign } from "../format.ts";
import { typeNamed } from "./envelope-types.ts";
import type { Target } from "./payload.ts";
import type { PreparedSignature } from "./sign.ts";

export interface NotationToSign<T extends Target> extends ToSign {
  readonly prepared: PreparedSignature<T>;
}

/** Throws what `prepareSignature` does. */
export async function toSign<T extends Target>(
  subject: T,
  { claim: { annotations }, by: { chain = [] }, options }: Pick<SignatureRequest, "claim" | "by" | "options">,
): Promise<NotationToSign<T>> {
  const [{ envelopeKinds }, { prepareSignature }] = await Promise.all([import("./envelope-kinds.ts"), import("./sign.ts")]);
  const kind = envelopeKinds[typeNamed[options.envelope ?? "jws"]];
  const prepared = await prepareSignature({ ...options, kind, annotations, subject, chain });
  return { bytes: prepared.toBeSigned, scheme: prepared.scheme, prepared };
}
