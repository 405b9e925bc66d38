/** Revocation status by certificate revocation lists (RFC 5280, section 6.3.3). */
import { equalBytes } from "../core/bytes.ts";
import { parseCrl, type RevocationList } from "../core/x509/crl.ts";
import { freshestPoints, type DistributionPoint } from "../core/x509/distribution-points.ts";
import { basicConstraints, keyUsage } from "../core/x509/extensions.ts";
import { isSignedBy } from "../core/x509/is-signed-by.ts";
import { quoteName } from "../core/x509/name.ts";
import { onHold, removed, type RevokedEntry } from "../core/x509/revoked-entry.ts";
import {
  statusFrom,
  revokedForGood,
  staleness,
  revocationStatusOf,
  type RevocationContext,
  type RevocationQuestion,
} from "./revocation-question.ts";
import { allOf, firstKnown, good, heldUntil, unknown, type RevocationStatus } from "./revocation-status.ts";
import { verificationLimits } from "./limits.ts";

/** Every distribution point must answer, since a list may have only some of the revocations; any URL of one suffices. */
export async function crlStatus(points: readonly DistributionPoint[], question: RevocationQuestion): Promise<RevocationStatus> {
  if (points.length === 0) return unknown("its certificate names no revocation list");
  return allOf(await Promise.all(points.map((point) => pointStatus(point, question))));
}

async function pointStatus(point: DistributionPoint, question: RevocationQuestion): Promise<RevocationStatus> {
  if (point.isPartial) return unknown("the certificate's revocation list is indirect or of some reasons only, which is not supported");
  if (point.urls.length === 0) return unknown("the certificate's revocation list has no URL");
  return firstKnown(point.urls, (url) =>
    statusFrom(contextOf("revocation list", url, question), (bytes) => listStatus(listIn(bytes), point, question)),
  );
}

/** Parsed lists are memoised: they are large, and many findings may need the same one. */
const known = new WeakMap<Uint8Array, RevocationList>();

function listIn(bytes: Uint8Array): RevocationList {
  const list = known.get(bytes) ?? parseCrl(bytes);
  known.set(bytes, list);
  return list;
}

function contextOf(source: RevocationContext["source"], url: string, { issuer, facts }: RevocationQuestion): RevocationContext {
  return { source, question: { kind: "crl", url, issuer }, facts };
}

async function listStatus(list: RevocationList, point: DistributionPoint, question: RevocationQuestion): Promise<RevocationStatus> {
  const { certificate } = question;
  const fault = list.baseNumber === undefined ? await faultOf(list, question) : "it is a delta, expected a whole list";
  if (fault !== undefined) return unknown(fault);
  const outside = scopeFault(list, point, question);
  if (outside !== undefined) return unknown(outside);
  const entry = list.find(certificate.serial);
  if (entry?.reason === removed) return unknown("it lists the certificate as removed, which only a delta may");
  const final = entry && revokedForGood(entry, question);
  if (final) return final;
  const stale = staleness(list, question.at);
  if (stale !== undefined) return unknown(stale);
  const status = entry ? revocationStatusOf(entry, question, list) : good("not revoked", list.nextUpdate);
  if (list.freshest === undefined && freshestPoints(certificate)) {
    return unknown("the certificate names deltas that its revocation list does not, which is not supported");
  }
  const urls = (list.freshest ?? []).flatMap((freshest) => freshest.urls).slice(0, verificationLimits.deltaUrls);
  if (urls.length === 0) return status;
  return firstKnown(urls, (url) =>
    statusFrom(contextOf("delta", url, question), async (bytes) => {
      const delta = listIn(bytes);
      const why = (await faultOf(delta, question)) ?? deltaFault(delta, list);
      return why === undefined ? heldUntil(updated(status, entry, { list, delta, question }), delta.nextUpdate) : unknown(why);
    }),
  );
}

interface Update {
  readonly list: RevocationList;
  readonly delta: RevocationList;
  readonly question: RevocationQuestion;
}

/** A delta may remove a certificate from hold, or revoke any. */
function updated(status: RevocationStatus, entry: RevokedEntry | undefined, { list, delta, question }: Update): RevocationStatus {
  const isNewer = (delta.number ?? 0n) > (list.number ?? 0n);
  const change = isNewer ? delta.find(question.certificate.serial) : undefined;
  const final = change && revokedForGood(change, question);
  if (final) return final;
  const stale = staleness(delta, question.at);
  if (stale !== undefined) return unknown(stale);
  if (!change) return status;
  if (change.reason !== removed) return revocationStatusOf(change, question, delta);
  return entry?.reason === onHold ? good("no longer on hold", delta.nextUpdate) : status;
}

/** Why the list is not validly signed by the issuer; undefined if it is. */
async function faultOf(list: RevocationList, { certificate, issuer }: RevocationQuestion): Promise<string | undefined> {
  if (!equalBytes(list.issuer.raw, certificate.issuer.raw)) return `it is the list of ${quoteName(list.issuer)}, not of the issuer`;
  if (keyUsage(issuer)?.has("cRLSign") === false) return "the issuer may not sign revocation lists (key usage)";
  return (await isSignedBy(list, issuer)) ? undefined : "it is not signed by the certificate's issuer";
}

/** Why the list does not cover the certificate, or not completely; undefined if it does. */
function scopeFault({ scope }: RevocationList, { urls }: DistributionPoint, { certificate }: RevocationQuestion): string | undefined {
  if (!scope) return undefined;
  if (scope.isIndirect || scope.isPartial) return "it is indirect or of some reasons only, which is not supported";
  if (scope.urls && !scope.urls.some((url) => urls.includes(url))) return "it is a list of other certificates (issuing distribution point)";
  const kind = basicConstraints(certificate)?.ca ? "authorities" : "signers";
  return scope.only !== undefined && scope.only !== kind ? `it is a list of ${scope.only} alone` : undefined;
}

/** Why the delta does not apply to this list (sections 5.2.4 and 6.3.3, c); undefined if it does. */
function deltaFault(delta: RevocationList, list: RevocationList): string | undefined {
  if (delta.baseNumber === undefined || delta.number === undefined) return "it is not a delta, or has no number";
  if (list.number === undefined) return "it is a delta to a list that has no number";
  if (delta.baseNumber > list.number) return `it is a delta to the list ${delta.baseNumber}, and the list is ${list.number}`;
  const isSame = delta.scope && list.scope ? equalBytes(delta.scope.raw, list.scope.raw) : delta.scope === list.scope;
  return isSame ? undefined : "it is a delta to a list of other certificates (issuing distribution point)";
}
