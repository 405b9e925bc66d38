/**
 * Requests timestamps (RFC 3161, section 3.4):
 *
 *     POST, application/timestamp-query      TimeStampReq
 *     200 or 201                             TimeStampResp
 *
 * The whole response is stored, as in sigstore.
 */
import { randomBytes } from "node:crypto";
import { equalBytes } from "../../../core/bytes.ts";
import { formatInstant, type Instant } from "../../../core/instant.ts";
import { hash } from "../../../core/keys/hash.ts";
import { parseTimestampToken } from "../../../core/envelopes/timestamp-token.ts";
import { printableHost } from "../../../core/printable.ts";
import { verifyTimestamp } from "../../../verification/verify-timestamp.ts";
import type { CertificateAuthority } from "../../../trust/trusted-root.ts";
import { accepted, wrongAnswer } from "../accepted.ts";
import { askService, serviceRefusal, urlOf, type ServiceClient } from "../ask.ts";
import { nearest } from "../clocks.ts";
import { encodeTimestampRequest } from "./timestamp-request.ts";
import { serviceLimits } from "../limits.ts";

export interface TimestampRequest {
  /** The full URL. */
  readonly service: string;
  /** The bytes to timestamp: a signature's. */
  readonly message: Uint8Array;
  /** The trusted timestamp authorities. */
  readonly authorities: readonly CertificateAuthority[];
}

export interface ReceivedTimestamp {
  /** The authority's response, DER. */
  readonly timestamp: Uint8Array;
  readonly at: Instant;
}

/**
 * Returns a verified timestamp. Throws TIMESTAMP_INVALID for one of other bytes, of another request or of another time,
 * SERVICE_REFUSED, SERVICE_UNAVAILABLE, what else is wrong with it, or as HttpClient does.
 */
export async function requestTimestamp(
  { service, message, authorities }: TimestampRequest,
  client: ServiceClient,
): Promise<ReceivedTimestamp> {
  const url = urlOf(service);
  const who = printableHost(url);
  const nonce = randomBytes(8).readBigUInt64BE();
  const headers = { "content-type": "application/timestamp-query", accept: "application/timestamp-reply" };
  const answer = await askService(
    { method: "POST", url, headers, body: encodeTimestampRequest(message, nonce), maxBytes: serviceLimits.timestampBytes },
    client,
  );
  if (answer.status !== 200 && answer.status !== 201) throw serviceRefusal(answer, "give a timestamp");
  const token = parseTimestampToken(answer.body);
  const { algorithm, digest } = token.imprint;
  if (algorithm !== "sha256" || !equalBytes(digest, hash("sha256", message))) {
    throw wrongAnswer("TIMESTAMP_INVALID", who, "the timestamp is of other bytes than were sent");
  }
  if (token.nonce !== nonce) throw wrongAnswer("TIMESTAMP_INVALID", who, "the timestamp answers another question: its nonce is not ours");
  const { at } = accepted(await verifyTimestamp(answer.body, { stamped: message, authorities }), who);
  const now = client.clock();
  if (nearest(now, at, at) === undefined) {
    throw wrongAnswer(
      "TIMESTAMP_INVALID",
      who,
      `it says ${formatInstant(at)}, and here it is ${formatInstant(now)}: one of the clocks is wrong`,
    );
  }
  return { timestamp: answer.body, at };
}
