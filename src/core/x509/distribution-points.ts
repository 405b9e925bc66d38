/**
 * Where a certificate, or a revocation list, says that revocation status is available (RFC 5280, sections 4.2.1.13, 4.2.1.15, 4.2.2.1, 5.2.6):
 *
 *     CRLDistributionPoints, FreshestCRL: SEQUENCE OF SEQUENCE { [0] DistributionPointName?, [1] reasons?, [2] cRLIssuer? }
 *     DistributionPointName: [0] GeneralNames | [1] RelativeDistinguishedName
 *     AuthorityInfoAccess: SEQUENCE OF SEQUENCE { accessMethod OID, accessLocation GeneralName }
 *
 * URLs are as encoded: of any scheme, or invalid.
 */
import { contextTag, inside, Members, parseDer, tags, type Der } from "../asn1/der.ts";
import { readAscii, readOid } from "../asn1/der-values.ts";
import type { Certificate } from "./certificate.ts";
import type { Extension } from "./extension-list.ts";

export interface DistributionPoint {
  /** Alternative URLs of the same list. */
  readonly urls: readonly string[];
  /** Its list covers some reasons only, or is of another issuer than the certificate. */
  readonly isPartial: boolean;
}

const authorityInfoAccessOid = "1.3.6.1.5.5.7.1.1";
const ocspOid = "1.3.6.1.5.5.7.48.1";
const distributionPointsOid = "2.5.29.31";
const freshestCrlOid = "2.5.29.46";
const uriTag = contextTag(6, "primitive");

/** Reads the distribution points, in order; empty where the certificate has none. Throws MALFORMED. */
export function ocspUrls({ extensions }: Certificate): readonly string[] {
  const what = "the certificate's authorityInfoAccess";
  const value = open(extensions, authorityInfoAccessOid, what);
  if (value === undefined) return [];
  return inside(value, tags.sequence, what).flatMap((entry) => {
    const members = new Members(entry, tags.sequence, what);
    const method = readOid(members.take("accessMethod"), what);
    const location = members.take("accessLocation");
    members.end();
    return method === ocspOid && location.tag === uriTag ? [readAscii(location.content, what)] : [];
  });
}

/** Undefined where the certificate has no such extension. Throws MALFORMED. */
export function crlPoints({ extensions }: Certificate): readonly DistributionPoint[] | undefined {
  return points(extensions, distributionPointsOid, "the certificate's cRLDistributionPoints");
}

/** Reads where the deltas to a list are, from the certificate or the list. Undefined as above. Throws MALFORMED. */
export function freshestPoints({ extensions }: Pick<Certificate, "extensions">): readonly DistributionPoint[] | undefined {
  return points(extensions, freshestCrlOid, "freshestCRL");
}

function points(extensions: ReadonlyMap<string, Extension>, oid: string, what: string): readonly DistributionPoint[] | undefined {
  const value = open(extensions, oid, what);
  return (
    value &&
    inside(value, tags.sequence, what).map((point) => {
      const members = new Members(point, tags.sequence, what);
      const name = members.optional(contextTag(0));
      const reasons = members.optional(contextTag(1, "primitive"));
      const issuer = members.optional(contextTag(2));
      members.end();
      return { urls: name ? namesOf(name, what) : [], isPartial: reasons !== undefined || issuer !== undefined };
    })
  );
}

/** The URLs among the names of a DistributionPointName, given in its `[0]`. Throws MALFORMED. */
export function namesOf(name: Der, what: string): readonly string[] {
  const members = new Members(name, contextTag(0), what);
  const names = members.take("fullName or nameRelativeToCRLIssuer");
  members.end();
  if (names.tag !== contextTag(0)) return [];
  return names.children.flatMap(({ tag, content }) => (tag === uriTag ? [readAscii(content, what)] : []));
}

function open(extensions: ReadonlyMap<string, Extension>, oid: string, what: string): Der | undefined {
  const extension = extensions.get(oid);
  return extension && parseDer(extension.value, what, { maxDepth: 16, maxValues: 2000 });
}
