/**
 * The statement by which cosign 3 signs an image: an in-toto statement of predicate type
 * `https://sigstore.dev/cosign/sign/v1`, annotations on its subject, keys in sorted order.
 * Any other predicate type makes an attestation, and an attestation never counts as a signature.
 */
import { encodeUtf8 } from "../../core/bytes.ts";
import { algorithmOf, hexOf } from "../../core/digest.ts";
import type { Claim, SignatureClaim } from "../../core/evidence.ts";
import { statementType, subjectIn, type Statement } from "../../core/statements/statement.ts";
import type { Content } from "../../core/content.ts";

export const signPredicateType = "https://sigstore.dev/cosign/sign/v1";

export function encodeSignStatement(claim: SignatureClaim): Uint8Array {
  const annotations = Object.fromEntries(Object.entries(claim.annotations).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  return encodeUtf8(
    JSON.stringify({
      _type: statementType,
      subject: [{ digest: { [algorithmOf(claim.subject)]: hexOf(claim.subject) }, annotations }],
      predicateType: signPredicateType,
      predicate: {},
    }),
  );
}

/** The claim of the statement, and whether it is about this content. */
export function readClaim(statement: Statement, about: Content): { readonly claim: Claim; readonly namesSubject: boolean } {
  const { digest, annotations, isSubject } = subjectIn(statement, about);
  const { predicateType } = statement;
  const claim: Claim =
    predicateType === signPredicateType
      ? { kind: "signature", subject: digest, annotations }
      : { kind: "attestation", subject: digest, predicateType };
  return { claim, namesSubject: isSubject };
}
