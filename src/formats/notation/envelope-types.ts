/** Media types of the layers that envelopes come in, and the bound on them. */
export const envelopeTypes = ["application/jose+json", "application/cose"] as const;
export type EnvelopeType = (typeof envelopeTypes)[number];

/** Bytes of one envelope. */
export const maxEnvelopeBytes: number = 32 * 1024 * 1024;
