/**
 * The body of a log entry about a signature: Rekor's types, each reduced to the same four facts.
 *
 *     {"apiVersion","kind","spec":{…}}
 *     hashedrekord 0.0.1  data.hash{algorithm,value}, signature{content, publicKey.content}             (keys: base64 of PEM)
 *     hashedrekord 0.0.2  hashedRekordV002{data{algorithm,digest}, signature{content, verifier{x509Certificate|publicKey{rawBytes}}}}
 *     dsse 0.0.1          payloadHash{algorithm,value}, signatures[{signature, verifier}]               (verifier: base64 of PEM)
 *     dsse 0.0.2          dsseV002{payloadHash{algorithm,digest}, signatures[{content, verifier{…}}]}
 *     intoto 0.0.1        content{hash{algorithm,value}}, publicKey                                  (of the whole envelope)
 *     intoto 0.0.2        content{payloadHash{algorithm,value}, envelope.signatures[{sig, publicKey}]}  (sig: base64 twice)
 */
import { decodeUtf8, encodeUtf8, fromBase64, toHex } from "../core/bytes.ts";
import { malformed, TouchmarkError } from "../core/errors.ts";
import type { HashAlgorithm } from "../core/keys/hash.ts";
import { Fields, parseJson } from "../core/json/json.ts";
import { encodePem } from "../core/asn1/pem.ts";
import { verificationLimits } from "./limits.ts";

export interface LogBody {
  readonly kind: string;
  readonly version: string;
  /** The kind of the hashed content: the signed bytes, the payload of the envelope, or the envelope itself. */
  readonly of: "message" | "payload" | "envelope";
  readonly hash: { readonly name: HashAlgorithm; readonly hex: string };
  /** Absent where the hashed envelope contains it. */
  readonly signature?: Uint8Array;
  /** The certificate or public key that the log verified it with, as PEM. */
  readonly verifier: Uint8Array;
}

type Facts = Omit<LogBody, "kind" | "version">;

const readers: ReadonlyMap<string, (spec: Fields) => Facts> = new Map<string, (spec: Fields) => Facts>([
  ["hashedrekord 0.0.1", readHashedrekord1],
  ["hashedrekord 0.0.2", (spec) => readHashedrekord2(spec.fields("hashedRekordV002"))],
  ["dsse 0.0.1", readDsse1],
  ["dsse 0.0.2", (spec) => readDsse2(spec.fields("dsseV002"))],
  ["intoto 0.0.1", readIntoto1],
  ["intoto 0.0.2", (spec) => readIntoto2(spec.fields("content"))],
]);

/** Reads a body; `what` names it in messages. Throws MALFORMED, LIMIT_EXCEEDED, or UNSUPPORTED for another type. */
export function parseLogBody(bytes: Uint8Array, what: string): LogBody {
  const fields = new Fields(parseJson(bytes, what, { maxValues: verificationLimits.logBodyValues }), what);
  const [kind, version] = [fields.string("kind"), fields.string("apiVersion")];
  const read = readers.get(`${kind} ${version}`);
  if (!read) {
    throw new TouchmarkError(
      "UNSUPPORTED",
      `${what} is of type ${JSON.stringify(`${kind} ${version}`.slice(0, 100))}, which is not supported`,
    );
  }
  return { kind, version, ...read(fields.fields("spec")) };
}

function readHashedrekord1(spec: Fields): Facts {
  const signature = spec.fields("signature");
  return {
    of: "message",
    hash: readHash(spec.fields("data").fields("hash")),
    signature: base64Of(signature, "content"),
    verifier: base64Of(signature.fields("publicKey"), "content"),
  };
}

function readHashedrekord2(spec: Fields): Facts {
  return { of: "message", hash: readHashOutput(spec.fields("data")), ...readSignature2(spec.fields("signature")) };
}

function readDsse1(spec: Fields): Facts {
  const signature = onlySignature(spec);
  return {
    of: "payload",
    hash: readHash(spec.fields("payloadHash")),
    signature: base64Of(signature, "signature"),
    verifier: base64Of(signature, "verifier"),
  };
}

function readDsse2(spec: Fields): Facts {
  return { of: "payload", hash: readHashOutput(spec.fields("payloadHash")), ...readSignature2(onlySignature(spec)) };
}

function readIntoto1(spec: Fields): Facts {
  return { of: "envelope", hash: readHash(spec.fields("content").fields("hash")), verifier: base64Of(spec, "publicKey") };
}

function readIntoto2(content: Fields): Facts {
  const signature = onlySignature(content.fields("envelope"));
  const once = decodeUtf8(base64Of(signature, "sig"), `${signature.at}.sig`);
  return {
    of: "payload",
    hash: readHash(content.fields("payloadHash")),
    signature: fromBase64(once, `${signature.at}.sig`),
    verifier: base64Of(signature, "publicKey"),
  };
}

/** Requires exactly one: an entry for several signatures is refused. */
function onlySignature(fields: Fields): Fields {
  const [signature, ...more] = fields.objects("signatures", 32);
  if (!signature || more.length > 0)
    throw malformed(`${fields.at}.signatures has ${more.length + (signature ? 1 : 0)} entries, expected one`);
  return signature;
}

function readSignature2(fields: Fields): Pick<Facts, "signature" | "verifier"> {
  const verifier = fields.fields("verifier");
  const [certificate, key] = [verifier.optionalFields("x509Certificate"), verifier.optionalFields("publicKey")];
  const [label, raw] = certificate ? ["CERTIFICATE", certificate] : ["PUBLIC KEY", key];
  if (!raw || (certificate && key)) throw malformed(`${verifier.at} does not hold exactly one key or certificate`);
  return { signature: base64Of(fields, "content"), verifier: encodeUtf8(encodePem(label, base64Of(raw, "rawBytes"))) };
}

const hashNames: ReadonlyMap<string, HashAlgorithm> = new Map<string, HashAlgorithm>([
  ["sha256", "sha256"],
  ["sha384", "sha384"],
  ["sha512", "sha512"],
  ["SHA2_256", "sha256"],
  ["SHA2_384", "sha384"],
  ["SHA2_512", "sha512"],
]);

function readHash(fields: Fields): LogBody["hash"] {
  return { name: readHashName(fields), hex: fields.string("value") };
}

function readHashOutput(fields: Fields): LogBody["hash"] {
  return { name: readHashName(fields), hex: toHex(base64Of(fields, "digest")) };
}

function readHashName(fields: Fields): HashAlgorithm {
  const name = hashNames.get(fields.string("algorithm"));
  if (!name) throw malformed(`${fields.at}.algorithm is none of sha256, sha384 and sha512`);
  return name;
}

function base64Of(fields: Fields, name: string): Uint8Array {
  return fromBase64(fields.string(name), `${fields.at}.${name}`);
}
