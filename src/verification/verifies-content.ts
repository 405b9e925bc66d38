/** Verifies a signature over its content. */
import { sliceBytes } from "../core/async/in-slices.ts";
import { concat } from "../core/bytes.ts";
import { preAuthParts } from "../core/envelopes/dsse.ts";
import { TouchmarkError } from "../core/errors.ts";
import { maxWholeBytes } from "../core/file-subject.ts";
import { verifies, type PublicKey } from "../core/keys/public-key.ts";
import type { SignedContent } from "../core/signed-content.ts";
import { verifiesDigest } from "../core/keys/verify-digest.ts";
import { verifiesInSlices } from "../core/keys/verifies-in-slices.ts";

/** Whether the key made the signature. Throws UNSUPPORTED if the scheme needs the message and only its digest is known. */
export async function verifiesContent(key: PublicKey, content: SignedContent, signature: Uint8Array): Promise<boolean> {
  if (content.kind === "message") return verifiesParts(key, [content.message], signature);
  if (content.kind === "envelope") return verifiesParts(key, preAuthParts(content.payloadType, content.payload), signature);
  const found = await verifiesDigest(key, content.sha256, signature);
  if (found !== undefined) return found;
  const needed = `needs the file itself, of at most ${maxWholeBytes / 1024 ** 2} MiB`;
  throw new TouchmarkError("UNSUPPORTED", `a signature with a key of ${key.algorithm.name} cannot be verified by digest: it ${needed}`);
}

/** Many bytes are hashed in slices, so that the event loop is not blocked. */
function verifiesParts(key: PublicKey, parts: readonly Uint8Array[], signature: Uint8Array): Promise<boolean> {
  const isLarge = parts.some(({ length }) => length > sliceBytes);
  return isLarge ? verifiesInSlices(key, parts, signature) : verifies(key, concat(parts), signature);
}
