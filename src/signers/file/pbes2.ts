/**
 * The part of an EncryptedPrivateKeyInfo that says how dear it is to open (RFC 5958, section 3; RFC 8018,
 * appendices A.2 and A.4), read before OpenSSL is let at it, which would count to any number on our one thread:
 *
 *     SEQUENCE { SEQUENCE { pbes2, SEQUENCE { SEQUENCE { pbkdf2, SEQUENCE { salt, iterations, … } }, cipher } }, data }
 */
import { malformed, type TouchmarkError } from "../../core/errors.ts";

interface Element {
  readonly tag: number;
  readonly content: Buffer;
}

const SEQUENCE = 0x30;
const OBJECT_IDENTIFIER = 0x06;
const INTEGER = 0x02;
const PBES2 = "2a864886f70d01050d"; // 1.2.840.113549.1.5.13
const PBKDF2 = "2a864886f70d01050c"; // 1.2.840.113549.1.5.12
/** About a second. OpenSSL writes 2048; what is recommended today is 600,000. */
const MAX_ITERATIONS = 2_000_000;

/** Throws MALFORMED unless the key is encrypted by PBES2 with PBKDF2, of a bounded number of iterations. */
export function checkPbes2(der: Buffer, what: string): void {
  const [info] = elements(der, what);
  const [algorithm] = inside(info, what);
  const [scheme, parameters] = inside(algorithm, what);
  if (!isObject(scheme, PBES2)) throw malformed(`${what} is not encrypted by PBES2`);
  const [derivation] = inside(parameters, what);
  const [kdf, kdfParameters] = inside(derivation, what);
  if (!isObject(kdf, PBKDF2)) throw malformed(`${what} is not encrypted under PBKDF2`);
  const [, iterations] = inside(kdfParameters, what);
  if (iterations?.tag !== INTEGER || toNumber(iterations.content) > MAX_ITERATIONS) {
    throw malformed(`${what} asks for more than ${MAX_ITERATIONS} iterations of PBKDF2`);
  }
}

/** A small whole number; what is longer than four bytes is too large in any case. */
function toNumber(content: Buffer): number {
  return content.length >= 1 && content.length <= 4 ? content.readUIntBE(0, content.length) : Infinity;
}

function isObject(element: Element | undefined, hex: string): boolean {
  return element?.tag === OBJECT_IDENTIFIER && element.content.toString("hex") === hex;
}

function inside(element: Element | undefined, what: string): readonly Element[] {
  if (element?.tag !== SEQUENCE) throw notOne(what);
  return elements(element.content, what);
}

/** DER elements in a row: TAG, LENGTH (one byte, or 0x81/0x82 and one or two), content. */
function elements(der: Buffer, what: string): readonly Element[] {
  const found: Element[] = [];
  for (let at = 0; at < der.length;) {
    const [tag = 0, first = 0] = der.subarray(at);
    const lengthBytes = first < 0x80 ? 0 : first - 0x80;
    const start = at + 2 + lengthBytes;
    if (lengthBytes > 2 || start > der.length) throw notOne(what);
    const length = lengthBytes === 0 ? first : der.readUIntBE(at + 2, lengthBytes);
    if (first === 0x80 || start + length > der.length) throw notOne(what);
    found.push({ tag, content: der.subarray(start, start + length) });
    at = start + length;
  }
  return found;
}

function notOne(what: string): TouchmarkError {
  return malformed(`${what} is no EncryptedPrivateKeyInfo`);
}
