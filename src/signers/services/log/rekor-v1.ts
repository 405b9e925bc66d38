/**
 * Rekor's API, version 1 (sigstore/rekor, `openapi.yaml`):
 *
 *     POST /api/v1/log/entries       ENTRY
 *     201                            {UUID:{"body","integratedTime","logID":HEX,"logIndex","verification":{"signedEntryTimestamp",
 *                                     "inclusionProof":{"logIndex","treeSize","rootHash":HEX,"hashes":[HEX,…],"checkpoint"}}}}
 *     409                            an existing entry: Location is its URL
 *     GET /api/v1/log/entries/UUID   200, the same
 *
 *     ENTRY = {"kind":"hashedrekord","apiVersion":"0.0.1",
 *              "spec":{"data":{"hash":{"algorithm","value":HEX}},"signature":{"content","publicKey":{"content"}}}}
 *           | {"kind":"dsse","apiVersion":"0.0.1","spec":{"proposedContent":{"envelope":TEXT,"verifiers":[…]}}}
 *
 * Keys and certificates are base64 of PEM.
 */
import { encodeUtf8, fromBase64, toBase64, toHex } from "../../../core/bytes.ts";
import { malformed } from "../../../core/errors.ts";
import { Fields, parseJson, type Json } from "../../../core/json/json.ts";
import type { InclusionProofJson, LogEntryJson } from "../../../core/verification-material.ts";
import type { HttpResponse } from "../../../net/http.ts";
import { printableHost } from "../../../core/printable.ts";
import type { LoggedSignature } from "../../../verification/logged-signature.ts";
import { answerFields, askService, jsonBody, serviceRefusal, urlOf, type ServiceClient } from "../ask.ts";
import { verifiedEntry, type AcceptedLogEntry, type LogRequest } from "./logged-entry.ts";
import { hashOfSigned, pemOf } from "./verifier.ts";
import { serviceLimits } from "../limits.ts";

const entriesPath = "api/v1/log/entries";

/**
 * Uploads the signature, or fetches its existing entry. Throws SERVICE_REFUSED, SERVICE_UNAVAILABLE, what is wrong with the
 * entry, or as HttpClient does.
 */
export async function logInRekorV1(request: LogRequest, client: ServiceClient): Promise<AcceptedLogEntry> {
  const url = urlOf(request.service, entriesPath);
  const answer = await askService({ method: "POST", url, ...jsonBody(proposal(request.logged)), maxBytes: serviceLimits.logBytes }, client);
  const held = answer.status === 409 ? await fetchExisting(answer, request.service, client) : answer;
  if (held.status !== 200 && held.status !== 201) throw serviceRefusal(held, "keep the signature");
  return verifiedEntry(readEntry(held), request, printableHost(url), client.clock());
}

function proposal(logged: LoggedSignature): unknown {
  const verifier = toBase64(encodeUtf8(pemOf(logged.verifier)));
  const content = toBase64(logged.signature);
  if (logged.content.kind === "envelope") {
    const { payloadType, payload } = logged.content;
    const envelope = JSON.stringify({ payload: toBase64(payload), payloadType, signatures: [{ sig: content }] });
    return { kind: "dsse", apiVersion: "0.0.1", spec: { proposedContent: { envelope, verifiers: [verifier] } } };
  }
  const { algorithm, digest } = hashOfSigned(logged);
  const spec = { data: { hash: { algorithm, value: toHex(digest) } }, signature: { content, publicKey: { content: verifier } } };
  return { kind: "hashedrekord", apiVersion: "0.0.1", spec };
}

/** Only the entry's UUID is taken from Location: nothing is fetched from another host. */
async function fetchExisting({ headers, url }: HttpResponse, service: string, client: ServiceClient): Promise<HttpResponse> {
  const [uuid] = /[0-9a-f]{64,80}$/.exec(headers.get("location") ?? "") ?? [];
  if (uuid === undefined) throw malformed(`${printableHost(url)} holds the signature already and does not say where`);
  return askService(
    {
      method: "GET",
      url: urlOf(service, `${entriesPath}/${uuid}`),
      headers: { accept: "application/json" },
      maxBytes: serviceLimits.logBytes,
    },
    client,
  );
}

function readEntry(answer: HttpResponse): LogEntryJson {
  const entries = answerFields(answer, serviceLimits.logBytes);
  const [uuid, ...more] = Object.keys(entries.object);
  if (uuid === undefined || more.length > 0)
    throw malformed(`${entries.at} has ${more.length + (uuid === undefined ? 0 : 1)} entries, expected one`);
  const fields = new Fields(entries.get(uuid), `${entries.at}, the entry`);
  const body = fields.string("body");
  const verification = fields.fields("verification");
  return {
    logIndex: String(fields.size("logIndex")),
    logId: { keyId: base64OfHex(fields, "logID") },
    kindVersion: kindOf(body, fields.at),
    integratedTime: String(fields.size("integratedTime")),
    inclusionPromise: { signedEntryTimestamp: verification.string("signedEntryTimestamp") },
    inclusionProof: readProof(verification.fields("inclusionProof")),
    canonicalizedBody: body,
  };
}

function readProof(fields: Fields): InclusionProofJson {
  return {
    logIndex: String(fields.size("logIndex")),
    rootHash: base64OfHex(fields, "rootHash"),
    treeSize: String(fields.size("treeSize")),
    hashes: fields.list("hashes", serviceLimits.logPath).map((hash, i) => base64Of(hash, `${fields.at}.hashes[${i}]`)),
    checkpoint: { envelope: fields.string("checkpoint") },
  };
}

function kindOf(body: string, at: string): LogEntryJson["kindVersion"] {
  const fields = new Fields(parseJson(fromBase64(body, `${at}.body`), `${at}.body`, { maxBytes: serviceLimits.logBytes }), `${at}.body`);
  return { kind: fields.string("kind"), version: fields.string("apiVersion") };
}

function base64OfHex(fields: Fields, name: string): string {
  return base64Of(fields.string(name), `${fields.at}.${name}`);
}

function base64Of(hex: Json | undefined, at: string): string {
  if (typeof hex !== "string" || !/^[0-9a-f]{64}$/.test(hex)) throw malformed(`${at} is not 32 bytes in lower-case hex`);
  return toBase64(Buffer.from(hex, "hex"));
}
