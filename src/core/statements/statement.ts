/**
 * in-toto statements (in-toto attestation framework, spec/v1/statement.md; `_type` v0.1 is read too):
 *
 *     {"_type":"https://in-toto.io/Statement/v1","subject":[{"name"?,"digest":{ALG:HEX},"annotations"?}],
 *      "predicateType":URI,"predicate"?:{…}}
 */
import { atOnce, inSlices, type Sliced } from "../async/in-slices.ts";
import { concat, encodeUtf8, equalBytes } from "../bytes.ts";
import { algorithmOf, hexOf, isDigest, type FileDigest } from "../digest.ts";
import { malformed } from "../errors.ts";
import type { Fields, Json, JsonLimits } from "../json/json.ts";
import { readJson } from "../json/read-json.ts";
import { splitJson } from "../json/split.ts";
import { matchesDigests, type Content } from "../content.ts";

export const statementPayloadType = "application/vnd.in-toto+json";
export const statementType = "https://in-toto.io/Statement/v1";
const statementTypes: ReadonlySet<string> = new Set([statementType, "https://in-toto.io/Statement/v0.1"]);
const limits = { subjects: 1024, digests: 32 } as const;
const documentLimits = { maxBytes: 256 * 1024 * 1024, maxHeadBytes: 4 * 1024 * 1024, maxValues: 200_000 } as const;
export const predicateLimits: JsonLimits = { maxBytes: documentLimits.maxBytes, maxDepth: 64, maxValues: 8_000_000 };

export interface Statement {
  readonly subjects: readonly StatementSubject[];
  readonly predicateType: string;
  /** Unparsed JSON, of which only the end was located; `readPredicate` parses it. Absent in signatures made by cosign before 3.0.5. */
  readonly predicate?: Uint8Array;
}

export interface StatementSubject {
  readonly name?: string;
  /** Hex digests by algorithm. */
  readonly digest: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

/** Reads a statement that is known to be small. Throws MALFORMED, or LIMIT_EXCEEDED past a bound. */
export function parseStatement(bytes: Uint8Array): Statement {
  return atOnce(statementHead(bytes));
}

/** Reads a statement of any size without blocking the event loop. Throws as `parseStatement` does, or the signal's abort reason. */
export function readStatement(bytes: Uint8Array, signal: AbortSignal): Promise<Statement> {
  return inSlices(statementHead(bytes), signal);
}

/** Parses the predicate; undefined where the statement has none. Throws MALFORMED, LIMIT_EXCEEDED, or the signal's abort reason. */
export async function readPredicate({ predicate }: Statement, limitsOf: JsonLimits, signal: AbortSignal): Promise<Json | undefined> {
  return predicate && readJson(predicate, "statement.predicate", { ...predicateLimits, ...limitsOf }, signal);
}

export interface StatementToEncode {
  /** The name of the subject; for an image, that of its repository. */
  readonly name: string;
  readonly digest: FileDigest;
  readonly predicateType: string;
  /** JSON. */
  readonly predicate: Uint8Array;
}

/** Encodes a statement about one subject; the predicate is kept byte for byte, whatever its size. */
export function encodeStatement({ name, digest, predicateType, predicate }: StatementToEncode): Uint8Array {
  const subject = [{ name, digest: { [algorithmOf(digest)]: hexOf(digest) } }];
  const head = JSON.stringify({ _type: statementType, subject, predicateType });
  return concat([encodeUtf8(`${head.slice(0, -1)},"predicate":`), predicate, encodeUtf8("}")]);
}

function* statementHead(bytes: Uint8Array): Sliced<Statement> {
  const { head, member: predicate } = yield* splitJson(bytes, "statement", ["predicate"], documentLimits);
  const type = head.string("_type");
  if (!statementTypes.has(type)) throw malformed(`statement._type is ${JSON.stringify(type.slice(0, 100))}`);
  const subjects = head.objects("subject", limits.subjects).map(parseSubject);
  if (subjects.length === 0) throw malformed("statement.subject is empty");
  return { subjects, predicateType: head.string("predicateType"), ...(predicate && !isNull(predicate) && { predicate }) };
}

/** JSON `null` counts as absent, as everywhere. */
function isNull(json: Uint8Array): boolean {
  return json.length === 4 && equalBytes(json, encodeUtf8("null"));
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
  /** Whether this subject is the expected content. */
  readonly isSubject: boolean;
}

/** Returns the subject that matches the expected content, else the first one. */
export function subjectIn({ subjects }: Statement, content: Content): StatedSubject {
  const named = subjects.find(({ digest }) => matchesDigests(content, digest));
  if (named) return { digest: content.digest, annotations: named.annotations, isSubject: true };
  const [first] = subjects;
  const stated = Object.entries(first?.digest ?? {}).map(([algorithm, hex]) => `${algorithm}:${hex}`);
  const digest = stated.find(isDigest);
  if (!first || !digest) throw malformed("statement.subject names no sha256 or sha512 digest");
  return { digest, annotations: first.annotations, isSubject: false };
}
