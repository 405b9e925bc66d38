/**
 * Verifies that trusted logs have a certificate, by its embedded timestamps (RFC 6962, section 3.2). A
 * log signs the certificate without the timestamps:
 *
 *     version:1=0 type:1=0 timestamp:8 entry_type:2=1 sha256(issuer's key):32 length:3 TBSCertificate length:2 extensions
 */
import { count } from "../core/count.ts";
import { concat } from "../core/bytes.ts";
import { contextTag, encodeDer, Members, tags, type Der } from "../core/asn1/der.ts";
import { readOid } from "../core/asn1/der-values.ts";
import { digestOf, hexOf } from "../core/digest.ts";
import { asTouchmarkError, type Code } from "../core/errors.ts";
import { formatInstant, type Instant } from "../core/instant.ts";
import { signingSchemes, type SignatureScheme } from "../core/keys/signature-schemes.ts";
import type { Certificate } from "../core/x509/certificate.ts";
import { isWithin, type LogAuthority } from "../trust/trusted-root.ts";
import type { Result } from "./result.ts";
import { bigEndian, readSctList, type Sct } from "./sct-list.ts";

export interface SctRequest {
  readonly certificate: Certificate;
  /** The issuer, the next certificate of the verified path. */
  readonly issuer: Certificate;
  readonly logs: readonly LogAuthority[];
  /** Required number of operators; default 1. */
  readonly threshold?: number;
}

/** A trusted log whose SCT verifies, and its timestamp. */
export interface VerifiedSct {
  readonly log: LogAuthority;
  readonly at: Instant;
}

const sctListOid = "1.3.6.1.4.1.11129.2.4.2";
/** The two algorithms allowed in section 2.1.4, and the kind of key of each. */
const algorithms: ReadonlyMap<string, { readonly scheme: SignatureScheme; readonly key: string }> = new Map([
  ["4/3", { scheme: signingSchemes["ecdsa-sha256"], key: "ec" }],
  ["4/1", { scheme: signingSchemes["rsa-pkcs1-sha256"], key: "rsa" }],
]);

/** Verifies SCTs of trusted logs, of as many operators as required; the result has one SCT per operator. */
export async function verifyScts({ certificate, issuer, logs, threshold = 1 }: SctRequest): Promise<Result<readonly VerifiedSct[]>> {
  const extension = certificate.extensions.get(sctListOid);
  if (!extension) return refused("failed", "SCT_INVALID", "the certificate holds no timestamp of a certificate log");
  let scts: readonly Sct[];
  let entry: Uint8Array;
  try {
    scts = readSctList(extension.value);
    entry = precertificateEntry(certificate, issuer);
  } catch (thrown) {
    const { code, message } = asTouchmarkError(thrown);
    return code === "MALFORMED" ? refused("failed", "SCT_INVALID", message) : refused("undecided", code, message);
  }
  const verified = new Map<string, VerifiedSct>();
  const reasons: string[] = [];
  for (const sct of scts) {
    const known = logs.filter(({ id }) => id === sct.logId);
    if (known.length === 0) reasons.push(`the log ${sct.logId} is not trusted`);
    for (const log of known) {
      if (verified.has(log.operator)) continue;
      const why = await breachOf(sct, log, entry);
      if (why === undefined) verified.set(log.operator, { log, at: sct.at });
      else reasons.push(why);
    }
  }
  const value = [...verified.values()];
  if (value.length >= Math.max(1, threshold)) {
    const detail = value.map(({ log, at }) => `logged by ${log.name} at ${formatInstant(at)}`).join(", ");
    return { check: { name: "sct", outcome: "passed", detail }, value };
  }
  const found = value.length > 0 ? [`timestamps of ${count(value.length, "log operator")}, expected ${threshold}`] : [];
  return refused(
    "failed",
    "SCT_INVALID",
    [...new Set([...found, ...reasons])].join("; ") || "the list of certificate log timestamps is empty",
  );
}

async function breachOf(sct: Sct, log: LogAuthority, entry: Uint8Array): Promise<string | undefined> {
  if (!isWithin(log.validFor, sct.at)) return `${log.name} is not trusted for ${formatInstant(sct.at)}`;
  const { key } = log.publicKey;
  const algorithm = algorithms.get(sct.algorithm);
  if (!algorithm || algorithm.key !== key.asymmetricKeyType) {
    return `a signature of algorithm ${sct.algorithm}, which is not one of ${log.name}`;
  }
  const message = concat([Uint8Array.of(0, 0), sct.timestamp, entry, sct.extensions]);
  return (await algorithm.scheme.verify(key, message, sct.signature)) ? undefined : `the timestamp of ${log.name} does not verify`;
}

/** The signed bytes from the entry type to the TBSCertificate, which is the certificate's own without the SCT list. */
function precertificateEntry({ tbs }: Certificate, issuer: Certificate): Uint8Array {
  const parts = tbs.children.flatMap((part) => (part.tag === contextTag(3) ? withoutList(part) : [part.raw]));
  const unlisted = encodeDer(tags.sequence, ...parts);
  const keyHash = Buffer.from(hexOf(digestOf(issuer.spki)), "hex");
  return concat([Uint8Array.of(0, 1), keyHash, bigEndian(unlisted.length, 3), unlisted]);
}

function withoutList(extensions: Der): readonly Uint8Array[] {
  const what = "the certificate's extensions";
  const list = new Members(extensions, contextTag(3), what).take("list", tags.sequence);
  const kept = list.children.filter((extension) => {
    const [oid] = extension.children;
    return !oid || readOid(oid, what) !== sctListOid;
  });
  return kept.length === 0 ? [] : [encodeDer(contextTag(3), encodeDer(tags.sequence, ...kept.map(({ raw }) => raw)))];
}

function refused(outcome: "failed" | "undecided", code: Code, detail: string): Result<never> {
  return { check: { name: "sct", outcome, code, detail } };
}
