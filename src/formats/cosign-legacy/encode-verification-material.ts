/** Encodes verification material into the annotations of a layer, as cosign does; `verification-material.ts` reads it. */
import { fromBase64, toBase64, toHex } from "../../core/bytes.ts";
import { TouchmarkError } from "../../core/errors.ts";
import { encodePem } from "../../core/asn1/pem.ts";
import type { LogEntryJson, VerificationMaterial } from "../../core/verification-material.ts";
import { materialAnnotations as names, type Annotations } from "./material-annotations.ts";

/**
 * Throws UNSUPPORTED for material that a layer cannot carry: several entries or timestamps, an entry without an inclusion promise (SET),
 * and a pending entry.
 */
export function encodeMaterial({ certificate, entries, timestamps, pending }: VerificationMaterial): Annotations {
  if (pending)
    throw new TouchmarkError("UNSUPPORTED", "cosign's layers cannot wait for a log", { hint: "Sign in the format bundle, or log now." });
  if (entries.length > 1 || timestamps.length > 1) {
    const found = `${entries.length} log entries and ${timestamps.length} timestamps`;
    throw new TouchmarkError("UNSUPPORTED", `cosign's layers carry at most one log entry and one timestamp; found ${found}`);
  }
  const [entry] = entries;
  const [timestamp] = timestamps;
  return {
    ...(certificate && { [names.certificate]: encodePem("CERTIFICATE", certificate) }),
    ...(entry && { [names.bundle]: encodeLogBundle(entry) }),
    ...(timestamp && { [names.timestamp]: JSON.stringify({ SignedRFC3161Timestamp: toBase64(timestamp) }) }),
  };
}

function encodeLogBundle({ logIndex, logId, integratedTime, inclusionPromise, canonicalizedBody }: LogEntryJson): string {
  if (inclusionPromise === undefined || integratedTime === undefined) {
    throw new TouchmarkError("UNSUPPORTED", "the log entry has no promise of its log, and cosign's layers carry no other proof", {
      hint: "Sign in the format bundle, or name a log of Rekor 1 in the signing configuration.",
    });
  }
  return JSON.stringify({
    SignedEntryTimestamp: inclusionPromise.signedEntryTimestamp,
    Payload: {
      body: canonicalizedBody,
      integratedTime: Number(integratedTime),
      logIndex: Number(logIndex),
      logID: toHex(fromBase64(logId.keyId, "the log's id")),
    },
  });
}
