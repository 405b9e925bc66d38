/** Encodes a log entry as a sigstore bundle carries it; `log-entry.ts` reads it. */
import { toBase64 } from "../core/bytes.ts";
import type { InclusionProofJson, LogEntryJson } from "../core/verification-material.ts";
import type { Inclusion, LogEntry } from "./log-entry.ts";

export function logEntryJson({ logId, logIndex, integratedTime, bytes, body, promise, inclusion }: LogEntry): LogEntryJson {
  return {
    logIndex: String(logIndex),
    logId: { keyId: Buffer.from(logId, "hex").toString("base64") },
    kindVersion: { kind: body.kind, version: body.version },
    ...(integratedTime !== undefined && { integratedTime: String(integratedTime / 1000) }),
    ...(promise && { inclusionPromise: { signedEntryTimestamp: toBase64(promise) } }),
    ...(inclusion && { inclusionProof: inclusionProofJson(inclusion) }),
    canonicalizedBody: toBase64(bytes),
  };
}

function inclusionProofJson({ index, path, checkpoint, note }: Inclusion): InclusionProofJson {
  return {
    logIndex: String(index),
    rootHash: toBase64(checkpoint.rootHash),
    treeSize: String(checkpoint.size),
    hashes: path.map(toBase64),
    checkpoint: { envelope: note },
  };
}
