/**
 * A signed document of a TUF repository, parsed but not yet verified (TUF specification 1.0, sections 4.2.1 and 4.3):
 *
 *     {"signed": {"_type": ROLE, "spec_version": "1.…", "version": N, "expires": "2026-11-21T09:00:00Z", …},
 *      "signatures": [{"keyid": ID, "sig": HEX}, …]}
 */
import { canonicalJson } from "./canonical-json.ts";
import { malformed } from "../../core/errors.ts";
import { parseInstant, type Instant } from "../../core/instant.ts";
import { Fields, parseJson } from "../../core/json/json.ts";
import { trustSourceLimits } from "../limits.ts";

/** The four top-level roles; delegated roles are not read. */
export type Role = "root" | "timestamp" | "snapshot" | "targets";

export interface Document {
  readonly role: Role;
  /** At least 1. */
  readonly version: number;
  readonly expires: Instant;
  readonly signed: Fields;
  /** The bytes that the signatures cover. */
  readonly message: Uint8Array;
  readonly signatures: readonly DocumentSignature[];
  /** The whole document, as received. */
  readonly bytes: Uint8Array;
}

export interface DocumentSignature {
  readonly keyId: string;
  readonly bytes: Uint8Array;
}

/** Maximum bytes of a document of each role. */
export const maxDocumentBytes: Readonly<Record<Role, number>> = {
  root: 512 * 1024,
  timestamp: 16 * 1024,
  snapshot: 2 * 1024 * 1024,
  targets: 4 * 1024 * 1024,
};

/** Parses a document. Throws MALFORMED for one that is not of this role, LIMIT_EXCEEDED past a bound. */
export function parseDocument(role: Role, bytes: Uint8Array): Document {
  const envelope = new Fields(parseJson(bytes, role, { maxBytes: maxDocumentBytes[role], maxDepth: trustSourceLimits.tufDepth }), role);
  const signed = envelope.fields("signed");
  const type = signed.string("_type");
  if (type !== role) throw malformed(`${signed.at}._type is ${JSON.stringify(type.slice(0, 40))} and not "${role}"`);
  const specification = signed.string("spec_version");
  if (!/^1\.\d+(?:\.\d+)?$/.test(specification)) {
    throw malformed(`${signed.at}.spec_version is ${JSON.stringify(specification.slice(0, 40))}; 1.x is read here`);
  }
  return {
    role,
    version: readVersion(signed),
    expires: readTime(signed, "expires"),
    signed,
    message: canonicalJson(signed.object),
    signatures: envelope.objects("signatures", trustSourceLimits.tufSignatures).map((fields) => ({
      keyId: fields.string("keyid"),
      bytes: readHex(fields, "sig"),
    })),
    bytes,
  };
}

export function readVersion(fields: Fields): number {
  const version = fields.size("version");
  if (version === 0) throw malformed(`${fields.at}.version is 0; versions begin with 1`);
  return version;
}

/** Parses bytes in lower-case hex; some repositories write an empty text for a signature that is still missing. */
export function readHex(fields: Fields, name: string): Uint8Array {
  const text = fields.string(name);
  const bytes = Buffer.from(text, "hex");
  if (bytes.toString("hex") !== text) throw malformed(`${fields.at}.${name} is not hex`);
  return bytes;
}

function readTime(fields: Fields, name: string): Instant {
  return parseInstant(fields.string(name), `${fields.at}.${name}`);
}
