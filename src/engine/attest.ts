/** Attaches an attestation to an image in each chosen format: a signed in-toto statement with a predicate of the caller. */
import { TouchmarkError } from "../core/errors.ts";
import { isJsonObject } from "../core/json/json.ts";
import { readJson } from "../core/json/read-json.ts";
import type { Reference } from "../core/oci/reference.ts";
import type { Repository } from "../core/repository.ts";
import { encodeStatement, predicateLimits } from "../core/statements/statement.ts";
import type { AttestationToSign } from "../formats/writer.ts";
import { writeEvidence, type EvidenceMade, type WriteEvidenceOptions } from "./write-evidence.ts";

export interface AttestOptions extends WriteEvidenceOptions {
  /** A URI. */
  readonly predicateType: string;
  /** A JSON object, which is signed byte for byte. */
  readonly predicate: Uint8Array;
}

/**
 * Returns one entry per format and image, the index first. For each image, all attestations are made before the first is written. Throws
 * MALFORMED or LIMIT_EXCEEDED for the predicate, USAGE for a predicate type that is not a URI, and what a writer throws.
 */
export async function attest(repository: Repository, reference: Reference, options: AttestOptions): Promise<readonly EvidenceMade[]> {
  const { predicateType, predicate, signal } = options;
  checkPredicateType(predicateType);
  const parsed = await readJson(predicate, "the predicate", predicateLimits, signal);
  if (!isJsonObject(parsed)) throw new TouchmarkError("MALFORMED", "the predicate is not a JSON object");
  return writeEvidence(repository, reference, options, {
    claimAbout: ({ digest }): AttestationToSign => ({
      kind: "attestation",
      subject: digest,
      predicateType,
      statement: encodeStatement({ name: repository.name, digest, predicateType, predicate }),
    }),
  });
}

function checkPredicateType(predicateType: string): void {
  if (URL.canParse(predicateType)) return;
  throw new TouchmarkError("USAGE", `the predicate type ${JSON.stringify(predicateType.slice(0, 100))} is not a URI`);
}
