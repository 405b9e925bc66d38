/** Validates names from requests before any other use: only a validated name gets into a path. */
import { isDigest, type Digest } from "../../core/digest.ts";
import { isRepositoryName, isTag as isTagText } from "../../core/oci/reference.ts";
import { RegistryError } from "./registry-error.ts";

declare const checked: unique symbol;
export type RepositoryName = string & { readonly [checked]: "repository" };
export type Tag = string & { readonly [checked]: "tag" };

export function isTagName(text: string): text is Tag {
  return isTagText(text);
}

/** Throws NAME_INVALID for a repository name outside the specification's grammar. */
export function parseRepositoryName(text: string): RepositoryName {
  if (!isName(text)) throw new RegistryError("NAME_INVALID", `not a repository name: ${quoted(text)}`);
  return text;
}

/** Throws DIGEST_INVALID. */
export function parseDigestParameter(text: string): Digest {
  if (!isDigest(text)) throw new RegistryError("DIGEST_INVALID", `not a sha256 or sha512 digest: ${quoted(text)}`);
  return text;
}

function isName(text: string): text is RepositoryName {
  return isRepositoryName(text);
}

function quoted(text: string): string {
  return JSON.stringify(text.slice(0, 150));
}
