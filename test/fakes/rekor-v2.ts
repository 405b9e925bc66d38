/**
 * A fake Rekor 2 as a script for a server on loopback: a tree in memory by the definitions of RFC 6962, with its checkpoint and tiles. As
 * strict as Rekor: it logs no signature that does not verify, and none twice.
 */
import { createPublicKey, X509Certificate } from "node:crypto";
import { concat, encodeUtf8, toBase64, toHex } from "../../src/core/bytes.ts";
import { pathTo, rootOf } from "../../src/core/tlog/merkle-reference.test.ts";
import { publicKeyOf } from "../../src/core/keys/public-key.ts";
import { verifiesDigest } from "../../src/core/keys/verify-digest.ts";
import { makeLog } from "../../src/verification/log-fixture.test.ts";
import { refuse } from "./fulcio.ts";
import type { LogFake } from "./rekor-v1.ts";
import type { Script, ScriptedAnswer } from "./scripted-registry.ts";

export interface RekorV2Options {
  /** Number of earlier entries. */
  readonly size?: number;
}

export function rekorV2Fake({ size = 5 }: RekorV2Options = {}): LogFake {
  const log = makeLog("log.example", 2, { start: 0 });
  const leaves: Uint8Array[] = Array.from({ length: size }, (_, i) => encodeUtf8(`entry ${i}`));
  const script: Script = {
    "POST /api/v2/log/entries": async ({ body }) => {
      const { digest, signature } = JSON.parse(Buffer.from(body).toString()).hashedRekordRequestV002;
      const { publicKey, x509Certificate } = signature.verifier;
      const key = x509Certificate
        ? new X509Certificate(Buffer.from(x509Certificate.rawBytes, "base64")).publicKey
        : createPublicKey({ key: Buffer.from(publicKey.rawBytes, "base64"), format: "der", type: "spki" });
      const sha256 = toHex(Buffer.from(digest, "base64"));
      if (!(await verifiesDigest(publicKeyOf(key, "the signer's key"), sha256, Buffer.from(signature.content, "base64")))) {
        return refuse(400, "invalid hashedrekord request");
      }
      const spec = { hashedRekordV002: { data: { algorithm: "SHA2_256", digest }, signature } };
      const leaf = encodeUtf8(canonicalize({ apiVersion: "0.0.2", kind: "hashedrekord", spec }));
      const held = leaves.findIndex((other) => toHex(other) === toHex(leaf));
      if (held !== -1) return { ...refuse(409, "an equivalent entry already exists"), headers: { "x-log-index": String(held) } };
      leaves.push(leaf);
      return { status: 201, body: JSON.stringify(entryAt(leaves.length - 1)) };
    },
    "GET /api/v2/checkpoint": () => ({ body: log.checkpoint(leaves) }),
    "GET /api/v2/tile/*": ({ path }) => tileOf(path, leaves),
  };
  /** In protobuf's JSON encoding, which omits a zero. */
  function entryAt(index: number): unknown {
    const logIndex = index === 0 ? {} : { logIndex: String(index) };
    return {
      ...logIndex,
      logId: { keyId: toBase64(Buffer.from(log.authority.id, "hex")) },
      kindVersion: { kind: "hashedrekord", version: "0.0.2" },
      inclusionProof: {
        ...logIndex,
        rootHash: toBase64(rootOf(leaves)),
        treeSize: String(leaves.length),
        hashes: pathTo(index, leaves).map(toBase64),
        checkpoint: { envelope: log.checkpoint(leaves) },
      },
      canonicalizedBody: toBase64(leaves[index] ?? new Uint8Array()),
    };
  }
  return { script, authority: log.authority };
}

/** JSON with the members of objects in their order (RFC 8785), as far as it is needed here. */
function canonicalize(value: unknown): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const members = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${canonicalize(member)}`).join(",")}}`;
}

/** The tile of this path (C2SP tlog-tiles), of exactly the width that the tree has there. */
export function tileOf(path: string, leaves: readonly Uint8Array[]): ScriptedAnswer {
  const [, level = "", name = "", partial] = /\/tile\/(\d+|entries)\/([x\d/]+)(?:\.p\/(\d+))?$/.exec(path) ?? [];
  const number = Number(name.replaceAll(/[x/]/g, ""));
  const span = level === "entries" ? 1 : 256 ** Number(level);
  const count = Math.min(256, Math.floor(leaves.length / span) - number * 256);
  if (count <= 0 || Number(partial ?? 256) !== count) return { status: 404 };
  const parts = Array.from({ length: count }, (_, i) => {
    const first = (number * 256 + i) * span;
    if (level !== "entries") return rootOf(leaves.slice(first, first + span));
    const entry = leaves[first] ?? new Uint8Array();
    return concat([Uint8Array.of(entry.length >> 8, entry.length & 255), entry]);
  });
  return { body: concat(parts) };
}
