/**
 * Builds the envelopes of the fake plugin: Notary Project signatures as JWS and as COSE, by a P-256 key. Plain JavaScript, like the plugin.
 * The time is SOURCE_DATE_EPOCH, if it is set.
 */
const { sign } = require("node:crypto");

const name = (of) => `io.cncf.notary.${of}`;

/** Answers `generate-envelope`; `chain` is in base64. */
function envelop({ payload, payloadType, signatureEnvelopeType, expiryDurationInSeconds }, { key, chain }) {
  const now = Number(process.env.SOURCE_DATE_EPOCH ?? Math.floor(Date.now() / 1000));
  const expiry = expiryDurationInSeconds === undefined ? undefined : now + expiryDurationInSeconds;
  const critical = [name("signingScheme"), ...(expiry === undefined ? [] : [name("expiry")])];
  const make = { "application/jose+json": jws, "application/cose": cose }[signatureEnvelopeType];
  const content = { payload: Buffer.from(payload, "base64"), payloadType, critical, now, expiry };
  const envelope = make(content, chain, (bytes) => sign("sha256", bytes, { key, dsaEncoding: "ieee-p1363" }));
  return { signatureEnvelope: envelope.toString("base64"), signatureEnvelopeType, annotations: { "com.example.job": "42" } };
}

function jws({ payload, payloadType, critical, now, expiry }, x5c, signed) {
  const time = (seconds) => new Date(seconds * 1000).toISOString().replace(".000Z", "Z");
  const header = {
    alg: "ES256",
    cty: payloadType,
    crit: critical,
    [name("signingScheme")]: "notary.x509",
    [name("signingTime")]: time(now),
    ...(expiry !== undefined && { [name("expiry")]: time(expiry) }),
  };
  const toBeSigned = [JSON.stringify(header), payload].map((part) => Buffer.from(part).toString("base64url"));
  const signature = signed(Buffer.from(toBeSigned.join("."))).toString("base64url");
  const unsigned = { x5c, [name("signingAgent")]: "com.example.fake/1.2.3" };
  return Buffer.from(JSON.stringify({ payload: toBeSigned[1], protected: toBeSigned[0], header: unsigned, signature }));
}

function cose({ payload, payloadType, critical, now, expiry }, chain, signed) {
  const header = [
    [number(1), number(-7)],
    [number(2), list(critical.map(text))],
    [number(3), text(payloadType)],
    ...(expiry === undefined ? [] : [[text(name("expiry")), time(expiry)]]),
    [text(name("signingTime")), time(now)],
    [text(name("signingScheme")), text("notary.x509")],
  ];
  const protectedBytes = bytes(map(header));
  const signature = signed(list([text("Signature1"), protectedBytes, bytes(Buffer.alloc(0)), bytes(payload)]));
  const unsigned = map([[number(33), list(chain.map((der) => bytes(Buffer.from(der, "base64"))))]]);
  return Buffer.concat([head(6, 18), list([protectedBytes, unsigned, bytes(payload), bytes(signature)])]);
}

/** The subset of CBOR (RFC 8949) that the envelopes need. */
function head(major, value) {
  const first = major << 5;
  if (value < 24) return Buffer.of(first | value);
  if (value < 0x100) return Buffer.of(first | 24, value);
  if (value < 0x10000) return Buffer.of(first | 25, value >> 8, value & 0xff);
  const long = Buffer.alloc(5, first | 26);
  long.writeUInt32BE(value, 1);
  return long;
}
const number = (value) => (value < 0 ? head(1, -1 - value) : head(0, value));
const bytes = (value) => Buffer.concat([head(2, value.length), value]);
const text = (value) => Buffer.concat([head(3, Buffer.byteLength(value)), Buffer.from(value)]);
const list = (items) => Buffer.concat([head(4, items.length), ...items]);
const map = (entries) => Buffer.concat([head(5, entries.length), ...entries.flat()]);
const time = (seconds) => Buffer.concat([head(6, 1), number(seconds)]);

module.exports = { envelop };
