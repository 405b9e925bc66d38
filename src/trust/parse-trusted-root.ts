/**
 * Parser for `trusted_root.json`, versions 0.1 and 0.2 (sigstore/protobuf-specs, `sigstore_trustroot.proto`, in protobuf's JSON):
 *
 *     {"mediaType":"application/vnd.dev.sigstore.trustedroot.v0.2+json" | "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
 *      "tlogs":[LOG,…],"ctlogs":[LOG,…],"certificateAuthorities":[AUTHORITY,…],"timestampAuthorities":[AUTHORITY,…]}
 *     LOG = {"baseUrl","hashAlgorithm","publicKey":{"rawBytes","keyDetails","validFor"},"logId":{"keyId"},"checkpointKeyId":{"keyId"},"operator"}
 *     AUTHORITY = {"subject":{"organization","commonName"},"uri","certChain":{"certificates":[{"rawBytes"},…]},"validFor","operator"}
 *
 * A log of an unknown key type or tree is skipped: its entries do not verify, and the other logs stay
 * usable. Any other error refuses the whole file. A period requires its start.
 */
import { fromBase64, toHex } from "../core/bytes.ts";
import { malformed, TouchmarkError } from "../core/errors.ts";
import { Fields, parseJson } from "../core/json/json.ts";
import { parseCertificate, type Certificate } from "../core/x509/certificate.ts";
import { operatorOf } from "./operator.ts";
import { isKnownKeyKind, parseLogKey } from "./log-key.ts";
import { parsePeriod } from "./period.ts";
import type { CertificateAuthority, LogAuthority, TrustedRoot } from "./trusted-root.ts";
import { trustLimits } from "./limits.ts";

const versions = /^application\/vnd\.dev\.sigstore\.trustedroot(?:\.v(\d+\.\d+)\+json|\+json;version=(\d+\.\d+))$/;
const knownVersions: ReadonlySet<string | undefined> = new Set(["0.1", "0.2"]);

/** Reads a trusted root; `name` is its file name in messages. Throws MALFORMED, LIMIT_EXCEEDED, UNSUPPORTED or INVALID_KEY. */
export function parseTrustedRoot(bytes: Uint8Array, name: string): TrustedRoot {
  const fields = new Fields(parseJson(bytes, name, { maxBytes: trustLimits.trustedRootBytes }), name);
  checkVersion(fields);
  return {
    certificateAuthorities: fields.objects("certificateAuthorities", trustLimits.authorities).map(parseAuthority),
    logs: fields.objects("tlogs", trustLimits.authorities).filter(isUsable).map(parseLog),
    certificateLogs: fields.objects("ctlogs", trustLimits.authorities).filter(isUsable).map(parseLog),
    timestampAuthorities: fields.objects("timestampAuthorities", trustLimits.authorities).map(parseAuthority),
  };
}

function checkVersion(fields: Fields): void {
  const mediaType = fields.string("mediaType");
  const match = versions.exec(mediaType);
  if (!match) throw malformed(`${fields.at}.mediaType is not that of a trusted root: ${JSON.stringify(mediaType.slice(0, 100))}`);
  const version = match[1] ?? match[2];
  if (!knownVersions.has(version)) {
    throw new TouchmarkError("UNSUPPORTED", `${fields.at} is a trusted root of version ${version}; 0.1 and 0.2 are supported`);
  }
}

function isUsable(log: Fields): boolean {
  return log.string("hashAlgorithm") === "SHA2_256" && isKnownKeyKind(log.fields("publicKey").string("keyDetails"));
}

function parseLog(fields: Fields): LogAuthority {
  const name = fields.string("baseUrl");
  const key = fields.fields("publicKey");
  const logId = parseId(fields, "logId", [4, 32]);
  const checkpointId = parseId(fields, "checkpointKeyId", [4, 32])?.slice(0, 8);
  const id = logId ?? checkpointId;
  if (id === undefined) throw malformed(`${fields.at} has neither a logId nor a checkpointKeyId`);
  return {
    name,
    id,
    ...(checkpointId === undefined ? {} : { checkpointId }),
    operator: fields.optionalString("operator") || operatorOf(name),
    publicKey: parseLogKey(fromBase64(key.string("rawBytes"), `${key.at}.rawBytes`), key.string("keyDetails"), key.at),
    validFor: parsePeriod(key.fields("validFor")),
  };
}

/** Reads an id of one of the given lengths in bytes; returns hex. */
function parseId(fields: Fields, name: string, lengths: readonly number[]): string | undefined {
  const id = fields.optionalFields(name);
  if (!id) return undefined;
  const bytes = fromBase64(id.string("keyId"), `${id.at}.keyId`);
  if (!lengths.includes(bytes.length)) throw malformed(`${id.at}.keyId has ${bytes.length} bytes, expected ${lengths.join(" or ")}`);
  return toHex(bytes);
}

function parseAuthority(fields: Fields): CertificateAuthority {
  const subject = fields.optionalFields("subject");
  const title = ["organization", "commonName"].flatMap((part) => subject?.optionalString(part) || []).join(" ");
  const uri = fields.optionalString("uri") || undefined;
  const chain = fields.fields("certChain").objects("certificates", trustLimits.authorityChain).map(readCertificate);
  if (chain.length === 0) throw malformed(`${fields.at}.certChain has no certificate`);
  const name = uri ?? (title || fields.at);
  return {
    name,
    operator: fields.optionalString("operator") || (uri === undefined ? name : operatorOf(uri)),
    chain,
    validFor: parsePeriod(fields.fields("validFor")),
  };
}

function readCertificate(fields: Fields): Certificate {
  const at = `${fields.at}.rawBytes`;
  return parseCertificate(fromBase64(fields.string("rawBytes"), at), at);
}
