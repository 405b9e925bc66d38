/** A certificate authority for tests: certificates of any shape, valid or not, signed by generated keys. */
import { generateKeyPairSync, sign, type KeyObject } from "node:crypto";
import { encodeUtf8 } from "../bytes.ts";
import { contextTag, encodeDer, tags } from "../asn1/der.ts";
import type { Instant } from "../instant.ts";
import { parseCertificate, type Certificate } from "./certificate.ts";

export const oids = {
  ecdsaSha256: "1.2.840.10045.4.3.2",
  codeSigning: "1.3.6.1.5.5.7.3.3",
  timeStamping: "1.3.6.1.5.5.7.3.8",
  serverAuth: "1.3.6.1.5.5.7.3.1",
} as const;

export function oid(dotted: string): Uint8Array {
  const [first = 0n, second = 0n, ...rest] = dotted.split(".").map(BigInt);
  const arc = (value: bigint): readonly number[] =>
    value < 0x80n ? [Number(value)] : [...arc(value >> 7n).map((byte) => byte | 0x80), Number(value & 0x7fn)];
  return encodeDer(tags.oid, Uint8Array.from([first * 40n + second, ...rest].flatMap(arc)));
}
export const sequence = (...parts: readonly Uint8Array[]): Uint8Array => encodeDer(tags.sequence, ...parts);
export const integer = (value: number): Uint8Array => encodeDer(tags.integer, Uint8Array.of(value));
export const bitString = (bytes: Uint8Array, unusedBits = 0): Uint8Array => encodeDer(tags.bitString, Uint8Array.of(unusedBits), bytes);
export const octetString = (...parts: readonly Uint8Array[]): Uint8Array => encodeDer(tags.octetString, ...parts);
export const utf8 = (text: string): Uint8Array => encodeDer(tags.utf8String, encodeUtf8(text));
export const time = (at: Instant): Uint8Array =>
  encodeDer(tags.generalizedTime, encodeUtf8(new Date(at).toISOString().replace(/[-:T]|\.\d+/g, "")));
/** Encodes a time as certificates do: UTCTime until 2049 (RFC 5280, section 4.1.2.5). */
export const certificateTime = (at: Instant): Uint8Array =>
  at < Date.UTC(2050)
    ? encodeDer(
        tags.utcTime,
        encodeUtf8(
          new Date(at)
            .toISOString()
            .slice(2)
            .replace(/[-:T]|\.\d+/g, ""),
        ),
      )
    : time(at);
export const commonName = (text: string): Uint8Array =>
  text === "" ? sequence() : sequence(encodeDer(tags.set, sequence(oid("2.5.4.3"), utf8(text))));

const attributeTypes: ReadonlyMap<string, string> = new Map([
  ["CN", "2.5.4.3"],
  ["L", "2.5.4.7"],
  ["ST", "2.5.4.8"],
  ["O", "2.5.4.10"],
  ["OU", "2.5.4.11"],
  ["C", "2.5.4.6"],
]);
/** A name from its parts, `C=US,ST=WA,O=acme`; `+` joins attributes of one part, a type that has no short name is dotted. */
export const distinguishedName = (text: string): Uint8Array =>
  sequence(
    ...text.split(",").map((part) =>
      encodeDer(
        tags.set,
        ...part.split("+").map((attribute) => {
          const [type = "", value = ""] = attribute.split("=");
          return sequence(oid(attributeTypes.get(type) ?? type), utf8(value));
        }),
      ),
    ),
  );
export const nameFrom = (text: string): Uint8Array => (text.includes("=") ? distinguishedName(text) : commonName(text));

const critical = encodeDer(tags.boolean, Uint8Array.of(0xff));
export const extension = (id: string, value: Uint8Array, isCritical = false): Uint8Array =>
  sequence(oid(id), ...(isCritical ? [critical] : []), octetString(value));
const bits = { keyCertSign: bitString(Uint8Array.of(0x06), 1), digitalSignature: bitString(Uint8Array.of(0x80), 7) };
export const extensions: {
  readonly authority: (pathLength?: number) => Uint8Array;
  readonly keyCertSign: Uint8Array;
  readonly digitalSignature: Uint8Array;
  readonly usage: (ids: readonly string[], isCritical?: boolean) => Uint8Array;
  readonly uri: (...uris: readonly string[]) => Uint8Array;
  readonly email: (email: string) => Uint8Array;
} = {
  authority: (pathLength) => extension("2.5.29.19", sequence(critical, ...(pathLength === undefined ? [] : [integer(pathLength)])), true),
  keyCertSign: extension("2.5.29.15", bits.keyCertSign, true),
  digitalSignature: extension("2.5.29.15", bits.digitalSignature, true),
  usage: (ids, isCritical = false) => extension("2.5.29.37", sequence(...ids.map(oid)), isCritical),
  uri: (...uris) => extension("2.5.29.17", sequence(...uris.map((uri) => encodeDer(contextTag(6, "primitive"), encodeUtf8(uri)))), true),
  email: (email) => extension("2.5.29.17", sequence(encodeDer(contextTag(1, "primitive"), encodeUtf8(email))), true),
};

export interface KeyPair {
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}
export const makeKey = (): KeyPair => generateKeyPairSync("ec", { namedCurve: "P-256" });

export interface Shape {
  /** A common name, or parts: `C=US,ST=WA,O=acme`. */
  readonly subject?: string;
  readonly issuer?: string;
  readonly key?: KeyPair;
  readonly signedBy?: KeyObject;
  readonly notBefore?: Instant;
  readonly notAfter?: Instant;
  readonly extensions?: readonly Uint8Array[];
  /** One less than the version. */
  readonly version?: number;
  /** AlgorithmIdentifier, and the one in the signed part where it differs. */
  readonly algorithm?: Uint8Array;
  readonly innerAlgorithm?: Uint8Array;
  readonly sign?: (tbs: Uint8Array, key: KeyObject) => Uint8Array;
}

const someKey = makeKey();

/** A self-signed certificate, ECDSA P-256 with SHA-256, valid in the year 2026, unless the shape says otherwise. */
export function makeDer(shape: Shape): Uint8Array {
  const { subject = "leaf", issuer = subject, key = someKey, signedBy = key.privateKey, version = 2 } = shape;
  const { notBefore = Date.UTC(2026, 0, 1), notAfter = Date.UTC(2027, 0, 1), algorithm = sequence(oid(oids.ecdsaSha256)) } = shape;
  const { innerAlgorithm = algorithm, extensions: list = [] } = shape;
  const tbs = sequence(
    encodeDer(contextTag(0), integer(version)),
    integer(7),
    innerAlgorithm,
    nameFrom(issuer),
    sequence(certificateTime(notBefore), certificateTime(notAfter)),
    nameFrom(subject),
    key.publicKey.export({ format: "der", type: "spki" }),
    ...(list.length > 0 ? [encodeDer(contextTag(3), sequence(...list))] : []),
  );
  const signature = shape.sign ? shape.sign(tbs, signedBy) : sign("sha256", tbs, signedBy);
  return sequence(tbs, algorithm, bitString(signature));
}

export const makeCertificate = (shape: Shape): Certificate => parseCertificate(makeDer(shape));
