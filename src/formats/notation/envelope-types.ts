/** Media types of envelopes, and the bound on them. */
export const envelopeTypes = ["application/jose+json", "application/cose"] as const;
export type EnvelopeType = (typeof envelopeTypes)[number];

/** By the names that people call them. */
export const typeNamed: Readonly<Record<"jws" | "cose", EnvelopeType>> = { jws: "application/jose+json", cose: "application/cose" };

/** Values of one envelope, or of its payload: a few headers and annotations. */
export const maxEnvelopeValues: number = 10_000;

/** Bytes of one envelope. */
export const maxEnvelopeBytes: number = 32 * 1024 * 1024;
