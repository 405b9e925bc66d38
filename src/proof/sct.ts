/**
 * Signed certificate timestamps inside of a certificate (RFC 6962, sections 3.2 and 3.3). The extension holds an
 * OCTET STRING with a list, all lengths and numbers big-endian:
 *
 *     length:2 { length:2 version:1=0 log_id:32 timestamp:8 length:2 extensions hash:1 signature:1 length:2 signature }*
 *
 * What a log signs is the certificate before the list was put in:
 *
 *     version:1=0 type:1=0 timestamp:8 entry_type:2=1 sha256(issuer's key):32 length:3 TBSCertificate length:2 extensions
 */
import { concat, toHex } from "../core/bytes.ts";
import { contextTag, encodeDer, Members, parseDer, tags, type Der } from "../core/der.ts";
import { readOctetString, readOid } from "../core/der-values.ts";
import { digestOf, hexOf } from "../core/digest.ts";
import { asTouchmarkError, malformed, TouchmarkError, type Code } from "../core/errors.ts";
import { formatInstant, type Instant } from "../core/instant.ts";
import { signingSchemes, type SignatureScheme } from "../core/signature-schemes.ts";
import type { Certificate } from "../core/x509/certificate.ts";
import { isWithin, type LogAuthority } from "../trust/trusted-root.ts";
import type { Proof } from "./proof.ts";

export interface SctRequest {
  readonly certificate: Certificate;
  /** The next one of its proven path. */
  readonly issuer: Certificate;
  readonly logs: readonly LogAuthority[];
  /** How many operators must have seen it; 1 unless said. */
  readonly threshold?: number;
}

/** One trusted log that has seen the certificate, and when it says so. */
export interface Sighting {
  readonly log: LogAuthority;
  readonly at: Instant;
}

interface Sct {
  readonly logId: string;
  readonly at: Instant;
  /** As they are signed: the eight bytes, and the extensions with their length. */
  readonly timestamp: Uint8Array;
  readonly extensions: Uint8Array;
  /** Hash and signature algorithm, as `4/3`. */
  readonly algorithm: string;
  readonly signature: Uint8Array;
}

const SCT_LIST = "1.3.6.1.4.1.11129.2.4.2";
const MAX_SCTS = 32;

/** The two that section 2.1.4 allows, and the kind of key of each. */
const algorithms: ReadonlyMap<string, { readonly scheme: SignatureScheme; readonly key: string }> = new Map([
  ["4/3", { scheme: signingSchemes["ecdsa-sha256"], key: "ec" }],
  ["4/1", { scheme: signingSchemes["rsa-pkcs1-sha256"], key: "rsa" }],
]);

