/**
 * A fake Rekor 1 as a script for a server on loopback: `@sigstore/mock` makes inclusion promises, checkpoints and proofs, in a tree of one
 * entry. As strict as Rekor: it logs no signature that does not verify, and none twice.
 */
import { createHash, createPublicKey, generateKeyPairSync, X509Certificate } from "node:crypto";
import { preAuthEncoding } from "../../src/core/envelopes/dsse.ts";
import type { Instant } from "../../src/core/instant.ts";
import { publicKeyOf, verifies, type PublicKey } from "../../src/core/keys/public-key.ts";
import { verifiesDigest } from "../../src/core/keys/verify-digest.ts";
import type { LogAuthority } from "../../src/trust/trusted-root.ts";
import { testClock } from "./clock.ts";
import { refuse } from "./fulcio.ts";
import type { Script } from "./scripted-registry.ts";
import { mockRekor } from "./sigstore-mock.ts";

export interface LogFake {
  readonly script: Script;
  readonly authority: LogAuthority;
}

export interface RekorV1Options {
  /** `testClock` by default. */
  readonly clock?: () => Instant;
}

export async function rekorV1Fake({ clock = testClock }: RekorV1Options = {}): Promise<LogFake> {
  const keys = generateKeyPairSync("ec", { namedCurve: "P-256" });
  // The mock keeps one time for all that it logs; a log of its own for each entry follows the clock.
  const log = async () => mockRekor.rekorHandler(await mockRekor.initializeTLog("https://rekor.example", keys, new Date(clock())));
  const publicKey = publicKeyOf(keys.publicKey, "the log's key");
  const held = new Map<string, string>();
  const location = "/api/v1/log/entries/";
  const script: Script = {
    "POST /api/v1/log/entries": async ({ body }) => {
      const kept = await canonical(JSON.parse(Buffer.from(body).toString()));
      if (kept === undefined) return refuse(400, "verifying signature: invalid signature");
      const uuid = `24296fb24b8ad77a${createHash("sha256").update(kept).digest("hex")}`;
      const headers = { location: location + uuid, etag: uuid };
      if (held.has(uuid)) return { ...refuse(409, "an equivalent entry already exists in the transparency log"), headers };
      const { response } = await (await log()).fn(kept);
      const answer = response.replace(/^\{"[0-9a-f]+"/, `{"${uuid}"`);
      held.set(uuid, answer);
      return { status: 201, body: answer, headers };
    },
    [`GET ${location}*`]: ({ path }) => {
      const answer = held.get(path.slice(location.length));
      return answer === undefined ? refuse(404, "log entry not found") : { body: answer };
    },
  };
  const authority = {
    name: "https://rekor.example",
    id: publicKey.fingerprint,
    operator: "rekor.example",
    publicKey,
    validFor: { start: 0 },
  };
  return { script, authority };
}

/** The log entry for a proposal; undefined if its signature does not verify. */
// oxlint-disable-next-line typescript/no-explicit-any -- a malformed one fails the test that sent it
async function canonical({ kind, spec }: { readonly kind: string; readonly spec: any }): Promise<string | undefined> {
  if (kind === "hashedrekord") {
    const { data, signature } = spec;
    const isGood = await verifiesDigest(keyIn(signature.publicKey.content), data.hash.value, Buffer.from(signature.content, "base64"));
    return isGood === true ? JSON.stringify({ apiVersion: "0.0.1", kind, spec: { data, signature } }) : undefined;
  }
  const { envelope: text, verifiers } = spec.proposedContent;
  const { payload, payloadType, signatures } = JSON.parse(text);
  const bytes = Buffer.from(payload, "base64");
  const { sig } = signatures[0];
  const isGood = await verifies(keyIn(verifiers[0]), preAuthEncoding(payloadType, bytes), Buffer.from(sig, "base64"));
  const hash = (content: string | Uint8Array) => ({ algorithm: "sha256", value: createHash("sha256").update(content).digest("hex") });
  const kept = { envelopeHash: hash(text), payloadHash: hash(bytes), signatures: [{ signature: sig, verifier: verifiers[0] }] };
  return isGood ? JSON.stringify({ apiVersion: "0.0.1", kind, spec: kept }) : undefined;
}

function keyIn(base64: string): PublicKey {
  const pem = Buffer.from(base64, "base64");
  const key = pem.includes("BEGIN CERTIFICATE") ? new X509Certificate(pem).publicKey : createPublicKey(pem);
  return publicKeyOf(key, "the signer's key");
}
