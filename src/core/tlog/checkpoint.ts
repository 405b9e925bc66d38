/**
 * Checkpoints: a log's signed tree head (C2SP tlog-checkpoint), as a signed note (C2SP signed-note):
 *
 *     ORIGIN LF SIZE LF BASE64(ROOT) LF [EXTENSION LF]… LF SIGNATURE…
 *     SIGNATURE = "— " NAME SP BASE64(KEY ID (4 bytes) ‖ SIGNATURE) LF
 *
 * The signature is over the text before the empty line; a cosignature (C2SP tlog-cosignature, type 0x04) is over
 * `cosignature/v1 LF time SECONDS LF` and then that text, and begins with the seconds, 8 bytes.
 */
import { createHash } from "node:crypto";
import { concat, encodeUtf8, fromBase64, toHex } from "../bytes.ts";
import { malformed, TouchmarkError } from "../errors.ts";
import { fromSeconds, type Instant } from "../instant.ts";
import type { MerkleTree } from "./merkle.ts";
import { verifies, type PublicKey } from "../keys/public-key.ts";
import { signingSchemes } from "../keys/signature-schemes.ts";
import { coreLimits } from "../limits.ts";

export interface Checkpoint extends MerkleTree {
  readonly origin: string;
  /** The signed bytes. */
  readonly text: Uint8Array;
  readonly signatures: readonly NoteSignature[];
}

export interface NoteSignature {
  readonly name: string;
  /** The key id: four bytes, lower-case hex. */
  readonly keyId: string;
  readonly signature: Uint8Array;
}

const signatureLine = /^\u2014 (.+) (\S+)$/u;
/** A key name has no plus and no Unicode spaces, which are not those of `\s` (C2SP signed-note). */
const keyName = /^[^\p{White_Space}+]+$/u;
// oxlint-disable-next-line no-control-regex -- control characters are what a note must not have
const forbidden = /[\u0000-\u0009\u000b-\u001f]/;

/** Reads a checkpoint; `what` names it in messages. Throws MALFORMED, or LIMIT_EXCEEDED past a bound. */
export function parseCheckpoint(note: string, what: string): Checkpoint {
  if (note.length > coreLimits.checkpointBytes)
    throw new TouchmarkError("LIMIT_EXCEEDED", `${what} has more than ${coreLimits.checkpointBytes} characters`);
  const end = note.lastIndexOf("\n\n");
  if (end === -1 || !note.endsWith("\n") || forbidden.test(note)) throw malformed(`${what} is not a signed note`);
  const text = note.slice(0, end + 1);
  const lines = note.slice(end + 2, -1).split("\n");
  if (lines.length > coreLimits.checkpointSignatures)
    throw new TouchmarkError("LIMIT_EXCEEDED", `${what} has more than ${coreLimits.checkpointSignatures} signatures`);
  return { ...parseText(text, what), text: encodeUtf8(text), signatures: lines.map((line) => parseSignature(line, what)) };
}

function parseText(text: string, what: string): MerkleTree & { readonly origin: string } {
  const [origin = "", size = "", root = ""] = text.split("\n");
  if (origin === "") throw malformed(`${what} has no origin`);
  if (!/^(?:0|[1-9]\d{0,15})$/.test(size) || !Number.isSafeInteger(Number(size)))
    throw malformed(`${what} has no tree size in its second line`);
  const rootHash = fromBase64(root, `the root hash of ${what}`);
  if (rootHash.length !== 32) throw malformed(`the root hash of ${what} has ${rootHash.length} bytes, expected 32`);
  return { origin, size: Number(size), rootHash };
}

/** Whether the text can be the name of a note's key, such as a log's origin. */
export function isKeyName(text: string): boolean {
  return keyName.test(text);
}

function parseSignature(line: string, what: string): NoteSignature {
  const [, name, encoded = ""] = signatureLine.exec(line) ?? [];
  if (name === undefined || !isKeyName(name)) throw malformed(`${what} has a line after its text that is not a signature`);
  const bytes = fromBase64(encoded, `a signature of ${what}`);
  if (bytes.length <= 4) throw malformed(`a signature of ${what} is cut short`);
  return { name, keyId: toHex(bytes.subarray(0, 4)), signature: bytes.subarray(4) };
}

/**
 * Whether this key's log signed the checkpoint, under its origin's name or, as Rekor 1 does, the name before ` - ` and a tree's
 * number. If a signature with the key id does not verify, the checkpoint is forged, whatever other signatures it has.
 */
export async function isCheckpointSignedBy(checkpoint: Checkpoint, keyId: string, key: PublicKey): Promise<boolean> {
  const name = checkpoint.origin.replace(/ - \d+$/, "");
  const own = checkpoint.signatures.filter((line) => line.keyId === keyId && (line.name === checkpoint.origin || line.name === name));
  for (const { signature } of own) {
    if (!(await verifies(key, checkpoint.text, signature))) return false;
  }
  return own.length > 0;
}

/** The time at which the witness of this name and Ed25519 key cosigned the checkpoint; undefined if it did not. Throws MALFORMED for an invalid time. */
export async function cosignedAt(checkpoint: Checkpoint, name: string, key: PublicKey): Promise<Instant | undefined> {
  const raw = key.spki.subarray(-32);
  const keyId = createHash("sha256").update(`${name}\n\u0004`).update(raw).digest("hex").slice(0, 8);
  const found = checkpoint.signatures.find((line) => line.name === name && line.keyId === keyId);
  if (found?.signature.length !== 72 || key.algorithm.name !== "ed25519") return undefined;
  const seconds = Buffer.from(found.signature.subarray(0, 8)).readBigUInt64BE();
  const message = concat([encodeUtf8(`cosignature/v1\ntime ${seconds}\n`), checkpoint.text]);
  if (!signingSchemes.ed25519.verify(key.key, message, found.signature.subarray(8))) return undefined;
  return fromSeconds(Number(seconds), `the time of ${name}`);
}
