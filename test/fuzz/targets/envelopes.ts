/** The envelopes that signatures come in, and the encodings below them. */
import assert from "node:assert/strict";
import { parseDer } from "../../../src/core/asn1/der.ts";
import { encodeCbor, parseCbor } from "../../../src/core/envelopes/cbor.ts";
import { readSignedData } from "../../../src/core/envelopes/cms.ts";
import { encodeCoseSign1, parseCoseSign1 } from "../../../src/core/envelopes/cose.ts";
import { parseDsse, preAuthEncoding } from "../../../src/core/envelopes/dsse.ts";
import { encodeFlattenedJws, parseFlattenedJws } from "../../../src/core/envelopes/jws.ts";
import { bareToken, isImprintOf, parseTimestampToken } from "../../../src/core/envelopes/timestamp-token.ts";
import { Fields, parseJson } from "../../../src/core/json/json.ts";
import { files, jwsHeader } from "../seeds.ts";
import { usualCodes, type FuzzTarget } from "../target.ts";

const cose = "test/vectors/notation/cose-{es256,annotated,timestamped}/envelope.cose";
const jws = "test/vectors/notation/jws-{es256,annotated,timestamped}/envelope.json";
const token = (): readonly Uint8Array[] => [jwsHeader("jws-timestamped").timestamp ?? Buffer.of()];

export const envelopes: readonly FuzzTarget[] = [
  { name: "cms", shape: "der", codes: usualCodes, seeds: token, read: (input) => readSignedData(parseDer(input, "input"), "input") },
  {
    name: "timestamp-token",
    shape: "der",
    codes: [...usualCodes, "TIMESTAMP_INVALID"],
    seeds: token,
    read(input) {
      isImprintOf(parseTimestampToken(input), input);
      parseTimestampToken(bareToken(input));
    },
  },
  {
    name: "cbor",
    shape: "bytes",
    codes: usualCodes,
    seeds: () => files(cose),
    read(input) {
      const value = parseCbor(input, "input");
      assert.deepEqual(parseCbor(encodeCbor(value), "again"), value);
    },
  },
  {
    name: "cose",
    shape: "bytes",
    codes: usualCodes,
    seeds: () => files(cose),
    read(input) {
      const message = parseCoseSign1(input, "input");
      assert.deepEqual(parseCoseSign1(encodeCoseSign1(message), "again"), message);
    },
  },
  {
    name: "jws",
    shape: "json",
    codes: usualCodes,
    seeds: () => files(jws),
    words: ["payload", "protected", "header", "signature", "e30"],
    read(input) {
      const message = parseFlattenedJws(input, "input");
      const again = parseFlattenedJws(encodeFlattenedJws(message.toBeSigned, message.header.object, message.signature), "again");
      assert.deepEqual(again.toBeSigned, message.toBeSigned);
      assert.deepEqual(again.signature, message.signature);
    },
  },
  {
    name: "dsse",
    shape: "json",
    codes: usualCodes,
    seeds: () => files("test/vectors/cosign-legacy/attestation/envelope.json"),
    words: ["payload", "payloadType", "signatures", "sig", "keyid"],
    read(input) {
      const { payloadType, payload } = parseDsse(new Fields(parseJson(input, "input"), "input"), 4);
      preAuthEncoding(payloadType, payload);
    },
  },
];
