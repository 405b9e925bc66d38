/** Whether the one who signed is one of those who may (Notary Project, trust policy, "Signature Verification", "Validate trust store and identities"). */
import { asTouchmarkError } from "../../core/errors.ts";
import type { Check } from "../../core/finding.ts";
import type { Certificate } from "../../core/x509/certificate.ts";
import { quoteName } from "../../core/x509/name.ts";
import { includesName, parseDistinguishedName } from "../../trust/notation/distinguished-name.ts";
import type { NotationTrust } from "../../trust/notation/notation-trust.ts";

/**
 * At least one check. `word` is what a plugin says of it, and does not replace the certificate's subject, unless the trust policy has
 * names that only a plugin can read: then it decides where the subject is none of the others.
 */
export function checkIdentity(leaf: Certificate, trust: NotationTrust, word: Check | undefined): readonly Check[] {
  const own = checkSubject(leaf, trust);
  const { identities } = trust;
  const unread = identities === "any" ? undefined : identities.find(({ subject }) => !subject);
  if (own.outcome === "passed" || !unread) return word && word.outcome !== "undecided" ? [own, word] : [own];
  if (word) return [word];
  const detail = `${own.detail}, and no plugin says who is ${JSON.stringify(unread.text.slice(0, 200))}`;
  return [{ ...own, detail }];
}

function checkSubject({ subject }: Certificate, { name, identities }: NotationTrust): Check {
  const detail = quoteName(subject);
  if (identities === "any") return { name: "identity", outcome: "passed", detail: `${detail}; ${name} trusts anyone its stores certify` };
  try {
    const actual = parseDistinguishedName(subject.text, "the subject");
    const isExpected = identities.some((identity) => identity.subject && includesName(actual, identity.subject));
    if (isExpected) return { name: "identity", outcome: "passed", detail };
    return { name: "identity", outcome: "failed", code: "IDENTITY_MISMATCH", detail: `${detail} is none of those ${name} trusts` };
  } catch (thrown) {
    const { code, message } = asTouchmarkError(thrown);
    if (code !== "MALFORMED") return { name: "identity", outcome: "undecided", code, detail: message };
    return { name: "identity", outcome: "failed", code: "IDENTITY_MISMATCH", detail: message };
  }
}
