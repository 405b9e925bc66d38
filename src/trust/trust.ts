/** What is trusted, as one immutable value with a digest. The time is not in it: `at` is passed beside it. */
import { digestOf, type Digest } from "../core/digest.ts";
import { encodeUtf8 } from "../core/bytes.ts";
import type { PublicKey } from "../core/public-key.ts";

export interface TrustedKey {
  /** What a person calls it: the file it came from. */
  readonly name: string;
  readonly publicKey: PublicKey;
}

export interface Trust {
  /** Of what is trusted, not of what it is called: equal trust has an equal digest. */
  readonly digest: Digest;
  readonly keys: readonly TrustedKey[];
}

/** A key that is given twice counts once, under its first name. */
export function makeTrust(keys: readonly TrustedKey[]): Trust {
  const byFingerprint = new Map(keys.toReversed().map((key) => [key.publicKey.fingerprint, key]));
  const unique = [...byFingerprint.values()].toReversed();
  const content = unique.map((key) => `key ${key.publicKey.fingerprint}\n`).toSorted();
  return { digest: digestOf(encodeUtf8(content.join(""))), keys: unique };
}