/** Proves that trusted logs, of as many operators as are needed, have seen the certificate: one sighting an operator. */
export async function proveScts({ certificate, issuer, logs, threshold = 1 }: SctRequest): Promise<Proof<readonly Sighting[]>> {
  const extension = certificate.extensions.get(SCT_LIST);
  if (!extension) return refused("failed", "SCT_INVALID", "the certificate holds no timestamp of a certificate log");
  let scts: readonly Sct[];
  let entry: Uint8Array;
  try {
    scts = readList(extension.value);
    entry = precertificateEntry(certificate, issuer);
  } catch (thrown) {
    const { code, message } = asTouchmarkError(thrown);
    return code === "MALFORMED" ? refused("failed", "SCT_INVALID", message) : refused("undecided", code, message);
  }
  const sightings = new Map<string, Sighting>();
  const reasons: string[] = [];
  for (const sct of scts) {
    const known = logs.filter(({ id }) => id === sct.logId);
    if (known.length === 0) reasons.push(`the log ${sct.logId} is not trusted`);
    for (const log of known) {
      if (sightings.has(log.operator)) continue;
      const why = await breachOf(sct, log, entry);
      if (why === undefined) sightings.set(log.operator, { log, at: sct.at });
      else reasons.push(why);
    }
  }
  const value = [...sightings.values()];
  if (value.length >= Math.max(1, threshold)) {
    const detail = value.map(({ log, at }) => `seen by ${log.name} at ${formatInstant(at)}`).join(", ");
    return { check: { name: "sct", outcome: "passed", detail }, value };
  }
  const found = value.length > 0 ? [`${value.length} operators of the ${threshold} that are needed`] : [];
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

/** From the entry type to the TBSCertificate, which is the certificate's own without the list. */
function precertificateEntry({ tbs }: Certificate, issuer: Certificate): Uint8Array {
  const parts = tbs.children.flatMap((part) => (part.tag === contextTag(3) ? withoutList(part) : [part.raw]));
  const unlisted = encodeDer(tags.sequence, ...parts);
  const keyHash = Buffer.from(hexOf(digestOf(issuer.spki)), "hex");
  return concat([Uint8Array.of(0, 1), keyHash, number(unlisted.length, 3), unlisted]);
}

function withoutList(extensions: Der): readonly Uint8Array[] {
  const what = "the certificate's extensions";
  const list = new Members(extensions, contextTag(3), what).take("list", tags.sequence);
  const kept = list.children.filter((extension) => {
    const [oid] = extension.children;
    return !oid || readOid(oid, what) !== SCT_LIST;
  });
  return kept.length === 0 ? [] : [encodeDer(contextTag(3), encodeDer(tags.sequence, ...kept.map(({ raw }) => raw)))];
}

function readList(extension: Uint8Array): readonly Sct[] {
  const what = "the list of certificate log timestamps";
  const outer = new TlsReader(readOctetString(parseDer(extension, what), what), what);
  const list = new TlsReader(outer.vector(), what);
  outer.end();
  const found: Sct[] = [];
  while (!list.isAtEnd) {
    if (found.length === MAX_SCTS) throw new TouchmarkError("LIMIT_EXCEEDED", `${what} has more than ${MAX_SCTS} entries`);
    found.push(readSct(new TlsReader(list.vector(), what), what));
  }
  return found;
}

function readSct(reader: TlsReader, what: string): Sct {
  const version = reader.number(1);
  if (version !== 0) throw malformed(`${what} has an entry of version ${version + 1}, expected 1`);
  const logId = toHex(reader.take(32));
  const timestamp = reader.take(8);
  const at = Number(Buffer.from(timestamp).readBigUInt64BE());
  if (at > MAX_INSTANT) throw malformed(`${what} has an entry of a time that does not exist`);
  const extensions = reader.vector();
  const algorithm = `${reader.number(1)}/${reader.number(1)}`;
  const signature = reader.vector();
  reader.end();
  return { logId, at, timestamp, extensions: concat([number(extensions.length, 2), extensions]), algorithm, signature };
}

/** The end of the year 9999: later ones have no text of the usual form. */
const MAX_INSTANT = 253_402_300_799_999;

/** Numbers and vectors of TLS (RFC 8446, section 3). */
class TlsReader {
  readonly #bytes: Uint8Array;
  readonly #what: string;
  #at = 0;

  constructor(bytes: Uint8Array, what: string) {
    this.#bytes = bytes;
    this.#what = what;
  }

  get isAtEnd(): boolean {
    return this.#at === this.#bytes.length;
  }

  take(length: number): Uint8Array {
    if (length > this.#bytes.length - this.#at) throw malformed(`${this.#what} is cut off`);
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  number(length: number): number {
    return this.take(length).reduce((sum, byte) => sum * 256 + byte, 0);
  }

  /** Bytes behind their length, of two bytes. */
  vector(): Uint8Array {
    return this.take(this.number(2));
  }

  end(): void {
    if (!this.isAtEnd) throw malformed(`${this.#what} has ${this.#bytes.length - this.#at} bytes too many`);
  }
}

function number(value: number, length: number): Uint8Array {
  const bytes = Buffer.alloc(length);
  bytes.writeUIntBE(value, 0, length);
  return bytes;
}

function refused(outcome: "failed" | "undecided", code: Code, detail: string): Proof<never> {
  return { check: { name: "sct", outcome, code, detail } };
}
