/**
 * The record of a pending log upload, attached beside the bundle (docs/reference/log-upload.md):
 *
 *     annotation of the manifest   dev.touchmark.log-upload: pending
 *     layer                        application/vnd.dev.touchmark.log-upload.v1+json
 *                                  {"logs":[URL,…],"publicKey":BASE64}
 *
 * `publicKey` is a SubjectPublicKeyInfo, DER, present if the bundle holds no certificate: bundles name keys by a hash, and logs need the
 * key.
 */
import { encodeUtf8, fromBase64, toBase64 } from "../../core/bytes.ts";
import { malformed } from "../../core/errors.ts";
import { Fields, parseJson } from "../../core/json/json.ts";
import type { ImageManifest } from "../../core/oci/manifest.ts";
import { formatLimits } from "../limits.ts";

export const pendingAnnotation = { name: "dev.touchmark.log-upload", value: "pending" } as const;
export const pendingMediaType = "application/vnd.dev.touchmark.log-upload.v1+json";
export interface PendingRecord {
  /** URLs; at least one. */
  readonly logs: readonly string[];
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey?: Uint8Array;
}

/** Whether the manifest is annotated as pending. */
export function saysPending({ annotations }: Pick<ImageManifest, "annotations">): boolean {
  return annotations[pendingAnnotation.name] === pendingAnnotation.value;
}

export function encodePendingRecord({ logs, publicKey }: PendingRecord): Uint8Array {
  return encodeUtf8(JSON.stringify({ logs, ...(publicKey && { publicKey: toBase64(publicKey) }) }));
}

/** Throws MALFORMED or LIMIT_EXCEEDED. */
export function parsePendingRecord(bytes: Uint8Array): PendingRecord {
  const what = "the record of what is to be logged";
  const fields = new Fields(parseJson(bytes, what, { maxBytes: formatLimits.pendingRecordBytes, maxDepth: 4 }), what);
  const logs = fields.list("logs", formatLimits.pendingLogs).map((url, i) => {
    if (typeof url !== "string") throw malformed(`${what}.logs[${i}] is not a string`);
    return url;
  });
  if (logs.length === 0) throw malformed(`${what}.logs names no log`);
  const publicKey = fields.optionalString("publicKey");
  return { logs, ...(publicKey !== undefined && { publicKey: fromBase64(publicKey, `${what}.publicKey`) }) };
}
