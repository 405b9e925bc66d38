/**
 * Notary Project signatures as JWS (signature-envelope-jws.md):
 *
 *     protected: {"alg","crit","cty","io.cncf.notary.…":…}     times as RFC 3339
 *     header:    {"x5c":[BASE64,…],"io.cncf.notary.timestampSignature"?:BASE64,"io.cncf.notary.signingAgent"?}
 */
import { fromBase64, toBase64 } from "../../core/bytes.ts";
import { malformed } from "../../core/errors.ts";
import { formatInstant } from "../../core/instant.ts";
import type { Fields } from "../../core/json/json.ts";
import { encodeFlattenedJws, jwsToBeSigned, parseFlattenedJws } from "../../core/envelopes/jws.ts";
import { algorithms } from "./algorithms.ts";
import type { EnvelopeKind, Signing } from "./envelope.ts";
import { formatLimits } from "../limits.ts";
import { parseOffsetTime } from "./offset-time.ts";
import { payloadType } from "./payload.ts";
import { criticalNames, names, readSignedAttributes, timesOf, type SignedHeaders } from "./signed-attributes.ts";

const agentName = "io.cncf.notary.signingAgent";
const timestampName = "io.cncf.notary.timestampSignature";
export const jws: EnvelopeKind = {
  mediaType: "application/jose+json",
  name: "JWS",

  parse(bytes) {
    const {
      protected: signed,
      header,
      payload,
      toBeSigned,
      signature,
    } = parseFlattenedJws(bytes, "envelope", { maxBytes: formatLimits.envelopeBytes, maxValues: formatLimits.envelopeValues });
    const alg = signed.string("alg");
    const algorithm = algorithms.find((one) => one.jws === alg);
    if (!algorithm) throw malformed(`the envelope's alg is ${JSON.stringify(alg.slice(0, 50))}, which is not accepted`);
    const timestamp = header.optionalString(timestampName);
    return {
      algorithm,
      attributes: readSignedAttributes(signedHeaders(signed)),
      payload,
      toBeSigned,
      signature,
      chain: texts(header, "x5c").map((text, i) => fromBase64(text, `${header.at}.x5c[${i}]`)),
      ...(timestamp && { timestamp: fromBase64(timestamp, `${header.at}.${timestampName}`) }),
    };
  },

  toBeSigned: ({ algorithm, attributes, payload }) => jwsToBeSigned(protectedHeader({ algorithm, attributes, payload }), payload),

  encode({ signature, chain, timestamp, agent, ...signing }) {
    const header = {
      ...(timestamp && { [timestampName]: toBase64(timestamp) }),
      x5c: chain.map(({ raw }) => toBase64(raw)),
      [agentName]: agent,
    };
    return encodeFlattenedJws(jws.toBeSigned(signing), header, signature);
  },
};

function signedHeaders(fields: Fields): SignedHeaders {
  return {
    contentType: fields.string("cty"),
    critical: texts(fields, "crit"),
    names: Object.keys(fields.object).filter((name) => !["alg", "crit", "cty"].includes(name)),
    has: (name) => Object.hasOwn(fields.object, name),
    text: (name) => fields.string(name),
    time: (name) => parseOffsetTime(fields.string(name), `${fields.at}.${name}`),
    primitive(name) {
      const value = fields.object[name];
      return typeof value === "string" || typeof value === "number" || value === null ? value : undefined;
    },
  };
}

/** The protected header with members sorted by name, as notation writes them. */
function protectedHeader({ algorithm, attributes }: Signing): Readonly<Record<string, string | readonly string[]>> {
  const times = timesOf(attributes).map(([name, at]) => [name, formatInstant(at)] as const);
  const notary = [[names.scheme, attributes.scheme] as const, ...times].toSorted(([a], [b]) => (a < b ? -1 : 1));
  return { alg: algorithm.jws, crit: criticalNames(attributes), cty: payloadType, ...Object.fromEntries(notary) };
}

function texts(fields: Fields, name: string): readonly string[] {
  return fields.list(name, formatLimits.envelopeList).map((value) => {
    if (typeof value !== "string") throw malformed(`${fields.at}.${name} has an entry that is no string`);
    return value;
  });
}
