/**
 * The statement by which cosign 3 signs an image: an in-toto statement of predicate type
 * `https://sigstore.dev/cosign/sign/v1`, annotations on its subject, keys in sorted order.
 * Any other predicate type makes an attestation, and an attestation never counts as a signature.
 */
import { encodeUtf8 } from "../../core/bytes.ts";
import { algorithmOf, hexOf, isDigest } from "../../core/digest.ts";
import type { Claim, SignatureClaim } from "../../core/evidence.ts";
import { malformed } from "../../core/errors.ts";
import { statementType, type Statement, type StatementSubject } from "../../core/statement.ts";
import { isNamedBy, type Subject } from "../../core/subject.ts";

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

/** What the statement claims, and whether it names this subject. Of several subjects, the one that is meant is told. */
export function readClaim(statement: Statement, subject: Subject): { readonly claim: Claim; readonly namesSubject: boolean } {
  const named = statement.subjects.find(({ digest }) => isNamedBy(subject, digest));
  const told = named ?? statement.subjects[0];
  if (!told) throw malformed("statement.subject is empty");
  const digest = named ? subject.digest : statedDigest(told);
  const claim: Claim =
    statement.predicateType === signPredicateType
      ? { kind: "signature", subject: digest, annotations: told.annotations }
      : { kind: "attestation", subject: digest, predicateType: statement.predicateType };
  return { claim, namesSubject: named !== undefined };
}

function statedDigest(subject: StatementSubject): Claim["subject"] {
  const stated = Object.entries(subject.digest)
    .map(([algorithm, hex]) => `${algorithm}:${hex}`)
    .find(isDigest);
  if (!stated) throw malformed("statement.subject names no sha256 or sha512 digest");
  return stated;
}
