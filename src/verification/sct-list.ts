/**
 * The list of signed certificate timestamps (SCTs) in a certificate (RFC 6962, section 3.3): the extension contains
 * an OCTET STRING with big-endian lengths and numbers:
 *
 *     length:2 { length:2 version:1=0 log_id:32 timestamp:8 length:2 extensions hash:1 signature:1 length:2 signature }*
 */
import { count } from "../core/count.ts";
import { concat, toHex } from "../core/bytes.ts";
import { parseDer } from "../core/asn1/der.ts";
import { readOctetString } from "../core/asn1/der-values.ts";
import { malformed, TouchmarkError } from "../core/errors.ts";
import type { Instant } from "../core/instant.ts";
import { verificationLimits } from "./limits.ts";

export interface Sct {
  readonly logId: string;
  readonly at: Instant;
  /** The signed bytes: the timestamp's eight bytes, and the extensions with their length. */
  readonly timestamp: Uint8Array;
  readonly extensions: Uint8Array;
  /** Hash and signature algorithm, as `4/3`. */
  readonly algorithm: string;
  readonly signature: Uint8Array;
}

/** Reads the extension's content. Throws MALFORMED, or LIMIT_EXCEEDED past 32 entries. */
export function readSctList(extension: Uint8Array): readonly Sct[] {
  const what = "the list of certificate log timestamps";
  const outer = new TlsReader(readOctetString(parseDer(extension, what), what), what);
  const list = new TlsReader(outer.vector(), what);
  outer.end();
  const found: Sct[] = [];
  while (!list.isAtEnd) {
    if (found.length === verificationLimits.certificateTimestamps)
      throw new TouchmarkError("LIMIT_EXCEEDED", `${what} has more than ${verificationLimits.certificateTimestamps} entries`);
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
  if (at > maxInstant) throw malformed(`${what} has an entry of a time that does not exist`);
  const extensions = reader.vector();
  const algorithm = `${reader.number(1)}/${reader.number(1)}`;
  const signature = reader.vector();
  reader.end();
  return { logId, at, timestamp, extensions: concat([bigEndian(extensions.length, 2), extensions]), algorithm, signature };
}

/** The end of the year 9999: later times have no RFC 3339 text. */
const maxInstant = 253_402_300_799_999;

/** Reader of TLS numbers and vectors (RFC 8446, section 3). */
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

  /** Reads bytes prefixed by a two-byte length. */
  vector(): Uint8Array {
    return this.take(this.number(2));
  }

  end(): void {
    if (!this.isAtEnd) throw malformed(`${this.#what} has ${count(this.#bytes.length - this.#at, "byte")} too many`);
  }
}

export function bigEndian(value: number, length: number): Uint8Array {
  const bytes = Buffer.alloc(length);
  bytes.writeUIntBE(value, 0, length);
  return bytes;
}
