/**
 * Entries of transparency logs as sigstore bundles carry them (sigstore/protobuf-specs, `sigstore_rekor.proto`, in protobuf's JSON,
 * where 64-bit numbers are strings and zeros may be left out):
 *
 *     {"logIndex","logId":{"keyId"},"kindVersion":{"kind","version"},"integratedTime","canonicalizedBody",
 *      "inclusionPromise":{"signedEntryTimestamp"},
 *      "inclusionProof":{"logIndex","rootHash","treeSize","hashes":[…],"checkpoint":{"envelope"}}}
 *
 * Current logs give a promise and a time (Rekor 1), or an inclusion proof only (Rekor 2).
 */
import { fromBase64, toHex } from "../core/bytes.ts";
import { parseCheckpoint, type Checkpoint } from "../core/tlog/checkpoint.ts";
import { malformed } from "../core/errors.ts";
import { fromSeconds, type Instant } from "../core/instant.ts";
import type { Fields } from "../core/json/json.ts";
import { parseLogBody, type LogBody } from "./log-body.ts";
import { verificationLimits } from "./limits.ts";

export interface LogEntry {
  /** The log id in the entry, lower-case hex. */
  readonly logId: string;
  /** The index in the whole log, which may span several trees. */
  readonly logIndex: number;
  /** The claimed time; unverified without `promise`. */
  readonly integratedTime?: Instant;
  /** The bytes in the log. */
  readonly bytes: Uint8Array;
  readonly body: LogBody;
  /** The log's signature over body, time, id and index (SignedEntryTimestamp). */
  readonly promise?: Uint8Array;
  readonly inclusion?: Inclusion;
}

export interface Inclusion {
  /** The index in the checkpoint's tree. */
  readonly index: number;
  /** Hashes of the inclusion path, from the leaf's sibling upward. */
  readonly path: readonly Uint8Array[];
  readonly checkpoint: Checkpoint;
  /** The checkpoint as it was signed, with its signatures. */
  readonly note: string;
}

/** Reads the `tlogEntries` of a bundle's verification material. Throws MALFORMED, LIMIT_EXCEEDED or UNSUPPORTED. */
export function parseLogEntries(material: Fields): readonly LogEntry[] {
  return material.objects("tlogEntries", verificationLimits.logEntries).map(parseLogEntry);
}

function parseLogEntry(fields: Fields): LogEntry {
  const bytes = base64Of(fields, "canonicalizedBody");
  const body = parseLogBody(bytes, `${fields.at}.canonicalizedBody`);
  const kindVersion = fields.fields("kindVersion");
  if (kindVersion.string("kind") !== body.kind || kindVersion.string("version") !== body.version) {
    throw malformed(`${kindVersion.at} is not what the body is, ${body.kind} ${body.version}`);
  }
  const seconds = int64(fields, "integratedTime");
  const promise = fields.optionalFields("inclusionPromise");
  const inclusion = fields.optionalFields("inclusionProof");
  return {
    logId: toHex(base64Of(fields.fields("logId"), "keyId")),
    logIndex: int64(fields, "logIndex"),
    ...(seconds === 0 ? {} : { integratedTime: fromSeconds(seconds, `${fields.at}.integratedTime`) }),
    bytes,
    body,
    ...(promise === undefined ? {} : { promise: base64Of(promise, "signedEntryTimestamp") }),
    ...(inclusion === undefined ? {} : { inclusion: parseInclusion(inclusion) }),
  };
}

function parseInclusion(fields: Fields): Inclusion {
  const envelope = fields.fields("checkpoint").string("envelope");
  const checkpoint = parseCheckpoint(envelope, `${fields.at}.checkpoint`);
  if (int64(fields, "treeSize") !== checkpoint.size || toHex(base64Of(fields, "rootHash")) !== toHex(checkpoint.rootHash)) {
    throw malformed(`${fields.at} is for another tree than its checkpoint`);
  }
  const path = fields.list("hashes", verificationLimits.inclusionPath).map((hash, i) => {
    const bytes = typeof hash === "string" ? fromBase64(hash, `${fields.at}.hashes[${i}]`) : undefined;
    if (bytes?.length !== 32) throw malformed(`${fields.at}.hashes[${i}] is not a hash of 32 bytes`);
    return bytes;
  });
  return { index: int64(fields, "logIndex"), path, checkpoint, note: envelope };
}

function base64Of(fields: Fields, name: string): Uint8Array {
  return fromBase64(fields.string(name), `${fields.at}.${name}`);
}

/** A number from 0 to 2^53-1, as a decimal string or a JSON number; absent is 0. */
function int64(fields: Fields, name: string): number {
  const value = fields.get(name) ?? 0;
  if (typeof value === "number") return fields.has(name) ? fields.size(name) : 0;
  const number = typeof value === "string" && /^(?:0|[1-9]\d*)$/.test(value) ? Number(value) : Number.NaN;
  if (!Number.isSafeInteger(number)) throw malformed(`${fields.at}.${name} is not a whole number from 0 to 2^53-1`);
  return number;
}
