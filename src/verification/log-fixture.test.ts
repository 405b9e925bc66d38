/** Small logs with their own keys, which write entries as in sigstore bundles. */
import { createHash, generateKeyPairSync, sign, type KeyObject } from "node:crypto";
import { concat, encodeUtf8, toBase64, toHex } from "../core/bytes.ts";
import { pathTo, rootOf } from "../core/tlog/merkle-reference.test.ts";
import { publicKeyOf, type PublicKey } from "../core/keys/public-key.ts";
import type { LogAuthority, Period } from "../trust/trusted-root.ts";

export interface TinyLog {
  readonly authority: LogAuthority;
  readonly sign: (message: Uint8Array) => Uint8Array;
  /** The log's checkpoint of a tree of these leaves. */
  readonly checkpoint: (leaves: readonly Uint8Array[]) => string;
}

export const year2025: Period = { start: Date.parse("2025-01-01T00:00:00Z"), end: Date.parse("2025-12-31T23:59:59Z") };
export const june: number = Date.parse("2025-06-01T12:00:00Z");

interface KeyPair {
  readonly publicKey: PublicKey;
  readonly privateKey: KeyObject;
}

export function makeKey(kind: "p256" | "ed25519"): KeyPair {
  const { publicKey, privateKey } = kind === "p256" ? generateKeyPairSync("ec", { namedCurve: "P-256" }) : generateKeyPairSync("ed25519");
  return { publicKey: publicKeyOf(publicKey, "a log's key"), privateKey };
}

/** A log like Rekor 1 (P-256, a tree's number in its origin) or like Rekor 2 (Ed25519, C2SP's key id). */
export function makeLog(host: string, rekor: 1 | 2, validFor: Period = year2025): TinyLog {
  const { publicKey, privateKey } = makeKey(rekor === 1 ? "p256" : "ed25519");
  const named = rekor === 1 ? publicKey.spki : concat([encodeUtf8(`${host}\n\u0001`), publicKey.spki.subarray(-32)]);
  const id = createHash("sha256").update(named).digest("hex");
  const signWith = (message: Uint8Array): Uint8Array => sign(rekor === 1 ? "sha256" : null, message, privateKey);
  return {
    authority: { name: `https://${host}`, id, operator: host.split(".").slice(-2).join("."), publicKey, validFor },
    sign: signWith,
    checkpoint: (leaves) => {
      const text = `${host}${rekor === 1 ? " - 1193050959916656506" : ""}\n${leaves.length}\n${toBase64(rootOf(leaves))}\n`;
      return `${text}\n${noteSignature(host, id, signWith(encodeUtf8(text)))}`;
    },
  };
}

export function noteSignature(name: string, keyId: string, signature: Uint8Array): string {
  return `— ${name} ${toBase64(concat([Buffer.from(keyId.slice(0, 8), "hex"), signature]))}\n`;
}

/** The body of a log entry for a signature by a key: a `hashedrekord` of the log's version. */
export function hashedrekord(rekor: 1 | 2, message: Uint8Array, signature: Uint8Array, key: PublicKey): Uint8Array {
  const hash = createHash("sha256").update(message).digest();
  const content = toBase64(signature);
  const pem = key.key.export({ format: "pem", type: "spki" });
  const spec =
    rekor === 1
      ? {
          data: { hash: { algorithm: "sha256", value: toHex(hash) } },
          signature: { content, publicKey: { content: toBase64(Buffer.from(pem)) } },
        }
      : {
          hashedRekordV002: {
            data: { algorithm: "SHA2_256", digest: toBase64(hash) },
            signature: { content, verifier: { keyDetails: "PKIX_ECDSA_P256_SHA_256", publicKey: { rawBytes: toBase64(key.spki) } } },
          },
        };
  return encodeUtf8(JSON.stringify({ apiVersion: `0.0.${rekor}`, kind: "hashedrekord", spec }));
}

export interface EntryOptions {
  readonly body: Uint8Array;
  readonly kindVersion: { readonly kind: string; readonly version: string };
  /** Further leaves; the body is the last but one. */
  readonly others?: number;
  /** Seconds; if given, the entry has a promise. */
  readonly integratedTime?: number;
  readonly inclusion?: boolean;
}

/** An entry in protobuf's JSON, mutable for tests. */
// oxlint-disable-next-line typescript/no-explicit-any -- tests reach into it to break it
export function makeEntry(log: TinyLog, { body, kindVersion, others = 6, integratedTime, inclusion = true }: EntryOptions): any {
  const before = Array.from({ length: Math.max(others - 1, 0) }, (_, i) => encodeUtf8(`before ${i}`));
  const leaves = [...before, body, ...(others > 0 ? [encodeUtf8("after")] : [])];
  const index = before.length;
  const logIndex = integratedTime === undefined ? index : index + 4_163_431;
  const promised = { body: toBase64(body), integratedTime, logID: log.authority.id, logIndex };
  return {
    logIndex: String(logIndex),
    logId: { keyId: Buffer.from(log.authority.id, "hex").toString("base64") },
    kindVersion,
    canonicalizedBody: toBase64(body),
    ...(integratedTime === undefined
      ? {}
      : {
          integratedTime: String(integratedTime),
          inclusionPromise: { signedEntryTimestamp: toBase64(log.sign(encodeUtf8(JSON.stringify(promised)))) },
        }),
    ...(inclusion
      ? {
          inclusionProof: {
            logIndex: String(index),
            rootHash: toBase64(rootOf(leaves)),
            treeSize: String(leaves.length),
            hashes: pathTo(index, leaves).map(toBase64),
            checkpoint: { envelope: log.checkpoint(leaves) },
          },
        }
      : {}),
  };
}
