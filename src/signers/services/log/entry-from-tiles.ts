/** An existing entry of a tile-based log: its body and its inclusion proof, assembled from the published tiles. */
import { decodeUtf8, toBase64 } from "../../../core/bytes.ts";
import { parseCheckpoint, type Checkpoint } from "../../../core/tlog/checkpoint.ts";
import { TouchmarkError } from "../../../core/errors.ts";
import { Fields, parseJson } from "../../../core/json/json.ts";
import type { LogEntryJson } from "../../../core/verification-material.ts";
import { printableHost } from "../../../core/printable.ts";
import type { LogAuthority } from "../../../trust/trusted-root.ts";
import { wrongAnswer } from "../accepted.ts";
import { askService, serviceRefusal, urlOf, type ServiceClient } from "../ask.ts";
import type { LogRequest } from "./logged-entry.ts";
import { Tiles } from "../../../core/tlog/tiles.ts";
import { serviceLimits } from "../limits.ts";

/**
 * Returns the entry at this index. Throws LOG_ENTRY_MISSING for an untrusted log, SERVICE_UNAVAILABLE if its checkpoint does not
 * cover the entry yet, or MALFORMED.
 */
export async function entryFromTiles(index: number, { service, logs }: LogRequest, client: ServiceClient): Promise<LogEntryJson> {
  const who = printableHost(urlOf(service));
  const fetch = async (path: string, maxBytes: number): Promise<Uint8Array | undefined> => {
    const answer = await askService({ method: "GET", url: urlOf(service, `api/v2/${path}`), maxBytes }, client);
    if (answer.status === 200) return answer.body;
    if (answer.status === 404) return undefined;
    throw serviceRefusal(answer, `give its ${path}`);
  };
  const envelope = decodeUtf8((await fetch("checkpoint", serviceLimits.checkpointBytes)) ?? new Uint8Array(), `the checkpoint of ${who}`);
  const checkpoint = parseCheckpoint(envelope, `the checkpoint of ${who}`);
  const log = logs.find((known) => isNamedBy(checkpoint, known));
  if (log === undefined) throw wrongAnswer("LOG_ENTRY_MISSING", who, "its checkpoint is of no log that is trusted");
  if (index >= checkpoint.size) throw new TouchmarkError("SERVICE_UNAVAILABLE", `${who} has no checkpoint yet that covers entry ${index}`);

  const tiles = new Tiles(checkpoint.size, (path) => fetch(path, serviceLimits.tileBytes));
  const body = await tiles.entry(index);
  const fields = new Fields(parseJson(body, `entry ${index} of ${who}`), `entry ${index} of ${who}`);
  return {
    logIndex: String(index),
    logId: { keyId: toBase64(Buffer.from(log.id, "hex")) },
    kindVersion: { kind: fields.string("kind"), version: fields.string("apiVersion") },
    inclusionProof: {
      logIndex: String(index),
      rootHash: toBase64(checkpoint.rootHash),
      treeSize: String(checkpoint.size),
      hashes: (await tiles.path(index)).map(toBase64),
      checkpoint: { envelope },
    },
    canonicalizedBody: toBase64(body),
  };
}

function isNamedBy({ signatures }: Checkpoint, { id, checkpointId = id.slice(0, 8) }: LogAuthority): boolean {
  return signatures.some(({ keyId }) => keyId === checkpointId);
}
