/**
 * Notary Project signatures as COSE (signature-envelope-cose.md):
 *
 *     protected:   {1: alg, 2: [critical,…], 3: content type, "io.cncf.notary.…": …}     times as 1(SECONDS)
 *     unprotected: {33: [DER,…], "io.cncf.notary.timestampSignature"?: DER, "io.cncf.notary.signingAgent"?: TEXT}
 *
 * A chain of one certificate may be a plain byte string (RFC 9360, section 2), and the chain may be among the protected headers.
 */
import { encodeCbor, isCborArray, Tagged, type Cbor, type CborKey, type CborMap } from "../../core/envelopes/cbor.ts";
import { coseLabels, coseToBeSigned, encodeCoseSign1, parseCoseSign1 } from "../../core/envelopes/cose.ts";
import { malformed } from "../../core/errors.ts";
import { fromSeconds, type Instant } from "../../core/instant.ts";
import { algorithms } from "./algorithms.ts";
import type { EnvelopeKind, Signing } from "./envelope.ts";
import { formatLimits } from "../limits.ts";
import { payloadType } from "./payload.ts";
import { criticalNames, names, readSignedAttributes, timesOf, type SignedHeaders } from "./signed-attributes.ts";

const agentName = "io.cncf.notary.signingAgent";
const timestampName = "io.cncf.notary.timestampSignature";
/** Tag of a time in seconds since 1970 (RFC 8949, section 3.4.2). */
const epochTimeTag = 1;

export const cose: EnvelopeKind = {
  mediaType: "application/cose",
  name: "COSE",

  parse(bytes) {
    const message = parseCoseSign1(bytes, "envelope", { maxBytes: formatLimits.envelopeBytes });
    const alg = message.protected.get(coseLabels.algorithm);
    const algorithm = algorithms.find((one) => one.cose === alg);
    if (!algorithm) throw malformed(`the envelope's alg is ${typeof alg === "number" ? alg : "no number"}, which is not accepted`);
    const timestamp = message.unprotected.get(timestampName);
    return {
      algorithm,
      attributes: readSignedAttributes(signedHeaders(message.protected)),
      payload: message.payload,
      toBeSigned: coseToBeSigned(message),
      signature: message.signature,
      chain: readChain(message.unprotected.get(coseLabels.x5chain) ?? message.protected.get(coseLabels.x5chain)),
      ...(timestamp !== undefined && { timestamp: bytesIn(timestamp, timestampName) }),
    };
  },

  toBeSigned: (signing) => coseToBeSigned({ protectedBytes: encodeCbor(protectedHeader(signing)), payload: signing.payload }),

  encode({ signature, chain, timestamp, agent, ...signing }) {
    const unprotected = new Map<CborKey, Cbor>([
      [coseLabels.x5chain, chain.map(({ raw }) => raw)],
      [agentName, agent],
    ]);
    if (timestamp) unprotected.set(timestampName, timestamp);
    return encodeCoseSign1({ protectedBytes: encodeCbor(protectedHeader(signing)), unprotected, payload: signing.payload, signature });
  },
};

function signedHeaders(headers: CborMap): SignedHeaders {
  return {
    contentType: textIn(headers.get(coseLabels.contentType), "content type"),
    critical: readCritical(headers.get(coseLabels.critical)),
    names: [...headers.keys()].filter((name) => typeof name === "string"),
    has: (name) => headers.has(name),
    text: (name) => textIn(headers.get(name), name),
    time: (name) => timeIn(headers.get(name), name),
    primitive(name) {
      const value = headers.get(name);
      return typeof value === "string" || typeof value === "number" || value === null ? value : undefined;
    },
  };
}

function protectedHeader({ algorithm, attributes }: Signing): CborMap {
  return new Map<CborKey, Cbor>([
    [coseLabels.algorithm, algorithm.cose],
    [coseLabels.critical, criticalNames(attributes)],
    [coseLabels.contentType, payloadType],
    [names.scheme, attributes.scheme],
    ...timesOf(attributes).map(([name, at]): [string, Cbor] => [name, new Tagged(epochTimeTag, Math.floor(at / 1000))]),
  ]);
}

function readCritical(value: Cbor | undefined): readonly CborKey[] {
  if (!isCborArray(value)) throw malformed("the envelope does not list what is critical");
  return value.map((name) => {
    if (typeof name !== "string" && typeof name !== "number") throw malformed("the envelope lists as critical what names no header");
    return name;
  });
}

function readChain(value: Cbor | undefined): readonly Uint8Array[] {
  if (value instanceof Uint8Array) return [value];
  if (!isCborArray(value)) throw malformed("the envelope has no certificate chain");
  return value.map((der) => bytesIn(der, "certificate chain"));
}

function timeIn(value: Cbor | undefined, name: string): Instant {
  if (!(value instanceof Tagged) || value.tag !== epochTimeTag || typeof value.value !== "number") {
    throw malformed(`the envelope's ${name} is no time in seconds with the tag ${epochTimeTag}`);
  }
  return fromSeconds(value.value, `the envelope's ${name}`);
}

function textIn(value: Cbor | undefined, name: string): string {
  if (typeof value !== "string") throw malformed(`the envelope's ${name} is no text`);
  return value;
}

function bytesIn(value: Cbor, name: string): Uint8Array {
  if (!(value instanceof Uint8Array)) throw malformed(`the envelope's ${name} holds what is no byte string`);
  return value;
}
