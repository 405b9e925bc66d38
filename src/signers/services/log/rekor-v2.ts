/**
 * Rekor's API, version 2 (sigstore/rekor-tiles, `rekor_service.proto`):
 *
 *     POST /api/v2/log/entries  {"hashedRekordRequestV002":{"digest","signature":{"content",
 *                                "verifier":{"keyDetails", "publicKey" | "x509Certificate":{"rawBytes"}}}}}
 *     201                       a TransparencyLogEntry, as soon as a checkpoint covers it
 *     409                       an existing entry: x-log-index is its index, and its tiles verify it
 *
 * Its entries carry no verified time: a timestamp is required.
 */
import { toBase64 } from "../../../core/bytes.ts";
import { malformed } from "../../../core/errors.ts";
import type { Fields } from "../../../core/json/json.ts";
import type { LogEntryJson } from "../../../core/verification-material.ts";
import type { HttpResponse } from "../../../net/http.ts";
import { printableHost } from "../../../core/printable.ts";
import type { LoggedSignature } from "../../../verification/logged-signature.ts";
import { answerFields, askService, jsonBody, serviceRefusal, urlOf, type ServiceClient } from "../ask.ts";
import { entryFromTiles } from "./entry-from-tiles.ts";
import { verifiedEntry, type AcceptedLogEntry, type LogRequest } from "./logged-entry.ts";
import { hashOfSigned, keyDetailsOf } from "./verifier.ts";
import { serviceLimits } from "../limits.ts";

/** Milliseconds: checkpoints come every few seconds. */
const patience = 20_000;

/**
 * Uploads the signature, or fetches its existing entry. Throws SERVICE_REFUSED, SERVICE_UNAVAILABLE, what is wrong with the
 * entry, or as HttpClient does.
 */
export async function logInRekorV2(request: LogRequest, client: ServiceClient): Promise<AcceptedLogEntry> {
  const url = urlOf(request.service, "api/v2/log/entries");
  const answer = await askService(
    { method: "POST", url, ...jsonBody(proposal(request.logged)), maxBytes: serviceLimits.logBytes },
    { patience, ...client },
  );
  const entry = answer.status === 409 ? await entryFromTiles(indexOf(answer), request, client) : readAnswer(answer);
  return verifiedEntry(entry, request, printableHost(url), client.clock());
}

function proposal(logged: LoggedSignature): unknown {
  const { verifier } = logged;
  const rawBytes = toBase64(verifier.kind === "key" ? verifier.key.spki : verifier.certificate);
  const member = verifier.kind === "key" ? "publicKey" : "x509Certificate";
  const signature = { content: toBase64(logged.signature), verifier: { keyDetails: keyDetailsOf(verifier), [member]: { rawBytes } } };
  return { hashedRekordRequestV002: { digest: toBase64(hashOfSigned(logged).digest), signature } };
}

function indexOf({ headers, url }: HttpResponse): number {
  const text = headers.get("x-log-index") ?? "";
  const index = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
  if (!Number.isSafeInteger(index)) throw malformed(`${printableHost(url)} holds the signature already and does not say where`);
  return index;
}

function readAnswer(answer: HttpResponse): LogEntryJson {
  if (answer.status !== 200 && answer.status !== 201) throw serviceRefusal(answer, "keep the signature");
  const fields = answerFields(answer, serviceLimits.logBytes);
  const kind = fields.fields("kindVersion");
  const proof = fields.fields("inclusionProof");
  return {
    logIndex: int64(fields, "logIndex"),
    logId: { keyId: fields.fields("logId").string("keyId") },
    kindVersion: { kind: kind.string("kind"), version: kind.string("version") },
    inclusionProof: {
      logIndex: int64(proof, "logIndex"),
      rootHash: proof.string("rootHash"),
      treeSize: int64(proof, "treeSize"),
      hashes: proof.list("hashes", serviceLimits.logPath).map((hash) => (typeof hash === "string" ? hash : "")),
      checkpoint: { envelope: proof.fields("checkpoint").string("envelope") },
    },
    canonicalizedBody: fields.string("canonicalizedBody"),
  };
}

/** Protobuf's JSON may leave out a zero; the digits are checked with the rest. */
function int64(fields: Fields, name: string): string {
  return fields.optionalString(name) ?? "0";
}
