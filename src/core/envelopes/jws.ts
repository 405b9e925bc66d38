/**
 * JSON Web Signatures in flattened JSON serialization (RFC 7515, section 7.2.2), one signature each:
 *
 *     {"payload":BASE64URL,"protected":BASE64URL(JSON),"header":{…},"signature":BASE64URL}
 *     signed: ASCII(protected "." payload)
 */
import { decodeUtf8, encodeUtf8 } from "../bytes.ts";
import { malformed } from "../errors.ts";
import { Fields, parseJson, type JsonLimits, type JsonObject } from "../json/json.ts";

export interface FlattenedJws {
  /** The signed bytes. */
  readonly toBeSigned: Uint8Array;
  readonly protected: Fields;
  /** The unprotected header, which is not signed. */
  readonly header: Fields;
  readonly payload: Uint8Array;
  readonly signature: Uint8Array;
}

const members: ReadonlySet<string> = new Set(["payload", "protected", "header", "signature"]);

/** Reads a JWS; `what` names it in messages. Throws MALFORMED, or LIMIT_EXCEEDED past a bound. */
export function parseFlattenedJws(bytes: Uint8Array, what: string, limits: JsonLimits = {}): FlattenedJws {
  const fields = new Fields(parseJson(bytes, what, limits), what);
  const unknown = Object.keys(fields.object).find((name) => !members.has(name));
  if (unknown !== undefined)
    throw malformed(`${what} has the member ${JSON.stringify(unknown.slice(0, 100))}, which a flattened JWS has not`);
  const [protectedText, payloadText] = [fields.string("protected"), fields.string("payload")];
  const signedHeader = new Fields(
    parseJson(fromBase64Url(protectedText, `${what}.protected`), `${what}.protected`, limits),
    `${what}.protected`,
  );
  const header = fields.optionalFields("header") ?? new Fields({}, `${what}.header`);
  const twice = Object.keys(signedHeader.object).find((name) => Object.hasOwn(header.object, name));
  if (twice !== undefined) throw malformed(`${what} has the header ${JSON.stringify(twice.slice(0, 100))} both protected and not`);
  return {
    toBeSigned: encodeUtf8(`${protectedText}.${payloadText}`),
    protected: signedHeader,
    header,
    payload: fromBase64Url(payloadText, `${what}.payload`),
    signature: fromBase64Url(fields.string("signature"), `${what}.signature`),
  };
}

/** Returns the bytes to be signed. */
export function jwsToBeSigned(protectedHeader: JsonObject, payload: Uint8Array): Uint8Array {
  return encodeUtf8(`${toBase64Url(encodeUtf8(JSON.stringify(protectedHeader)))}.${toBase64Url(payload)}`);
}

/** Encodes the JWS from its signed parts, headers and signature. */
export function encodeFlattenedJws(toBeSigned: Uint8Array, header: JsonObject, signature: Uint8Array): Uint8Array {
  const [protectedText, payload] = decodeUtf8(toBeSigned).split(".");
  return encodeUtf8(JSON.stringify({ payload, protected: protectedText, header, signature: toBase64Url(signature) }));
}

function toBase64Url(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("base64url");
}

/** Decodes base64url without padding (section 2); whitespace, other alphabets and nonzero trailing bits throw MALFORMED. */
function fromBase64Url(text: string, what: string): Uint8Array {
  const bytes = Buffer.from(text, "base64url");
  if (bytes.toString("base64url") !== text) throw malformed(`${what} is not base64url`);
  return bytes;
}
