/** Which images need what from whom. Data, not code. */
import { encodeUtf8 } from "../core/bytes.ts";
import { digestOf, type Digest } from "../core/digest.ts";
import type { Trust } from "../trust/trust.ts";

export interface Policy {
  readonly name: string;
  readonly digest: Digest;
  /** Every one must hold. */
  readonly rules: readonly Rule[];
}

/** A signature by any one of these keys, which carries all of these annotations. */
export interface Rule {
  readonly name: string;
  /** Fingerprints. */
  readonly keys: readonly string[];
  readonly annotations: Readonly<Record<string, string>>;
}

/** The policy of one rule that `verify --key K -a k=v` stands for: a signature by any key of the trust. */
export function keyPolicy(trust: Trust, annotations: Readonly<Record<string, string>>): Policy {
  const keys = trust.keys.map((key) => key.publicKey.fingerprint).toSorted();
  const sorted = Object.entries(annotations).toSorted(([a], [b]) => (a < b ? -1 : 1));
  const rule: Rule = { name: "signed-by-key", keys, annotations };
  const content = JSON.stringify({ rules: [{ name: rule.name, keys, annotations: sorted }] });
  return { name: "command-line", digest: digestOf(encodeUtf8(content)), rules: [rule] };
}
