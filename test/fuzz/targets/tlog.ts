/** What transparency logs hand out: checkpoints, tiles, entries and their bodies. */
import { decodeUtf8 } from "../../../src/core/bytes.ts";
import { Fields, parseJson } from "../../../src/core/json/json.ts";
import { cosignedAt, isCheckpointSignedBy, parseCheckpoint } from "../../../src/core/tlog/checkpoint.ts";
import { Tiles } from "../../../src/core/tlog/tiles.ts";
import { parsePublicKey } from "../../../src/trust/parse-public-key.ts";
import { parseLogBody } from "../../../src/verification/log-body.ts";
import { parseLogEntries } from "../../../src/verification/log-entry.ts";
import { documents, files, texts } from "../seeds.ts";
import { usualCodes, type FuzzTarget } from "../target.ts";

const base64 = (bytes: number): string => Buffer.alloc(bytes, 7).toString("base64");
const checkpoint = `log.example - 1\n9\n${base64(32)}\nextension\n\n\u2014 log.example ${base64(68)}\n\u2014 witness.example ${base64(76)}\n`;
const key = { content: base64(90) };
const hash = { algorithm: "sha256", value: "0".repeat(64) };
const verifier = { keyDetails: "PKIX_ECDSA_P256_SHA_256", publicKey: { rawBytes: base64(91) } };
const digest = { algorithm: "SHA2_256", digest: base64(32) };
/** The one kind of body that has base64 in base64. */
const twice = Buffer.from(base64(70)).toString("base64");
const bodies = [
  { kind: "hashedrekord", apiVersion: "0.0.1", spec: { data: { hash }, signature: { content: base64(70), publicKey: key } } },
  {
    kind: "hashedrekord",
    apiVersion: "0.0.2",
    spec: { hashedRekordV002: { data: digest, signature: { content: base64(70), verifier } } },
  },
  {
    kind: "dsse",
    apiVersion: "0.0.1",
    spec: { payloadHash: hash, envelopeHash: hash, signatures: [{ signature: base64(70), verifier: base64(90) }] },
  },
  { kind: "dsse", apiVersion: "0.0.2", spec: { dsseV002: { payloadHash: digest, signatures: [{ content: base64(70), verifier }] } } },
  { kind: "intoto", apiVersion: "0.0.1", spec: { content: { hash, payloadHash: hash }, publicKey: base64(90) } },
  {
    kind: "intoto",
    apiVersion: "0.0.2",
    spec: {
      content: { hash, payloadHash: hash, envelope: { payloadType: "a/b", signatures: [{ sig: twice, publicKey: twice }] } },
    },
  },
];
const entry = (body: { readonly kind: string; readonly apiVersion: string }): object => ({
  logIndex: "7",
  logId: { keyId: base64(32) },
  kindVersion: { kind: body.kind, version: body.apiVersion },
  integratedTime: "1700000000",
  canonicalizedBody: Buffer.from(JSON.stringify(body)).toString("base64"),
  inclusionPromise: { signedEntryTimestamp: base64(70) },
  inclusionProof: { logIndex: "7", rootHash: base64(32), treeSize: "9", hashes: [base64(32)], checkpoint: { envelope: checkpoint } },
});
/** Of an input, what its tile of entries holds. */
const entriesBytes = 512;
const words = ["hashedrekord", "dsse", "intoto", "0.0.1", "0.0.2", "SHA2_512", "sha512", "x509Certificate", "9007199254740993"];

export const tlog: readonly FuzzTarget[] = [
  {
    name: "checkpoint",
    shape: "text",
    codes: usualCodes,
    seeds: () => texts(checkpoint),
    words: ["\u2014 ", "\n\n", "\n", " ", "9007199254740993", `${base64(72)}\n`],
    async read(input) {
      const [publicKey] = files("test/vectors/keys/cosign/ed25519.pub").map((pem) => parsePublicKey(pem, "key"));
      const parsed = parseCheckpoint(decodeUtf8(input), "input");
      if (!publicKey) return;
      for (const { name, keyId } of parsed.signatures.slice(0, 4)) {
        await isCheckpointSignedBy(parsed, keyId, publicKey);
        await cosignedAt(parsed, name, publicKey);
      }
    },
  },
  {
    name: "tiles",
    shape: "bytes",
    codes: usualCodes,
    seeds: () => [
      Buffer.concat([Uint8Array.of(4, 2), Buffer.alloc(entriesBytes), Buffer.alloc(5 * 32, 7)]),
      Buffer.concat([Uint8Array.of(255, 255), Buffer.alloc(entriesBytes), Buffer.alloc(256 * 32, 7)]),
    ],
    async read(input) {
      const [size = 0, index = 0] = input;
      const tiles = new Tiles(size + 1, async (path) =>
        path.startsWith("tile/entries") ? input.subarray(2, 2 + entriesBytes) : input.subarray(2 + entriesBytes),
      );
      await tiles.entry(index % (size + 1));
      await tiles.path(index % (size + 1));
    },
  },
  {
    name: "log-body",
    shape: "json",
    codes: usualCodes,
    seeds: () => documents(...bodies),
    words,
    read: (input) => parseLogBody(input, "input"),
  },
  {
    name: "log-entry",
    shape: "json",
    codes: usualCodes,
    seeds: () => documents(...bodies.map((body) => ({ tlogEntries: [entry(body)] }))),
    words,
    read: (input) => parseLogEntries(new Fields(parseJson(input, "input"), "input")),
  },
];
