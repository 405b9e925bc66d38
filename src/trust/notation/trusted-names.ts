/**
 * Trusted identities of trust policies (Notary Project, trust policy, "Trusted Identities Constraints"):
 *
 *     *                              any signer that the stores certify; must be alone
 *     x509.subject: C=…, ST=…, O=…   signers whose certificate subject has all these attributes; none includes another
 *     TYPE:VALUE                     any other type, as `arn:aws:signer:…`, which only a plugin understands
 */
import { malformed } from "../../core/errors.ts";
import { includesName, parseDistinguishedName, type DistinguishedName } from "./distinguished-name.ts";

/** Any signer that the stores certify, or signers with one of these names. */
export type TrustedNames = "any" | readonly TrustedName[];

export interface TrustedName {
  /** The identity as written in the trust policy. */
  readonly text: string;
  /** Undefined where only a plugin can match it. */
  readonly subject: DistinguishedName | undefined;
}

const subjectPrefix = "x509.subject:";

/** `at` names the list in messages. Throws MALFORMED, or LIMIT_EXCEEDED for a subject past its bound. */
export function parseTrustedNames(texts: readonly string[], at: string): TrustedNames {
  if (texts.length === 1 && texts[0] === "*") return "any";
  const names = texts.map((text) => parseTrustedName(text, at));
  const subjects = names.flatMap(({ subject }) => subject ?? []);
  for (const [i, subject] of subjects.entries()) {
    const overlapping = subjects.find((other, j) => i !== j && includesName(subject, other));
    if (overlapping) throw malformed(`${at} has ${JSON.stringify(subject.text)}, which ${JSON.stringify(overlapping.text)} includes`);
  }
  return names;
}

/** `at` names the list in messages. Throws MALFORMED, or LIMIT_EXCEEDED for a subject past its bound. */
export function parseTrustedName(text: string, at: string): TrustedName {
  if (text === "*") throw malformed(`${at} has "*" beside other identities`);
  if (text.startsWith(subjectPrefix)) return { text, subject: parseDistinguishedName(text.slice(subjectPrefix.length), at) };
  if (!text.includes(":")) throw malformed(`${at} has ${JSON.stringify(text.slice(0, 200))}, expected a type, ":" and a value`);
  return { text, subject: undefined };
}

/** The trusted identity for a certificate's subject, in trust policy notation. `what` names it in messages. Throws as `parseTrustedNames`. */
export function subjectIdentity(name: string, what: string): string {
  parseDistinguishedName(name, what);
  return `${subjectPrefix} ${name}`;
}
