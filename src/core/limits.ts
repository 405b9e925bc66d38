/** Default bounds of the parsers of this module. */
export interface CoreLimits {
  /** Bytes of a DER value. */
  readonly derBytes: number;
  /** Levels of constructed DER values. */
  readonly derDepth: number;
  /** DER values, at all levels together. */
  readonly derValues: number;
  /** Members of a DER value that is opened one level deep. */
  readonly derMembers: number;
  /** Bytes of a CBOR value. */
  readonly cborBytes: number;
  /** Levels of CBOR arrays, maps and tags. */
  readonly cborDepth: number;
  /** CBOR values, at all levels together, keys included. */
  readonly cborValues: number;
  /** Bytes of a JSON text. */
  readonly jsonBytes: number;
  /** Levels of JSON arrays and objects. */
  readonly jsonDepth: number;
  /** Values of a JSON text, at all levels together. */
  readonly jsonValues: number;
  /** Bytes of a certificate. */
  readonly certificateBytes: number;
  /** Levels of a certificate. */
  readonly certificateDepth: number;
  /** Values of a certificate. */
  readonly certificateValues: number;
  /** Bytes of a revocation list. */
  readonly crlBytes: number;
  /** Bytes of an OCSP response. */
  readonly ocspBytes: number;
  /** Certificates in an OCSP response. */
  readonly ocspCertificates: number;
  /** Bytes of a timestamp token. */
  readonly timestampTokenBytes: number;
  /** Characters of a distinguished name in a message. */
  readonly quotedNameLength: number;
  /** Characters of a reference. */
  readonly referenceLength: number;
  /** Characters of the name of a repository. */
  readonly repositoryNameLength: number;
  /** Bytes of a checkpoint. */
  readonly checkpointBytes: number;
  /** Signatures of a checkpoint. */
  readonly checkpointSignatures: number;
}

export const coreLimits: CoreLimits = {
  derBytes: 1024 * 1024,
  derDepth: 32,
  derValues: 20_000,
  derMembers: 16,
  cborBytes: 1024 * 1024,
  cborDepth: 16,
  cborValues: 10_000,
  jsonBytes: 4 * 1024 * 1024,
  jsonDepth: 64,
  jsonValues: 500_000,
  certificateBytes: 64 * 1024,
  certificateDepth: 16,
  certificateValues: 2000,
  crlBytes: 32 * 1024 * 1024,
  ocspBytes: 20 * 1024,
  ocspCertificates: 8,
  timestampTokenBytes: 64 * 1024,
  quotedNameLength: 200,
  referenceLength: 4096,
  repositoryNameLength: 255,
  checkpointBytes: 64 * 1024,
  checkpointSignatures: 64,
};
