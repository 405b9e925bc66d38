/**
 * The certificates that a revocation list covers: the extension IssuingDistributionPoint (RFC 5280, section 5.2.5).
 *
 *     SEQUENCE { [0] distributionPoint?, [1] onlyContainsUserCerts, [2] onlyContainsCACerts, [3] onlySomeReasons?,
 *                [4] indirectCRL, [5] onlyContainsAttributeCerts }         the four without ? are BOOLEAN DEFAULT FALSE
 */
import { contextTag, Members, parseDer, tags } from "../asn1/der.ts";
import { readBoolean } from "../asn1/der-values.ts";
import { malformed } from "../errors.ts";
import { namesOf } from "./distribution-points.ts";
import type { Extension } from "./extension-list.ts";

export interface ListScope {
  /** The extension's DER; a delta has the same as its base list. */
  readonly raw: Uint8Array;
  /** URLs of the list, if present; a certificate that names none of these is not covered. */
  readonly urls?: readonly string[];
  /** The only kind of certificates that the list covers. */
  readonly only?: "signers" | "authorities" | "attributes";
  /** The list covers some revocation reasons only. */
  readonly isPartial: boolean;
  /** The list covers certificates of other issuers. */
  readonly isIndirect: boolean;
}

/** Throws MALFORMED. */
export function readScope(extension: Extension | undefined): ListScope | undefined {
  if (!extension) return undefined;
  const what = "the revocation list's issuingDistributionPoint";
  const members = new Members(parseDer(extension.value, what, { maxDepth: 16, maxValues: 2000 }), tags.sequence, what);
  const flag = (number: number): boolean => {
    const value = members.optional(contextTag(number, "primitive"));
    return value !== undefined && readBoolean({ ...value, tag: tags.boolean }, what);
  };
  const name = members.optional(contextTag(0));
  const signers = flag(1);
  const authorities = flag(2);
  const isPartial = members.optional(contextTag(3, "primitive")) !== undefined;
  const isIndirect = flag(4);
  const attributes = flag(5);
  members.end();
  const kinds = [...(signers ? ["signers" as const] : []), ...(authorities ? ["authorities" as const] : [])];
  const [only, other] = [...kinds, ...(attributes ? ["attributes" as const] : [])];
  if (other) throw malformed(`${what} says that it is of ${only} alone and of ${other} alone`);
  return { raw: extension.value, ...(name && { urls: namesOf(name, what) }), ...(only && { only }), isPartial, isIndirect };
}
