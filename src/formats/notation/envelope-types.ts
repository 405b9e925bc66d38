/** Media types of envelopes. */
export const envelopeTypes = ["application/jose+json", "application/cose"] as const;
export type EnvelopeType = (typeof envelopeTypes)[number];

/** The media types by short name. */
export const typeNamed: Readonly<Record<"jws" | "cose", EnvelopeType>> = { jws: "application/jose+json", cose: "application/cose" };
