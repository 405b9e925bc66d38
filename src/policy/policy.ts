/** Which images need what from whom. Data, not code. */
import { encodeUtf8 } from "../core/bytes.ts";
import { digestOf, type Digest } from "../core/digest.ts";
import { identityContent, type TrustedIdentity } from "../trust/identity.ts";
import type { Level } from "../trust/notation/level.ts";
import type { Trust } from "../trust/trust.ts";

export interface Policy {
  readonly name: string;
  readonly digest: Digest;
  /** Every one must hold. */
  readonly rules: readonly Rule[];
}

/** A signature by any one of these keys or identities, which carries all of these annotations. */
export interface Rule {
  readonly name: string;
  /** Fingerprints. */
  readonly keys: readonly string[];
  readonly identities: readonly TrustedIdentity[];
  /** Signatures of the Notary Project count too, by whom the trust says. */
  readonly notation?: NotationRule;
  readonly annotations: Readonly<Record<string, string>>;
  /** A log may yet be asked to keep the signature, if a trusted authority proves when it was made. */
  readonly allowsPendingLog: boolean;
}

export interface NotationRule {
  /** What a check that does not pass leads to. */
  readonly level: Level;
}

export interface SignatureRule extends Partial<Pick<Rule, "annotations" | "notation" | "allowsPendingLog">> {}

/** The policy of one rule that `verify --key K -a k=v` stands for: a signature by any key or identity of the trust. */
export function signaturePolicy(trust: Trust, { annotations = {}, notation, allowsPendingLog = false }: SignatureRule = {}): Policy {
  const keys = trust.keys.map((key) => key.publicKey.fingerprint).toSorted();
  const rule: Rule = { name: "signed", keys, identities: trust.identities, ...(notation && { notation }), annotations, allowsPendingLog };
  const sorted = Object.entries(annotations).toSorted(([a], [b]) => (a < b ? -1 : 1));
  const identities = trust.identities.map(identityContent).toSorted();
  const allowed = { ...(notation && { notation: notation.level }), ...(allowsPendingLog && { allowsPendingLog }) };
  const content = JSON.stringify({ rules: [{ name: rule.name, keys, identities, ...allowed, annotations: sorted }] });
  return { name: "command-line", digest: digestOf(encodeUtf8(content)), rules: [rule] };
}

/** The policy of a trust policy's statement that asks for no signature. */
export function nothingRequired(name: string): Policy {
  return { name, digest: digestOf(encodeUtf8(JSON.stringify({ rules: [] }))), rules: [] };
}
