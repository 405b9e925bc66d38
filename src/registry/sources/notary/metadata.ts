/**
 * Parses a file of trust data as far as saving it requires: its validity, role and version. Nothing is verified here.
 *
 *     {"signed":{"_type":"Snapshot","version":3,"expires":TEXT,"meta":{"targets":{"hashes":{"sha256":BASE64}}}},"signatures":[…]}
 */
import { toHex } from "../../../core/bytes.ts";
import { malformed } from "../../../core/errors.ts";
import { Fields, parseJson } from "../../../core/json/json.ts";
import { printableText } from "../../../core/printable.ts";
import { registryLimits } from "../../limits.ts";

export interface Metadata {
  readonly signed: Fields;
  readonly version: number;
  /** As written in the file. */
  readonly expires?: string;
}

/** Parses one file; `what` names it in messages. Throws MALFORMED if it is not a file of this role, LIMIT_EXCEEDED. */
export function parseMetadata(bytes: Uint8Array, role: string, what: string): Metadata {
  const document = new Fields(parseJson(bytes, what, { maxBytes: registryLimits.trustFileBytes }), what);
  const signed = document.fields("signed");
  document.objects("signatures", registryLimits.trustSignatures);
  const expected = role.split("/")[0] ?? role;
  const type = signed.string("_type");
  if (type.toLowerCase() !== expected) {
    throw malformed(`${what} is of the type ${JSON.stringify(printableText(type, 40))}, expected that of the role ${role}`);
  }
  const expires = signed.optionalString("expires");
  return {
    signed,
    version: signed.size("version"),
    ...(expires !== undefined && { expires: printableText(expires, registryLimits.trustExpiresLength) }),
  };
}

/** Returns the SHA-256 of each role in a timestamp or snapshot file in hex, undefined without one. Throws MALFORMED. */
export function digestsIn({ signed }: Metadata): ReadonlyMap<string, string | undefined> {
  const meta = signed.fields("meta");
  return new Map(Object.keys(meta.object).map((role) => [role, sha256Of(meta.fields(role))]));
}

function sha256Of(file: Fields): string | undefined {
  const bytes = Buffer.from(file.optionalFields("hashes")?.optionalString("sha256") ?? "", "base64");
  return bytes.length === 32 ? toHex(bytes) : undefined;
}
