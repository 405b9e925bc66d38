/** The kinds of envelopes, by the media types of the layers they come in. */
import { cose } from "./cose-envelope.ts";
import type { EnvelopeKind } from "./envelope.ts";
import { jws } from "./jws-envelope.ts";

const kinds: ReadonlyMap<string, EnvelopeKind> = new Map([jws, cose].map((kind) => [kind.mediaType, kind]));

/** Undefined for a media type that no envelope has. */
export function envelopeKind(mediaType: string): EnvelopeKind | undefined {
  return kinds.get(mediaType);
}
