/** Media types of envelopes, and their limits. */
export const envelopeTypes = ["application/jose+json", "application/cose"] as const;
export type EnvelopeType = (typeof envelopeTypes)[number];

/** The media types by short name. */
export const typeNamed: Readonly<Record<"jws" | "cose", EnvelopeType>> = { jws: "application/jose+json", cose: "application/cose" };

/** Maximum values in one envelope, or in its payload. */
export const maxEnvelopeValues: number = 10_000;

/** Maximum bytes of one envelope. */
export const maxEnvelopeBytes: number = 32 * 1024 * 1024;
