/** DER and PEM, and the values and structures of X.509 on top of them. */
import assert from "node:assert/strict";
import { encodeDer, openDer, parseDer, type Der } from "../../../src/core/asn1/der.ts";
import { TouchmarkError } from "../../../src/core/errors.ts";
import { encodePem, parsePem } from "../../../src/core/asn1/pem.ts";
import { readBitString, readBoolean, readInteger, readOid, readText, readTime } from "../../../src/core/asn1/der-values.ts";
import { readSctList } from "../../../src/verification/sct-list.ts";
import { files, pemBlocks } from "../seeds.ts";
import { usualCodes, type FuzzTarget } from "../target.ts";

const certificates = "test/vectors/revocation/*.pem";
const values: Readonly<Record<number, (value: Der, what: string) => unknown>> = {
  0x01: readBoolean,
  0x02: readInteger,
  0x03: readBitString,
  0x06: readOid,
  0x17: readTime,
  0x18: readTime,
};

function encode({ tag, content, children }: Der): Uint8Array {
  return encodeDer(tag, ...(children.length > 0 ? children.map(encode) : [content]));
}

/** A list of one: version, log id, time, no extensions, algorithm, signature. */
const sctList = Buffer.concat([
  Buffer.from("0033003100", "hex"),
  Buffer.alloc(32, 7),
  Buffer.from("000001900000000000000403", "hex"),
  Buffer.from("0002aabb", "hex"),
]);

export const asn1: readonly FuzzTarget[] = [
  {
    name: "der",
    shape: "der",
    codes: usualCodes,
    seeds: () => pemBlocks(certificates).concat(files("test/vectors/revocation/*.ocsp")),
    read(input) {
      const value = parseDer(input, "input");
      assert.deepEqual(Buffer.from(encode(value)), Buffer.from(input));
      for (const primitive of primitivesIn(value)) readOrRefuse(primitive);
      openDer(input, "input");
    },
  },
  {
    name: "pem",
    shape: "pem",
    codes: usualCodes,
    seeds: () => files(certificates, "test/vectors/keys/openssl/*.pem"),
    words: ["-----BEGIN CERTIFICATE-----\n", "-----END CERTIFICATE-----\n", "-----", "\r\n", "=", "Proc-Type: 4,ENCRYPTED"],
    read(input) {
      const blocks = parsePem(input, "input");
      const text = blocks.map(({ label, bytes }) => encodePem(label, bytes)).join("");
      assert.deepEqual(parsePem(Buffer.from(text), "again"), blocks);
    },
  },
  {
    name: "sct-list",
    shape: "der",
    codes: usualCodes,
    seeds: () => [encodeDer(0x04, Buffer.from("0000", "hex")), encodeDer(0x04, sctList)],
    read: readSctList,
  },
];

function primitivesIn(value: Der): readonly Der[] {
  return value.children.length > 0 ? value.children.flatMap(primitivesIn) : [value];
}

/** What a value of another kind is refused for is no refusal of the whole. */
function readOrRefuse(value: Der): void {
  const read = values[value.tag] ?? readText;
  try {
    read(value, "value");
  } catch (error) {
    if (!(error instanceof TouchmarkError && error.code === "MALFORMED")) throw error;
  }
}
