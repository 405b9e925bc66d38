/**
 * The globally unique name (GUN) of a repository in Docker Content Trust: its full name, with registry and without
 * tag, as `docker.io/library/alpine` or `registry.example:5000/team/app`.
 */
import { TouchmarkError } from "../../../core/errors.ts";
import { parseReference, repositoryOf } from "../../../core/oci/reference.ts";

export interface Gun {
  /** `docker.io/library/alpine`. Safe to build a path from. */
  readonly name: string;
  /** `docker.io`. */
  readonly registry: string;
  /** `library/alpine`. */
  readonly repository: string;
}

/** Parses a repository's name as a user types it: `alpine` is `docker.io/library/alpine`. Throws INVALID_REFERENCE. */
export function parseGun(text: string): Gun {
  const reference = parseReference(text);
  if (reference.kind !== "registry") {
    throw invalid(text, "a layout has no trust data", "Name a repository in a registry, as docker.io/library/alpine.");
  }
  if (reference.tag !== undefined || reference.digest !== undefined) {
    throw invalid(
      text,
      "it has a tag or a digest",
      `Name the repository alone, ${repositoryOf(reference)}: its trust data is for all tags.`,
    );
  }
  return { name: repositoryOf(reference), registry: reference.registry, repository: reference.repository };
}

function invalid(text: string, why: string, hint: string): TouchmarkError {
  return new TouchmarkError("INVALID_REFERENCE", `not the name of a repository: ${JSON.stringify(text.slice(0, 200))}: ${why}`, { hint });
}
