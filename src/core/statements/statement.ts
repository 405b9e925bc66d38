/**
 * in-toto statements (in-toto attestation framework, spec/v1/statement.md; `_type` v0.1 is read too):
 *
 *     {"_type":"https://in-toto.io/Statement/v1","subject":[{"name"?,"digest":{ALG:HEX},"annotations"?}],
 *      "predicateType":URI,"predicate"?:{…}}
 */
import { isDigest, type FileDigest } from "../digest.ts";
import { malformed } from "../errors.ts";
import { Fields, parseJson, type Json } from "../json/json.ts";
import { matchesDigests, type Content } from "../subject.ts";

export const statementPayloadType = "application/vnd.in-toto+json";
export const statementType = "https://in-toto.io/Statement/v1";
const statementTypes: ReadonlySet<string> = new Set([statementType, "https://in-toto.io/Statement/v0.1"]);
const limits = { bytes: 128 * 1024 * 1024, subjects: 1024, digests: 32 } as const;

export interface Statement {
  readonly subjects: readonly StatementSubject[];
  readonly predicateType: string;
  /** Absent in signatures made by cosign before 3.0.5. */
  readonly predicate?: Json;
}

export interface StatementSubject {
  readonly name?: string;
  /** Algorithm to hex. */
  readonly digest: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

export function parseStatement(bytes: Uint8Array): Statement {
  const fields = new Fields(parseJson(bytes, "statement", { maxBytes: limits.bytes }), "statement");
  const type = fields.string("_type");
  if (!statementTypes.has(type)) throw malformed(`statement._type is ${JSON.stringify(type.slice(0, 100))}`);
  const subjects = fields.objects("subject", limits.subjects).map(parseSubject);
  if (subjects.length === 0) throw malformed("statement.subject is empty");
  const predicate = fields.get("predicate");
  return { subjects, predicateType: fields.string("predicateType"), ...(predicate !== undefined && { predicate }) };
}

function parseSubject(fields: Fields): StatementSubject {
  const name = fields.optionalString("name");
  const digest = fields.strings("digest");
  if (Object.keys(digest).length > limits.digests) throw malformed(`${fields.at}.digest has more than ${limits.digests} entries`);
  return { digest, annotations: fields.strings("annotations"), ...(name !== undefined && { name }) };
}

export interface StatedSubject {
  readonly digest: FileDigest;
  readonly annotations: Readonly<Record<string, string>>;
  /** Whether it is the content in question. */
  readonly isSubject: boolean;
}

/** Of all the subjects, the content in question if it is among them, else the first. */
export function subjectIn({ subjects }: Statement, content: Content): StatedSubject {
  const named = subjects.find(({ digest }) => matchesDigests(content, digest));
  if (named) return { digest: content.digest, annotations: named.annotations, isSubject: true };
  const [first] = subjects;
  const stated = Object.entries(first?.digest ?? {}).map(([algorithm, hex]) => `${algorithm}:${hex}`);
  const digest = stated.find(isDigest);
  if (!first || !digest) throw malformed("statement.subject names no sha256 or sha512 digest");
  return { digest, annotations: first.annotations, isSubject: false };
}
