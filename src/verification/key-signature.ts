/** Verifies a signature with the trusted keys only. */
import { asTouchmarkError } from "../core/errors.ts";
import type { Check, VerifiedTimestamp, Signatory } from "../core/finding.ts";
import type { Instant } from "../core/instant.ts";
import { bundleHint } from "../core/keys/public-key.ts";
import type { TrustedKey } from "../trust/trust.ts";
import type { SignedContent } from "../core/signed-content.ts";
import { verifiesContent } from "./verifies-content.ts";

export interface KeySignature {
  readonly signature: Uint8Array;
  readonly content: SignedContent;
  /** The key hint of the evidence, unverified: it distinguishes an altered signature by a trusted key from one by another key. */
  readonly hint?: string | undefined;
}

export interface SignatureResult {
  /** In the order in which they were made. */
  readonly checks: readonly Check[];
  /** The signer, if the signature verifies. */
  readonly signer: Signatory | undefined;
  readonly verifiedTimestamps: readonly VerifiedTimestamp[];
  /** When the result may change: the ends of validity of certificates, keys and times that it depends on. */
  readonly changesAt: readonly (Instant | undefined)[];
}

/** Tries every trusted key. The signature check is the only one. */
export async function verifyKeySignature(
  { signature, content, hint }: KeySignature,
  keys: readonly TrustedKey[],
): Promise<SignatureResult> {
  try {
    const verified = await Promise.all(keys.map(({ publicKey }) => verifiesContent(publicKey, content, signature)));
    const by = keys.find((_, i) => verified[i]);
    return by ? verifiedBy(by) : unverified(refusal(keys, hint));
  } catch (thrown) {
    const { code, message } = asTouchmarkError(thrown);
    return unverified({ name: "signature", outcome: "undecided", code, detail: message });
  }
}

function verifiedBy({ name, publicKey: { fingerprint, algorithm } }: TrustedKey): SignatureResult {
  return {
    checks: [{ name: "signature", outcome: "passed", detail: `verifies with ${name} (sha256:${fingerprint})` }],
    signer: { kind: "key", fingerprint, algorithm: algorithm.name, name },
    verifiedTimestamps: [],
    changesAt: [],
  };
}

/** The result of one check that failed or is undecided. */
export function unverified(...checks: readonly Check[]): SignatureResult {
  return { checks, signer: undefined, verifiedTimestamps: [], changesAt: [] };
}

function refusal(keys: readonly TrustedKey[], hint: string | undefined): Check {
  if (keys.length === 0) {
    return { name: "certificate", outcome: "failed", code: "CERTIFICATE_REQUIRED", detail: "made with a key, and none is trusted" };
  }
  const named = keys.find(({ publicKey }) => bundleHint(publicKey) === hint);
  if (named) {
    const detail = `names ${named.name} (sha256:${named.publicKey.fingerprint}) and does not verify with it`;
    return { name: "signature", outcome: "failed", code: "SIGNATURE_INVALID", detail };
  }
  const tried = keys.map(({ name }) => name).join(", ");
  const says = hint === undefined ? "does not say by which key it was made" : `names the key ${describeHint(hint)}`;
  return { name: "signature", outcome: "failed", code: "KEY_MISMATCH", detail: `tried ${tried} without success; the signature ${says}` };
}

/** The hint, spelled as a fingerprint if it is one of a key, else quoted and truncated. */
export function describeHint(hint: string): string {
  const bytes = Buffer.from(hint, "base64");
  return bytes.length === 32 && bytes.toString("base64") === hint ? `sha256:${bytes.toString("hex")}` : JSON.stringify(hint.slice(0, 100));
}
