/** The kinds of envelopes by layer media type. */
import { cose } from "./cose-envelope.ts";
import type { EnvelopeKind } from "./envelope.ts";
import type { EnvelopeType } from "./envelope-types.ts";
import { jws } from "./jws-envelope.ts";

export const envelopeKinds: Readonly<Record<EnvelopeType, EnvelopeKind>> = { "application/jose+json": jws, "application/cose": cose };
