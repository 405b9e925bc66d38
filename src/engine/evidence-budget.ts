/** The budget of evidence for one image, shared by all reads for it. It counts what was read, not what strangers state. */
import { TouchmarkError } from "../core/errors.ts";
import { engineLimits, type EvidenceLimits } from "./limits.ts";

/** What is left. */
export interface EvidenceBudget {
  /** Bytes and JSON values of referrers' manifests. */
  manifestBytes: number;
  manifestValues: number;
  /** Bytes of blobs. */
  bytes: number;
  /** Bytes of blobs that could not be read, which are given back up to this bound. */
  refunds: number;
  pieces: number;
  readonly limits: EvidenceLimits;
}

export function wholeBudget(given: Partial<EvidenceLimits>): EvidenceBudget {
  const limits = { ...engineLimits, ...given };
  const { manifestBytes, manifestValues } = engineLimits;
  const { evidenceBytes: bytes, evidencePieces: pieces } = limits;
  return { manifestBytes, manifestValues, bytes, refunds: bytes, pieces, limits };
}

/** The error for evidence that is not read. */
export function tooMuch(limit: string): TouchmarkError {
  return new TouchmarkError("LIMIT_EXCEEDED", `the evidence on the image is over the limit of ${limit}`);
}
