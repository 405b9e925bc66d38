/** Bounds of evidence. */
export interface FormatLimits {
  /** Bytes of a sigstore bundle, which may hold a whole software bill of materials (SBOM). */
  readonly bundleBytes: number;
  /** Bytes of an envelope of cosign's legacy attestations. */
  readonly attestationBytes: number;
}

/** Bounds that no setting changes. */
interface FixedLimits {
  /** Bytes of an envelope of the Notary Project. */
  readonly envelopeBytes: number;
  /** Bytes of a bundle, or of a legacy envelope, without its payload. */
  readonly bundleHeadBytes: number;
  /** JSON values of a bundle without its payload: enough for the largest number of log entries and timestamps that is verified. */
  readonly bundleValues: number;
  /** Certificates of a chain in sigstore's formats. */
  readonly chain: number;
  /** Timestamps of a bundle. */
  readonly timestamps: number;
  /** Bytes of a record of a pending log upload. */
  readonly pendingRecordBytes: number;
  /** Logs that one signature waits for. */
  readonly pendingLogs: number;
  /** JSON values of a legacy envelope; its payload counts as one. */
  readonly attestationValues: number;
  /** Bytes of a simple signing payload, which names one image and a few annotations. */
  readonly simpleSigningBytes: number;
  /** JSON values of a simple signing payload, or of verification material in an annotation. */
  readonly legacyValues: number;
  /** Values of a Notary Project envelope, or of its payload. */
  readonly envelopeValues: number;
  /** Entries of a list in a JWS header. */
  readonly envelopeList: number;
  /** Bytes of the payload of a Notary Project envelope. */
  readonly notaryPayloadBytes: number;
  /** Certificates of a Notary Project envelope. */
  readonly notaryChain: number;
  /** Critical attributes of a Notary Project envelope. */
  readonly criticalAttributes: number;
  /** Attributes of a Notary Project envelope for a plugin. */
  readonly extendedAttributes: number;
}

const mebibyte = 1024 * 1024;

export const formatLimits: FormatLimits & FixedLimits = {
  bundleBytes: 32 * mebibyte,
  attestationBytes: 32 * mebibyte,
  envelopeBytes: 32 * mebibyte,
  bundleHeadBytes: 32 * mebibyte,
  bundleValues: 10_000,
  chain: 10,
  timestamps: 32,
  pendingRecordBytes: 16 * 1024,
  pendingLogs: 8,
  attestationValues: 1000,
  simpleSigningBytes: mebibyte,
  legacyValues: 10_000,
  envelopeValues: 10_000,
  envelopeList: 1000,
  notaryPayloadBytes: 4 * mebibyte,
  notaryChain: 16,
  criticalAttributes: 100,
  extendedAttributes: 1000,
};
