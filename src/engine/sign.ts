/** Signs an image in each chosen format, and with `recursive` every image of an index. */
import { isDeepStrictEqual } from "node:util";
import type { SignatureClaim } from "../core/evidence.ts";
import type { Finding } from "../core/finding.ts";
import type { Reference } from "../core/oci/reference.ts";
import type { Repository } from "../core/repository.ts";
import { writeEvidence, type EvidenceMade, type WriteEvidenceOptions } from "./write-evidence.ts";

export interface SignOptions extends WriteEvidenceOptions {
  readonly annotations: Readonly<Record<string, string>>;
  /** Signs without looking for an equal signature by the same key. */
  readonly force: boolean;
}

/** Returns one entry per format and image, the index first. For each image, all signatures are made before the first is written. */
export function sign(repository: Repository, reference: Reference, options: SignOptions): Promise<readonly EvidenceMade[]> {
  const { annotations, force, signature } = options;
  return writeEvidence(repository, reference, options, {
    claimAbout: ({ digest }): SignatureClaim => ({
      kind: "signature",
      subject: digest,
      annotations,
      ...(reference.kind === "registry" && { identity: repository.name }),
    }),
    // An expiry differs each time.
    ...(!force && signature?.expiry === undefined && { isSame: saysTheSame }),
  });
}

function saysTheSame({ claim }: Finding, wanted: SignatureClaim): boolean {
  if (claim?.kind !== "signature") return false;
  const sameName = claim.identity === undefined || claim.identity === wanted.identity;
  return sameName && isDeepStrictEqual({ ...claim.annotations }, { ...wanted.annotations });
}
